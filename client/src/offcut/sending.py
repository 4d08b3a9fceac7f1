"""What every way of sending a file shares: its events, how it ends, its errors, and the bytes themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from offcut.errors import OffcutError
from offcut.language import t
from offcut.limits import RateLimit
from offcut.local_files import LocalFile
from offcut.models_sending import Upload
from offcut.transport import Transport

CHUNK_BYTES = 8 << 20
BLOCK_BYTES = 256 << 10
GONE = frozenset({404, 410})
TRANSIENT = frozenset({0, 408, 425, 429, 500, 502, 503, 504})
PAUSED = "upload_paused"
# Errors after which no further try would help.
FINAL = frozenset({"file_changed", PAUSED})
FIRST_ERROR = 400


@dataclass(frozen=True)
class UploadEvent:
    """Something to show: `kind` is checking, declared, resumed, sent, retry, received, recognised, changed or failed.

    `offset` counts the file's bytes that left this machine and were not lost.
    """

    file: LocalFile
    kind: str
    offset: int


@dataclass(frozen=True)
class Sent:
    """How it ended for one file.

    `state` is received, recognised (was there), changed, damaged (differs from the card's own list), paused,
    failed or interrupted.
    """

    path: Path
    size_bytes: int
    state: str
    upload_id: str = ""
    asset_id: str = ""
    duplicate: bool = False
    error: OffcutError | None = None

    @property
    def ok(self) -> bool:
        """Whether the file is safe at the server."""
        return self.state in {"received", "recognised"}


OnUpload = Callable[[UploadEvent], None]


class GoneError(Exception):
    """The server no longer knows this upload."""


class InterruptedSendError(Exception):
    """The person asked to stop."""


@dataclass
class Sending:
    """What all files of one run share. `stop` lets chunks in flight finish, `stop_now` does not."""

    transport: Transport
    limit: RateLimit = field(default_factory=RateLimit)
    chunk_bytes: int = CHUNK_BYTES
    on_event: OnUpload = lambda _event: None
    stop: threading.Event = field(default_factory=threading.Event)
    stop_now: threading.Event = field(default_factory=threading.Event)

    def tell(self, file: LocalFile, kind: str, offset: int) -> None:
        """Tell whoever watches."""
        self.on_event(UploadEvent(file, kind, offset))

    def wait(self, failures: int, asked_s: float | None = None) -> None:
        """Rest before another try; ends early when the person stops."""
        self.stop.wait(self.transport.patience.wait_s(failures, asked_s))

    def check_stop(self) -> None:
        """Raise InterruptedSendError once the person asked to stop."""
        if self.stop.is_set():
            raise InterruptedSendError

    def blocks(self, file: LocalFile, offset: int, size: int) -> Iterator[bytes]:
        """The bytes `[offset, offset + size)`; stops before the last block when the file is no longer the same."""
        with file.path.open("rb") as stream:
            stream.seek(offset)
            left = size
            while left > 0:
                block = stream.read(min(BLOCK_BYTES, left))
                left -= len(block)
                if not block or (left == 0 and file.changed()):
                    raise changed_error(file.path)
                if self.stop_now.is_set():
                    raise InterruptedSendError
                self.limit.take(len(block), self.stop_now)
                yield block


def changed_error(path: Path) -> OffcutError:
    """The file was written to while it was being sent."""
    return OffcutError(
        "file_changed",
        t("{name} changed while it was being sent.", name=path.name),
        t("This file was stopped and nothing of it was kept; the others go on. Send it again when it is at rest."),
    )


def unreadable(file: LocalFile, error: OSError) -> OffcutError:
    """The file cannot be read here."""
    return OffcutError(
        "unreadable",
        t("{name} cannot be read.", name=file.path.name),
        t(
            "{strerror}. What the server has stays there. Check the disk or card and run the same command again.",
            strerror=error.strerror,
        ),
    )


def failed(upload: Upload) -> OffcutError:
    """The server gave the upload up."""
    said = upload.failure or upload.reason
    reason = said if isinstance(said, dict) else {}
    detail = f"{reason.get('text', '')} {reason.get('what_to_do', '')}".strip()
    return OffcutError(
        "upload_failed", t("The server could not keep this file."), detail or t("It is {state}.", state=upload.state)
    )


def expired() -> OffcutError:
    """The server forgot the upload again and again."""
    return OffcutError(
        "upload_expired",
        t("The server no longer knows this upload."),
        t("Nothing was lost here. Send the file again."),
    )
