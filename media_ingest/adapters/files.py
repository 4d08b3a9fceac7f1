"""Files on a local disk that must survive: copied whole, hashed, synced."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from pathlib import Path
from typing import Final
from uuid import uuid4

from media_ingest.adapters.store_port import BlobMismatch

READ_ONLY: Final = 0o440
"""The mode of whatever is stored."""
_BLOCK: Final = 1 << 20


def copied(path: Path, folder: Path) -> Path:
    """Copy a file into a folder under a temporary name, synced and read-only; what fails leaves nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f".{uuid4().hex}"
    try:
        with path.open("rb") as source, target.open("xb") as sink:
            shutil.copyfileobj(source, sink, _BLOCK)
            sink.flush()
            os.fsync(sink.fileno())
        target.chmod(READ_ONLY)
    except OSError:
        target.unlink(missing_ok=True)
        raise
    return target


def require_regular(path: Path, size: int) -> None:
    """Refuse anything but a regular file of this length. Raises ``BlobMismatch``, ``FileNotFoundError``."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise BlobMismatch("not a regular file")
    if status.st_size != size:
        raise BlobMismatch(f"{status.st_size} bytes on disk, {size} announced")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in lower-case hexadecimal."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Wait until a file's bytes survive a power cut."""
    with path.open("rb") as opened:
        os.fsync(opened.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
