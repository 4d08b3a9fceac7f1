"""Sending files so that nothing is ever sent twice: recognised first, then continued after any interruption."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from offcut.errors import OffcutError
from offcut.hashing import PrefixHash
from offcut.language import t
from offcut.local_files import LocalFile
from offcut.models_sending import Upload
from offcut.recognising import Finder, fresh_record
from offcut.sending import (
    PAUSED,
    GoneError,
    InterruptedSendError,
    Sending,
    Sent,
    expired,
    failed,
    unreadable,
)
from offcut.sending_parts import PartsSender
from offcut.sending_tus import TusSender
from offcut.upload_state import UploadRecord, UploadStore
from offcut.waiting import wait_until
from offcut.wire import decode

# Files up to this size are hashed before they are declared: the server may have the same bytes already.
HASH_FIRST_BYTES = 64 << 20
_RECEIVED_TIMEOUT_S = 600.0
# The server reads a file in parts once more before it says "received": never slower than this, or something is wrong.
_SLOWEST_STORING = 10_000_000
_STATE_OF = {"file_changed": "changed", "card_mismatch": "damaged", PAUSED: "paused"}

Check = Callable[[LocalFile], None]


class Uploader:
    """Sends files one by one; one instance may be used by several threads.

    `jobs` files are on their way at a time. `check` may refuse a file before it is sent, with an OffcutError.
    """

    def __init__(self, sending: Sending, store: UploadStore, *, jobs: int = 1, check: Check | None = None) -> None:
        self.sending = sending
        self.jobs = max(1, jobs)
        self._transport = sending.transport
        self._store = store
        self._check = check
        self._finder = Finder(sending, store)
        self._tus = TusSender(sending)
        self._parts = PartsSender(sending)
        self._slots = threading.BoundedSemaphore(self.jobs)

    @property
    def stop(self) -> threading.Event:
        """Set it and nothing new begins; chunks in flight are finished."""
        return self.sending.stop

    @property
    def stop_now(self) -> threading.Event:
        """Set it and chunks in flight are given up too."""
        return self.sending.stop_now

    def send(self, file: LocalFile, batch: str | None = None, folder: str = "") -> Sent:
        """Send one file, continuing an earlier try; never raises for a failed file."""
        try:
            return self._send(file, batch, folder)
        except InterruptedSendError:
            return Sent(file.path, file.size_bytes, "interrupted")
        except (OffcutError, OSError) as problem_here:
            error = problem_here if isinstance(problem_here, OffcutError) else unreadable(file, problem_here)
            state = _STATE_OF.get(error.code, "failed")
            self.sending.tell(file, state, 0)
            return Sent(file.path, file.size_bytes, state, error=error)

    def known(self, file: LocalFile) -> UploadRecord | None:
        """What an earlier run noted about this very file, if anything."""
        return self._store.load(file)

    def ask(self, files: Sequence[LocalFile]) -> None:
        """Ask the server about files that this machine knows nothing of, many at once."""
        self._finder.ask(files)

    def _send(self, file: LocalFile, batch: str | None, folder: str) -> Sent:
        self.sending.check_stop()
        record, upload = self._found(file)
        if upload is not None and upload.asset_id and not _in_batch(upload, batch):
            # Received before, as part of something else: this batch's receipt must name it too.
            return self._declared_again(file, batch, folder, upload)
        for _ in range(2):
            known = upload is not None
            if record is None or upload is None:
                record, upload = self._declare(file, batch, folder)
            elif not upload.asset_id:
                self.sending.tell(file, "resumed", upload.offset)
            if upload.asset_id and (known or upload.duplicate):
                return self._recognised(file, record, upload)
            try:
                return self._finish(file, record, upload)
            except GoneError:
                self._store.forget(file)
                record = upload = None
        raise expired()

    def _found(self, file: LocalFile) -> tuple[UploadRecord | None, Upload | None]:
        """What this machine noted, or else what the server knows; checked against the card unless it is received."""
        record = self._store.load(file)
        upload = self._finder.known(record) if record else None
        if upload is None or not upload.asset_id:
            self._checked(file)
        return self._finder.match(file) if record is None else (record, upload)

    def _declared_again(self, file: LocalFile, batch: str | None, folder: str, seen: Upload) -> Sent:
        """Declare received bytes once more, by their hash: nothing is sent, unless they are not there after all."""
        self.sending.tell(file, "checking", 0)
        self._store.forget(file)
        record, upload = self._declare(file, batch, folder, self._finder.sha256(file))
        if upload.asset_id and (upload.duplicate or upload.asset_id == seen.asset_id):
            return self._recognised(file, record, upload)
        return self._finish(file, record, upload)

    def _checked(self, file: LocalFile) -> None:
        if self._check is not None:
            self.sending.tell(file, "checking", 0)
            with self._slots:
                self._check(file)

    def _recognised(self, file: LocalFile, record: UploadRecord, upload: Upload) -> Sent:
        self._store.save(file, record.having(asset_id=upload.asset_id))
        self.sending.tell(file, "recognised", file.size_bytes)
        return Sent(
            file.path, file.size_bytes, "recognised", upload.id, upload.asset_id or "", duplicate=upload.duplicate
        )

    def _declare(
        self, file: LocalFile, batch: str | None, folder: str, sha256: str = ""
    ) -> tuple[UploadRecord, Upload]:
        record = self._store.load(file)
        if record is None or record.upload_id:
            record = fresh_record(file)
        record = record.having(batch=batch or "")
        self._store.save(file, record)
        body: dict[str, Any] = {
            "name": file.path.name,
            "size_bytes": file.size_bytes,
            "sample_sha256": self._finder.sample(file),
            "modified_at": datetime.fromtimestamp(file.mtime_ns / 1e9, UTC).isoformat(),
        }
        body |= {name: value for name, value in (("batch_name", batch), ("folder", folder)) if value}
        if sha256 or 0 < file.size_bytes <= HASH_FIRST_BYTES:
            body["sha256"] = sha256 or self._finder.sha256(file)
        answer = self._transport.json("POST", "uploads", body=body, key=record.key)
        upload = decode(Upload, answer, "uploads")
        record = record.having(upload_id=upload.id, upload_url=upload.upload_url or f"tus/{upload.id}")
        self._store.save(file, record)
        self.sending.tell(file, "declared", 0)
        return record, upload

    def _finish(self, file: LocalFile, record: UploadRecord, upload: Upload) -> Sent:
        digest = PrefixHash(file.path)
        try:
            if not upload.asset_id and upload.state not in {"received", "storing"}:
                self._transfer(file, record, upload, digest)
        except OffcutError as error:
            if error.code == "file_changed":
                self._cancel(upload.id)
                self._store.forget(file)
            raise
        upload = self._received(upload)
        self._compare(file, upload, digest)
        self._store.save(file, record.having(asset_id=upload.asset_id or "", etags={}))
        self.sending.tell(file, "received", file.size_bytes)
        return Sent(
            file.path, file.size_bytes, "received", upload.id, upload.asset_id or "", duplicate=upload.duplicate
        )

    def _transfer(self, file: LocalFile, record: UploadRecord, upload: Upload, digest: PrefixHash) -> None:
        if upload.paused:
            raise paused(file)
        with self._slots:
            self.sending.check_stop()
            if upload.transport != "s3":
                self._tus.transfer(file, record.upload_url, digest)
                return

            def keep(etags: dict[int, str]) -> None:
                self._store.save(file, record.having(etags={str(number): etag for number, etag in etags.items()}))

            self._parts.transfer(file, record, upload, digest, keep)

    def _cancel(self, upload_id: str) -> None:
        """Throw away what was sent; should that fail, the unfinished upload expires by itself."""
        with contextlib.suppress(OffcutError):
            self._transport.request("DELETE", f"uploads/{upload_id}")

    def _received(self, upload: Upload) -> Upload:
        """Wait until the server has checked and stored the whole file."""
        seen = wait_until(
            self._transport,
            lambda: self._finder.fetch(upload.id),
            lambda now: bool(now.asset_id) or now.over or self.stop.is_set(),
            timeout_s=_RECEIVED_TIMEOUT_S + upload.size_bytes / _SLOWEST_STORING,
            what=t("The upload"),
            first_s=0.05,
            longest_s=2.0,
        )
        if not seen.asset_id and not seen.over:
            raise InterruptedSendError
        if not seen.asset_id:
            raise failed(seen)
        return seen

    def _compare(self, file: LocalFile, upload: Upload, digest: PrefixHash) -> None:
        """The server's SHA-256 must be that of the file here."""
        theirs = self._finder.sha256_there(upload.asset_id)
        if theirs and theirs != digest.advance_to(file.size_bytes):
            self._store.forget(file)
            raise OffcutError(
                "checksum_mismatch",
                t("{name} is not the same here and at the server.", name=file.path.name),
                t(
                    "The server keeps it as {asset_id}. It changed while it was sent: withdraw it, send again.",
                    asset_id=upload.asset_id,
                ),
            )


def _in_batch(upload: Upload, batch: str | None) -> bool:
    return batch is None or " ".join((upload.batch_name or "").split()) == " ".join(batch.split())


def paused(file: LocalFile) -> OffcutError:
    """Somebody paused this upload, here or in the browser."""
    return OffcutError(
        PAUSED,
        t("{name} is paused.", name=file.path.name),
        t("What arrived is safe. Go on with: offcut resume"),
    )
