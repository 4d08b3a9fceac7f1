"""Sending files so that nothing is ever sent twice: tus 1.0 in chunks, continued after any interruption."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from offcut.errors import OffcutError
from offcut.hashing import PrefixHash
from offcut.language import t
from offcut.limits import RateLimit
from offcut.local_files import LocalFile
from offcut.models import Upload
from offcut.transport import Transport, new_key, problem
from offcut.upload_state import UploadRecord, UploadStore
from offcut.waiting import wait_until
from offcut.wire import decode

CHUNK_BYTES = 8 << 20
# Files up to this size are hashed before they are declared: the server may have the same bytes already.
HASH_FIRST_BYTES = 64 << 20
_BLOCK_BYTES = 256 << 10
_TUS = {"Tus-Resumable": "1.0.0"}
_GONE = frozenset({404, 410})
_CONTINUE = frozenset({0, 408, 409, 423, 425, 429, 460, 500, 502, 503, 504})
_FIRST_ERROR = 400
_RECEIVED_TIMEOUT_S = 600.0
_FAILED_STATES = frozenset({"failed", "cancelled", "expired"})


@dataclass(frozen=True)
class UploadEvent:
    """Something to show: `kind` is declared, resumed, sent, retry, received, recognised, changed or failed."""

    file: LocalFile
    kind: str
    offset: int


@dataclass(frozen=True)
class Sent:
    """How it ended for one file: `state` is received, recognised (was there), changed, failed or interrupted."""

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


class _GoneError(Exception):
    """The server no longer knows this upload."""


class _InterruptedError(Exception):
    """The person asked to stop."""


def changed_error(path: Path) -> OffcutError:
    """The file was written to while it was being sent."""
    return OffcutError(
        "file_changed",
        t("{name} changed while it was being sent.", name=path.name),
        t("This file was stopped and nothing of it was kept; the others go on. Send it again when it is at rest."),
    )


def _unreadable(file: LocalFile, error: OSError) -> OffcutError:
    return OffcutError(
        "unreadable",
        t("{name} cannot be read.", name=file.path.name),
        t(
            "{strerror}. What the server has stays there. Check the disk or card and run the same command again.",
            strerror=error.strerror,
        ),
    )


def _failed(upload: Upload) -> OffcutError:
    reason = upload.reason if isinstance(upload.reason, dict) else {}
    detail = f"{reason.get('text', '')} {reason.get('what_to_do', '')}".strip()
    return OffcutError(
        "upload_failed", t("The server could not keep this file."), detail or t("It is {state}.", state=upload.state)
    )


class Uploader:
    """Sends files one by one; one instance may be used by several threads."""

    def __init__(
        self,
        transport: Transport,
        store: UploadStore,
        *,
        chunk_bytes: int = CHUNK_BYTES,
        limit: RateLimit | None = None,
        on_event: OnUpload | None = None,
    ) -> None:
        self._transport = transport
        self._store = store
        self._chunk_bytes = chunk_bytes
        self._limit = limit or RateLimit()
        self._on_event = on_event or (lambda _event: None)
        self.stop = threading.Event()
        self.stop_now = threading.Event()

    def send(self, file: LocalFile, batch: str | None = None) -> Sent:
        """Send one file, continuing an earlier try; never raises for a failed file."""
        try:
            return self._send(file, batch)
        except _InterruptedError:
            return Sent(file.path, file.size_bytes, "interrupted")
        except (OffcutError, OSError) as problem_here:
            error = problem_here if isinstance(problem_here, OffcutError) else _unreadable(file, problem_here)
            state = "changed" if error.code == "file_changed" else "failed"
            self._tell(file, state, 0)
            return Sent(file.path, file.size_bytes, state, error=error)

    def known(self, file: LocalFile) -> UploadRecord | None:
        """What an earlier run noted about this very file, if anything."""
        return self._store.load(file)

    def _tell(self, file: LocalFile, kind: str, offset: int) -> None:
        self._on_event(UploadEvent(file, kind, offset))

    def _send(self, file: LocalFile, batch: str | None) -> Sent:
        for last in (False, True):
            if self.stop.is_set():
                raise _InterruptedError
            record = self._store.load(file)
            upload = self._known(record) if record else None
            known = upload is not None
            if record is None or upload is None:
                record, upload = self._declare(file, batch)
            elif not upload.asset_id:
                self._tell(file, "resumed", upload.offset)
            if upload.asset_id and (known or upload.duplicate):
                self._store.save(file, record.having(asset_id=upload.asset_id))
                self._tell(file, "recognised", file.size_bytes)
                return Sent(file.path, file.size_bytes, "recognised", upload.id, upload.asset_id, upload.duplicate)
            try:
                return self._finish(file, record, upload)
            except _GoneError:
                self._store.forget(file)
                if last:
                    break
        raise OffcutError(
            "upload_expired",
            t("The server no longer knows this upload."),
            t("Nothing was lost here. Send the file again."),
        )

    def _known(self, record: UploadRecord) -> Upload | None:
        """The upload of an earlier run as the server sees it now, or None when it must be declared (again)."""
        if not record.upload_id:
            return None
        try:
            upload = self._fetch(record.upload_id)
        except OffcutError as error:
            if error.status in _GONE:
                return None
            raise
        return None if upload.state in _FAILED_STATES else upload

    def _fetch(self, upload_id: str) -> Upload:
        return decode(Upload, self._transport.json("GET", f"uploads/{upload_id}"), "uploads")

    def _declare(self, file: LocalFile, batch: str | None) -> tuple[UploadRecord, Upload]:
        record = self._store.load(file)
        if record is None or record.upload_id:
            record = UploadRecord(str(file.path.resolve()), file.size_bytes, file.mtime_ns, new_key())
            self._store.save(file, record)
        body: dict[str, Any] = {"name": file.path.name, "size_bytes": file.size_bytes}
        if batch:
            body["batch_name"] = batch
        if 0 < file.size_bytes <= HASH_FIRST_BYTES:
            body["sha256"] = PrefixHash(file.path).advance_to(file.size_bytes)
        answer = self._transport.json("POST", "uploads", body=body, key=record.key)
        upload = decode(Upload, answer, "uploads")
        record = record.having(upload_id=upload.id, upload_url=upload.upload_url or f"tus/{upload.id}")
        self._store.save(file, record)
        self._tell(file, "declared", 0)
        return record, upload

    def _finish(self, file: LocalFile, record: UploadRecord, upload: Upload) -> Sent:
        digest = PrefixHash(file.path)
        try:
            if not upload.asset_id and upload.state not in {"received", "storing"}:
                self._transfer(file, record.upload_url)
        except OffcutError as error:
            if error.code == "file_changed":
                self._cancel(upload.id)
                self._store.forget(file)
            raise
        upload = self._received(upload.id)
        self._compare(file, upload, digest)
        self._store.save(file, record.having(asset_id=upload.asset_id or ""))
        self._tell(file, "received", file.size_bytes)
        return Sent(file.path, file.size_bytes, "received", upload.id, upload.asset_id or "", upload.duplicate)

    def _cancel(self, upload_id: str) -> None:
        """Throw away what was sent; should that fail, the unfinished upload expires by itself."""
        with contextlib.suppress(OffcutError):
            self._transport.request("DELETE", f"uploads/{upload_id}")

    def _received(self, upload_id: str) -> Upload:
        """Wait until the server has checked and stored the whole file."""
        upload = wait_until(
            self._transport,
            lambda: self._fetch(upload_id),
            lambda seen: bool(seen.asset_id) or seen.state in _FAILED_STATES,
            timeout_s=_RECEIVED_TIMEOUT_S,
            what="The upload",
            first_s=0.05,
            longest_s=2.0,
        )
        if not upload.asset_id:
            raise OffcutError(
                "upload_failed", t("The server could not keep this file."), f"{upload.reason or upload.state}"
            )
        return upload

    def _compare(self, file: LocalFile, upload: Upload, digest: PrefixHash) -> None:
        """The server's SHA-256 must be that of the file here."""
        asset = self._transport.json("GET", f"assets/{upload.asset_id}")
        theirs = asset.get("sha256") if isinstance(asset, dict) else None
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

    def _transfer(self, file: LocalFile, address: str) -> None:
        """Send chunk after chunk until the server confirms the last byte."""
        offset = self._offset(address)
        self._tell(file, "sent", offset)
        failures, chunk = 0, self._chunk_bytes
        first = file.size_bytes == 0
        while offset < file.size_bytes or first:
            first = False
            if self.stop.is_set():
                raise _InterruptedError
            try:
                confirmed = self._patch(file, address, offset, chunk)
                chunk = min(self._chunk_bytes, chunk * 2)
            except OffcutError as error:
                failures += 1
                if error.status not in _CONTINUE or error.code == "file_changed" or failures > 10:
                    raise
                # A chunk is kept whole or not at all: on a bad line smaller ones get through.
                chunk = max(min(chunk, _BLOCK_BYTES), chunk // 2)
                self._tell(file, "retry", offset)
                self._transport.stopping.wait(self._transport.patience.wait_s(failures, error.retry_after_s))
                confirmed = self._offset(address)
            if confirmed > offset:
                failures = 0
            offset = confirmed
            self._tell(file, "sent", offset)

    def _offset(self, address: str) -> int:
        """How many bytes the server has, by its own word."""
        try:
            response = self._transport.request("HEAD", self._transport.absolute(address), headers=_TUS)
        except OffcutError as error:
            if error.status in _GONE:
                raise _GoneError from error
            raise
        return _offset_header(response)

    def _patch(self, file: LocalFile, address: str, offset: int, chunk: int) -> int:
        size = min(chunk, file.size_bytes - offset)
        headers = {
            **_TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Content-Length": str(size),
            "Upload-Checksum": f"sha256 {self._chunk_digest(file, offset, size)}",
        }
        content = self._blocks(file, offset, size)
        with self._transport.open("PATCH", address, headers=headers, content=content) as response:
            response.read()
        if response.status_code in _GONE:
            raise _GoneError
        if response.status_code >= _FIRST_ERROR:
            raise problem(response)
        return _offset_header(response)

    def _chunk_digest(self, file: LocalFile, offset: int, size: int) -> str:
        sha256 = hashlib.sha256()
        with file.path.open("rb") as stream:
            stream.seek(offset)
            for _ in range(0, size, _BLOCK_BYTES):
                sha256.update(stream.read(min(_BLOCK_BYTES, size)))
                size -= _BLOCK_BYTES
        return base64.b64encode(sha256.digest()).decode("ascii")

    def _blocks(self, file: LocalFile, offset: int, size: int) -> Iterator[bytes]:
        """The bytes of one chunk; stops before its last block when the file is no longer the same."""
        with file.path.open("rb") as stream:
            stream.seek(offset)
            left = size
            while left > 0:
                block = stream.read(min(_BLOCK_BYTES, left))
                left -= len(block)
                if not block or (left == 0 and file.changed()):
                    raise changed_error(file.path)
                if self.stop_now.is_set():
                    raise _InterruptedError
                self._limit.take(len(block), self._transport.stopping)
                yield block


def _offset_header(response: httpx.Response) -> int:
    text = response.headers.get("Upload-Offset", "")
    if not text.isdigit():
        raise OffcutError(
            "unexpected_answer", t("The server did not say how much it has."), t("Nothing is lost. Try again.")
        )
    return int(text)


def send_all(uploader: Uploader, files: tuple[LocalFile, ...], batch: str | None, jobs: int) -> list[Sent]:
    """Send files in parallel, results in the order given.

    KeyboardInterrupt stops after the chunks in flight (a second one at once) and is raised again when all is safe.
    """
    with ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="upload") as pool:
        futures: list[Future[Sent]] = [pool.submit(uploader.send, file, batch) for file in files]
        try:
            wait(futures)
        except KeyboardInterrupt:
            uploader.stop.set()
            try:
                wait(futures)
            except KeyboardInterrupt:
                uploader.stop_now.set()
                wait(futures)
            raise
    return [future.result() for future in futures]
