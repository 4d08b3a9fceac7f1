"""Where bytes are kept: content-addressed blobs, behind a port that a local disk and S3 can both fill.

Writing order, always: temporary name, verify size and SHA-256, sync, rename to the final name, and only
then may a row point to it. A crash leaves either nothing, or an unreferenced file for the sweep.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final, Protocol
from uuid import uuid4

from django.conf import settings

_KEY: Final = re.compile(r"blobs/([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_BLOCK: Final = 1 << 20
_READ_ONLY: Final = 0o440
_SWEEP_BATCH: Final = 500
_INCOMING: Final = ".incoming"
_LOCK: Final = ".lock"


class StorageError(Exception):
    """The store could not do what was asked; nothing half-written is visible."""


class BlobMissing(StorageError):
    """There is no such object."""


class BlobMismatch(StorageError):
    """The bytes are not those that were announced."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found."""

    kept: int
    removed: tuple[str, ...]
    removed_bytes: int


class BlobStore(Protocol):
    """Whole objects under the hash of their content. Every method is safe to repeat."""

    def put_file(self, path: Path, sha256: str, size: int, *, hashed: bool = False, keep: bool = False) -> str:
        """Keep a file and return its key. **Moves it**: afterwards ``path`` is gone, unless ``keep``.

        ``hashed`` says that the caller computed ``sha256`` while it wrote these very bytes, so that they
        need not be read again. Putting the same content twice is one object. Raises ``BlobMismatch``
        when size or hash differ, ``BlobMissing`` when there is neither file nor object.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """Open an object for reading, seekable. Raises ``BlobMissing``."""
        ...

    def path(self, key: str) -> Path:
        """Return a local, readable path (a store on another machine fetches it first). Raises ``BlobMissing``."""
        ...

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        ...

    def size(self, key: str) -> int:
        """Return the length in bytes. Raises ``BlobMissing``."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object if it is there."""
        ...

    def sweep(self, referenced: Callable[[Sequence[str]], set[str]], *, older_than: timedelta, dry: bool) -> Sweep:
        """Remove objects (and leftovers) older than ``older_than`` to which nothing refers.

        ``referenced`` gets keys and returns those that something still needs.
        """
        ...


@dataclass(frozen=True, slots=True)
class PartLink:
    """Where a client may put one part, until when."""

    number: int
    url: str
    expires_in_s: int


class PartTransport(Protocol):
    """Port for uploads that go straight to object storage in parts (S3 presigned multipart).

    The embedded mode has none: there the bytes come through tus. An installation with S3 fills it;
    ``services.uploads`` then hands out links instead of an upload address, and finishing calls
    ``complete`` followed by a server-side check of size and SHA-256 before the object is published.
    """

    def begin(self, upload_key: str, size: int) -> str:
        """Open a multipart upload and return its handle; repeating it returns the open one."""
        ...

    def sign(self, handle: str, numbers: Sequence[int]) -> tuple[PartLink, ...]:
        """Return a link for each part number (from 1), bound to method, path and length."""
        ...

    def held(self, handle: str) -> dict[int, str]:
        """Return the parts already stored: number and ETag."""
        ...

    def complete(self, handle: str, parts: Sequence[tuple[int, str]]) -> str:
        """Join the parts into one object and return its temporary key; safe to repeat."""
        ...

    def abort(self, handle: str) -> None:
        """Drop the parts; an unknown handle is fine. Dangling multipart uploads are invisible in listings."""
        ...


def blob_key(sha256: str) -> str:
    """Return the key of the object with this content hash: ``blobs/ab/cd/<sha256>``."""
    if not _SHA256.fullmatch(sha256):
        raise BlobMismatch("not a SHA-256 in lower-case hexadecimal")
    return f"blobs/{sha256[:2]}/{sha256[2:4]}/{sha256}"


class LocalStore:
    """Blobs on a local disk under ``root``. Several processes and threads may use it at once."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put_file(self, path: Path, sha256: str, size: int, *, hashed: bool = False, keep: bool = False) -> str:
        """See ``BlobStore.put_file``: verify, sync, rename."""
        key = blob_key(sha256)
        final = self._root / key
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._check(path, sha256, size, hashed=hashed)
            source = self._copy_in(path, sha256, size) if keep else path
            with self._locked(fcntl.LOCK_SH):
                self._publish(source, final, sha256, size)
        except FileNotFoundError as error:
            # Somebody else published the same file a moment ago (a job delivered twice), or it is lost.
            if not self._holds(final, size):
                raise BlobMissing(f"neither a file to store nor an object {key}") from error
            os.utime(final)
        return key

    def _check(self, path: Path, sha256: str, size: int, *, hashed: bool) -> None:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise BlobMismatch("not a regular file")
        if status.st_size != size:
            raise BlobMismatch(f"{status.st_size} bytes on disk, {size} announced")
        if not hashed and _file_sha256(path) != sha256:
            raise BlobMismatch("the bytes hash to something else")

    def _publish(self, source: Path, final: Path, sha256: str, size: int) -> None:
        if self._holds(final, size):
            os.utime(final)
            source.unlink()
            return
        _sync_file(source)
        try:
            source.rename(final)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._copy_in(source, sha256, size).rename(final)
            source.unlink(missing_ok=True)
        final.chmod(_READ_ONLY)
        _sync_folder(final.parent)

    def _copy_in(self, path: Path, sha256: str, size: int) -> Path:
        """Copy into the store's own file system under a temporary name, hashing on the way."""
        incoming = self._root / _INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        target, digest, written = incoming / uuid4().hex, hashlib.sha256(), 0
        try:
            with path.open("rb") as source, target.open("xb") as sink:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    written += sink.write(block)
                sink.flush()
                os.fsync(sink.fileno())
            if written != size or digest.hexdigest() != sha256:
                raise BlobMismatch("the bytes changed while they were copied")
        except (OSError, StorageError):
            target.unlink(missing_ok=True)
            raise
        return target

    @staticmethod
    def _holds(final: Path, size: int) -> bool:
        """Whether the object is there whole; one of another length is damage and is replaced."""
        try:
            return final.stat().st_size == size
        except FileNotFoundError:
            return False

    def _resolve(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise BlobMissing("not a key of this store")
        return self._root / key

    def open(self, key: str) -> BinaryIO:
        """See ``BlobStore.open``."""
        try:
            return self._resolve(key).open("rb")
        except FileNotFoundError as error:
            raise BlobMissing(key) from error

    def path(self, key: str) -> Path:
        """See ``BlobStore.path``: the object itself; read-only."""
        path = self._resolve(key)
        if not path.is_file():
            raise BlobMissing(key)
        return path

    def exists(self, key: str) -> bool:
        """See ``BlobStore.exists``."""
        return self._resolve(key).is_file()

    def size(self, key: str) -> int:
        """See ``BlobStore.size``."""
        return self.path(key).stat().st_size

    def delete(self, key: str) -> None:
        """See ``BlobStore.delete``."""
        self._resolve(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        """Yield every key, in order of hash."""
        for path in sorted((self._root / "blobs").glob("??/??/*")):
            yield path.relative_to(self._root).as_posix()

    def sweep(self, referenced: Callable[[Sequence[str]], set[str]], *, older_than: timedelta, dry: bool) -> Sweep:
        """See ``BlobStore.sweep``.

        An object that is put again meanwhile gets a new time under the shared lock, so the second look
        under the exclusive lock spares it.
        """
        limit = time.time() - older_than.total_seconds()
        kept, removed, removed_bytes = 0, list[str](), 0
        for batch in _batched(self.keys(), _SWEEP_BATCH):
            needed = referenced(batch)
            for key in batch:
                length = None if key in needed else self._remove_old(self._root / key, limit, dry=dry)
                if length is None:
                    kept += 1
                else:
                    removed.append(key)
                    removed_bytes += length
        for leftover in (self._root / _INCOMING).glob("*"):
            length = self._remove_old(leftover, limit, dry=dry)
            if length is not None:
                removed.append(f"{_INCOMING}/{leftover.name}")
                removed_bytes += length
        return Sweep(kept, tuple(removed), removed_bytes)

    def _remove_old(self, path: Path, limit: float, *, dry: bool) -> int | None:
        """Remove a file last touched before ``limit``; return its length, or None when it was spared."""
        with self._locked(fcntl.LOCK_EX):
            try:
                status = path.stat()
            except FileNotFoundError:
                return None
            if status.st_mtime >= limit:
                return None
            if not dry:
                path.unlink()
            return status.st_size

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / _LOCK).open("ab") as lock:
            fcntl.flock(lock, how)
            yield


def _batched(keys: Iterator[str], length: int) -> Iterator[list[str]]:
    batch: list[str] = []
    for key in keys:
        batch.append(key)
        if len(batch) == length:
            yield batch
            batch = []
    if batch:
        yield batch


def _file_sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _sync_file(path: Path) -> None:
    with path.open("rb") as opened:
        os.fsync(opened.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@cache
def _local(root: Path) -> LocalStore:
    return LocalStore(root)


def store() -> BlobStore:
    """Return the installation's blob store."""
    return _local(settings.OFFCUT.media_root)
