"""What is known about files being sent, one small file each, so that a second run continues where the first stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from offcut.durable import read_json, write_json
from offcut.local_files import LocalFile


@dataclass(frozen=True)
class UploadRecord:
    """One file on its way: which file it was, under which key it was declared, and what the server called it.

    `etags` are object storage's receipts for parts, by part number (JSON keys are texts).
    """

    path: str
    size_bytes: int
    mtime_ns: int
    key: str
    upload_id: str = ""
    upload_url: str = ""
    asset_id: str = ""
    batch: str = ""
    account: str = ""
    etags: Mapping[str, str] = field(default_factory=dict)

    def describes(self, file: LocalFile) -> bool:
        """Whether this is about the file as it is now."""
        return (self.size_bytes, self.mtime_ns) == (file.size_bytes, file.mtime_ns)

    def having(self, **changes: Any) -> UploadRecord:
        """The same record with some facts replaced."""
        return replace(self, **changes)


def _read(path: Path) -> UploadRecord | None:
    facts = read_json(path)
    if facts is None:
        return None
    known = {field.name for field in fields(UploadRecord)}
    try:
        return UploadRecord(**{name: value for name, value in facts.items() if name in known})
    except TypeError:
        return None


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
        record = _read(self._file(file.path))
        return record if record is not None and record.describes(file) else None

    def save(self, file: LocalFile, record: UploadRecord) -> None:
        """Remember a record."""
        write_json(self._file(file.path), asdict(record.having(account=self._account)))

    def forget(self, file: LocalFile) -> None:
        """Drop what is known about a file."""
        self._file(file.path).unlink(missing_ok=True)

    def unfinished(self) -> Iterator[UploadRecord]:
        """Every file of this account that was declared here and is not known to be received."""
        for path in sorted(self._folder.glob("*.json")):
            record = _read(path)
            if record is not None and record.account == self._account and record.upload_id and not record.asset_id:
                yield record
