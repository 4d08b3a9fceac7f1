"""Files on their way in, and the batches they form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from offcut.errors import OffcutError
from offcut.limits import RateLimit
from offcut.local_files import scan
from offcut.matching import find, question
from offcut.models import Me
from offcut.models_sending import Batch, Match, Upload
from offcut.profiles import config_folder
from offcut.sending import CHUNK_BYTES, OnUpload, Sending, Sent
from offcut.sending_all import send_all
from offcut.transport import Transport, new_key
from offcut.upload_state import UploadStore
from offcut.uploading import Check, Uploader
from offcut.wire import decode


class UploadsApi:
    """Sending files."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, state: str | None = None, limit: int | None = None) -> Iterator[Upload]:
        """My organisation's uploads, newest first."""
        for item in self._transport.pages("uploads", {"state": state}, limit):
            yield decode(Upload, item, "uploads")

    def get(self, upload_id: str) -> Upload:
        """One upload as the server sees it."""
        return decode(Upload, self._transport.json("GET", f"uploads/{upload_id}"), "uploads")

    def cancel(self, upload_id: str) -> None:
        """Give up an unfinished upload; its bytes are thrown away."""
        self._transport.request("DELETE", f"uploads/{upload_id}")

    def pause(self, upload_id: str) -> Upload:
        """Take no more bytes until it is resumed; what arrived stays."""
        return self._asked(upload_id, "pause")

    def resume(self, upload_id: str) -> Upload:
        """Take bytes again; this sends none."""
        return self._asked(upload_id, "resume")

    def _asked(self, upload_id: str, verb: str) -> Upload:
        answer = self._transport.json("POST", f"uploads/{upload_id}/{verb}", key=new_key())
        return decode(Upload, answer, "uploads")

    def match(self, paths: Sequence[Path]) -> Sequence[Match]:
        """What the server knows of these files, by name, size and sampled hash; nothing is sent. At most 1000."""
        return find(self._transport, [question(path, path.stat().st_size) for path in paths])

    def store(self, state_folder: Path | None = None) -> UploadStore:
        """What this machine noted about files of this account."""
        return UploadStore(state_folder or config_folder() / "uploads", self._account())

    def uploader(
        self,
        *,
        state_folder: Path | None = None,
        limit_rate: int | None = None,
        chunk_bytes: int = CHUNK_BYTES,
        jobs: int = 2,
        on_event: OnUpload | None = None,
        check: Check | None = None,
    ) -> Uploader:
        """The machine behind `send`, for callers that choose files themselves. `limit_rate` in bytes per second.

        `check` is called with each file before it is sent and refuses it with an OffcutError.
        """
        sending = Sending(self._transport, RateLimit(limit_rate), chunk_bytes)
        if on_event is not None:
            sending.on_event = on_event
        return Uploader(sending, self.store(state_folder), jobs=jobs, check=check)

    def send(
        self,
        paths: Sequence[Path],
        *,
        batch: str | None = None,
        jobs: int = 2,
        limit_rate: int | None = None,
        chunk_bytes: int = CHUNK_BYTES,
        state_folder: Path | None = None,
        on_event: OnUpload | None = None,
    ) -> Sequence[Sent]:
        """Send files and the videos in folders (any depth); continues what an earlier run left, sends nothing twice.

        A folder is a batch under its own name unless `batch` names another. One result per file, in order; a failed
        file does not stop the others. `on_event` is called from worker threads.
        """
        machine = self.uploader(
            state_folder=state_folder, limit_rate=limit_rate, chunk_bytes=chunk_bytes, jobs=jobs, on_event=on_event
        )
        found = scan(paths)
        return send_all(machine, found.files, lambda file: found.batch(file, batch))

    def _account(self) -> str:
        me = decode(Me, self._transport.json("GET", "me"), "me")
        return f"{self._transport.url}|{me.organisation.id if me.organisation else me.email}"


class BatchesApi:
    """Folders' worth of files, and the receipts for them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, limit: int | None = None) -> Iterator[Batch]:
        """My organisation's batches, newest first."""
        for item in self._transport.pages("batches", None, limit):
            yield decode(Batch, item, "batches")

    def get(self, batch_id: str) -> Batch:
        """One batch: how much of it was received, and whether the card may be erased."""
        return decode(Batch, self._transport.json("GET", f"batches/{batch_id}"), "batches")

    def create(self, name: str) -> Batch:
        """A new batch, or the one of this name."""
        try:
            answer = self._transport.json("POST", "batches", body={"name": name}, key=new_key())
        except OffcutError as error:
            known = error.extra.get("batch_id")
            if error.code != "batch_name_taken" or not isinstance(known, str):
                raise
            return self.get(known)
        return decode(Batch, answer, "batches")

    def named(self, name_or_id: str) -> Batch | None:
        """A batch by its id or its exact name; None when there is none."""
        if name_or_id.startswith("bat_"):
            return self.get(name_or_id)
        return next((batch for batch in self.list() if batch.name == name_or_id), None)

    def receipt(self, batch_id: str, form: str = "csv", *, partial: bool = False) -> bytes:
        """The receipt of a batch as `csv` or `mhl`.

        OffcutError `not_all_received` while files are missing, unless `partial`.
        """
        query = {"format": form, **({"partial": "true"} if partial else {})}
        return self._transport.request("GET", f"batches/{batch_id}/receipt", query=query).content
