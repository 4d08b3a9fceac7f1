"""What is known about files being sent, one small file each, so that a second run continues where the first stopped."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from offcut.durable import read_json, write_json
from offcut.local_files import LocalFile


@dataclass(frozen=True)
class UploadRecord:
    """One file on its way: which file it was, under which key it was declared, and what the server called it."""

    path: str
    size_bytes: int
    mtime_ns: int
    key: str
    upload_id: str = ""
    upload_url: str = ""
    asset_id: str = ""

    def describes(self, file: LocalFile) -> bool:
        """Whether this is about the file as it is now."""
        return (self.size_bytes, self.mtime_ns) == (file.size_bytes, file.mtime_ns)

    def having(self, **changes: Any) -> UploadRecord:
        """The same record with some facts replaced."""
        return replace(self, **changes)


class UploadStore:
    """Records of one account at one server, below a folder."""

    def __init__(self, folder: Path, account: str) -> None:
        self._folder = folder
        self._account = account

    def _file(self, path: Path) -> Path:
        name = hashlib.sha256(f"{self._account}\0{path.resolve()}".encode()).hexdigest()[:40]
        return self._folder / f"{name}.json"

    def load(self, file: LocalFile) -> UploadRecord | None:
        """The record about this very file, or None (never sent, or changed since)."""
        facts = read_json(self._file(file.path))
        if facts is None:
            return None
        known = {field.name for field in fields(UploadRecord)}
        try:
            record = UploadRecord(**{name: value for name, value in facts.items() if name in known})
        except TypeError:
            return None
        return record if record.describes(file) else None

    def save(self, file: LocalFile, record: UploadRecord) -> None:
        """Remember a record."""
        write_json(self._file(file.path), asdict(record))

    def forget(self, file: LocalFile) -> None:
        """Drop what is known about a file."""
        self._file(file.path).unlink(missing_ok=True)
