"""What is known of a file before a byte of it is sent: by this machine's notes, or by the server's."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from offcut.errors import OffcutError
from offcut.hashing import PrefixHash
from offcut.local_files import LocalFile
from offcut.matching import Matcher
from offcut.models_sending import Upload
from offcut.sending import GONE, Sending
from offcut.transport import new_key
from offcut.upload_state import UploadRecord, UploadStore
from offcut.wire import decode

Known = tuple[UploadRecord | None, Upload | None]


def fresh_record(file: LocalFile) -> UploadRecord:
    """A note about a file nobody was told of yet."""
    return UploadRecord(str(file.path.resolve()), file.size_bytes, file.mtime_ns, new_key())


class Finder:
    """Looks files up, for the length of one run."""

    def __init__(self, sending: Sending, store: UploadStore) -> None:
        self._sending = sending
        self._transport = sending.transport
        self._store = store
        self._matcher = Matcher(sending.transport)
        self._lock = threading.Lock()
        self._claimed: set[str] = set()
        self._hashes: dict[LocalFile, str] = {}

    def sample(self, file: LocalFile) -> str:
        """The sampled hash."""
        return self._matcher.sample(file)

    def sha256(self, file: LocalFile) -> str:
        """SHA-256 of the whole file, read once."""
        with self._lock:
            known = self._hashes.get(file)
        if known is None:
            known = PrefixHash(file.path).advance_to(file.size_bytes)
            with self._lock:
                self._hashes[file] = known
        return known

    def ask(self, files: Sequence[LocalFile]) -> None:
        """Ask the server about those of many files that this machine has no notes of."""
        records = {file: self._store.load(file) for file in files}
        with self._lock:
            self._claimed |= {record.upload_id for record in records.values() if record}
        self._matcher.ask([file for file, record in records.items() if record is None])

    def fetch(self, upload_id: str) -> Upload:
        """An upload as the server sees it now."""
        return decode(Upload, self._transport.json("GET", f"uploads/{upload_id}"), "uploads")

    def sha256_there(self, asset_id: str | None) -> str | None:
        """What the server says a received file hashes to."""
        asset = self._transport.json("GET", f"assets/{asset_id}")
        return asset.get("sha256") if isinstance(asset, dict) else None

    def known(self, record: UploadRecord) -> Upload | None:
        """The upload of an earlier run as the server sees it now, or None when it must be declared (again)."""
        if not record.upload_id:
            return None
        try:
            upload = self.fetch(record.upload_id)
        except OffcutError as error:
            if error.status in GONE:
                return None
            raise
        return None if upload.over else upload

    def match(self, file: LocalFile) -> Known:
        """What the server knows of a file that this machine has no notes of: sent from elsewhere, or before."""
        match = self._matcher.match(file)
        if match.result == "received" and match.asset_id:
            return self._received(file, match.upload_id, match.asset_id)
        if match.result != "continue" or not match.upload_id or not self._claim(match.upload_id):
            return None, None
        record = fresh_record(file).having(upload_id=match.upload_id)
        upload = self.known(record)
        if upload is None:
            return None, None
        record = record.having(upload_url=upload.upload_url or f"tus/{upload.id}")
        self._store.save(file, record)
        return record, upload

    def _received(self, file: LocalFile, upload_id: str | None, asset_id: str) -> Known:
        """A sample proves nothing: the whole file must hash to what is there."""
        self._sending.tell(file, "checking", 0)
        if self.sha256_there(asset_id) != self.sha256(file):
            return None, None
        seen = self.fetch(upload_id) if upload_id else Upload("", "received", file.size_bytes, asset_id=asset_id)
        return fresh_record(file).having(upload_id=seen.id, asset_id=asset_id), seen

    def _claim(self, upload_id: str) -> bool:
        """Whether this file may go on with an upload: two files with the same name and bytes are two uploads."""
        with self._lock:
            free = upload_id not in self._claimed
            self._claimed.add(upload_id)
            return free
