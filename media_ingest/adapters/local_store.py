"""Blobs on a local disk."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from core.clock import now
from media_ingest.adapters.files import READ_ONLY, copied, file_sha256, require_regular, sync_file, sync_folder
from media_ingest.adapters.store_port import (
    KEY,
    BlobMismatch,
    BlobMissing,
    References,
    StorageError,
    StorageUnavailable,
    Sweep,
    blob_key,
)
from media_ingest.domain.tiers import Tier

_BLOCK: Final = 1 << 20
_SWEEP_BATCH: Final = 500
_INCOMING: Final = ".incoming"
_LOCK: Final = ".lock"


class LocalStore:
    """Blobs on a local disk under ``root``. Several processes and threads may use it at once.

    With a ``cold_root``, a folder on a cheaper disk, an object of the cold tier lies there, and a symbolic link
    stands in its place: whoever reads notices nothing. A link that leads nowhere is a disk that is away.
    """

    def __init__(self, root: Path, cold_root: Path | None = None) -> None:
        self._root = root
        self._cold = cold_root

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
        require_regular(path, size)
        if not hashed and file_sha256(path) != sha256:
            raise BlobMismatch("the bytes hash to something else")

    def _publish(self, source: Path, final: Path, sha256: str, size: int) -> None:
        if self._holds(final, size):
            os.utime(final)
            source.unlink()
            return
        sync_file(source)
        try:
            source.rename(final)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._copy_in(source, sha256, size).rename(final)
            source.unlink(missing_ok=True)
        final.chmod(READ_ONLY)
        sync_folder(final.parent)

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
        if not KEY.fullmatch(key):
            raise BlobMissing("not a key of this store")
        return self._root / key

    def open(self, key: str) -> BinaryIO:
        """See ``BlobStore.open``."""
        try:
            return self.path(key).open("rb")
        except FileNotFoundError as error:
            raise BlobMissing(key) from error

    def path(self, key: str) -> Path:
        """See ``BlobStore.path``: the object itself; read-only."""
        path = self._resolve(key)
        if not path.is_file():
            if path.is_symlink():
                raise StorageUnavailable("the disk of the cold tier is away")
            raise BlobMissing(key)
        return path.readlink() if path.is_symlink() else path

    def exists(self, key: str) -> bool:
        """See ``BlobStore.exists``."""
        return self._resolve(key).is_file()

    def size(self, key: str) -> int:
        """See ``BlobStore.size``."""
        return self.path(key).stat().st_size

    def delete(self, key: str) -> None:
        """See ``BlobStore.delete``."""
        self._unlink(self._resolve(key))

    @staticmethod
    def _unlink(path: Path) -> None:
        """Remove a file, and what it points to on the cold disk; the pointed-to first, it could not be found again."""
        if path.is_symlink():
            path.readlink().unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def link(self, key: str, *, expires_in_s: int, filename: str = "") -> str | None:
        """See ``BlobStore.link``: a disk hands out none."""
        del expires_in_s, filename
        self._resolve(key)
        return None

    def tier(self, key: str) -> Tier:
        """See ``BlobStore.tier``."""
        self.path(key)
        return Tier.COLD if self._resolve(key).is_symlink() else Tier.HOT

    def move(self, key: str, tier: Tier) -> bool:
        """See ``BlobStore.move``: copied, synced, and only then put in place of the other by one rename."""
        if self.tier(key) is tier:
            return True
        if self._cold is None:
            return False
        place, cold = self._resolve(key), self._cold / key
        if tier is Tier.COLD:
            arrived = copied(place, cold.parent)
            arrived.rename(cold)
            sync_folder(cold.parent)
            link = self._root / _INCOMING / uuid4().hex
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(cold)
            link.rename(place)
        else:
            copied(place, self._root / _INCOMING).rename(place)
        sync_folder(place.parent)
        if tier is Tier.HOT:
            cold.unlink(missing_ok=True)
        return True

    def keys(self) -> Iterator[str]:
        """Yield every key, in order of hash."""
        for path in sorted((self._root / "blobs").glob("??/??/*")):
            yield path.relative_to(self._root).as_posix()

    def listing(self) -> Iterator[tuple[str, int]]:
        """See ``BlobStore.listing``."""
        for folder in (self._root / "blobs").glob("??/??"):
            inside = f"blobs/{folder.parent.name}/{folder.name}"
            with os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(FileNotFoundError):
                        yield f"{inside}/{entry.name}", entry.stat().st_size

    def sweep(self, referenced: References, *, older_than: timedelta, dry: bool) -> Sweep:
        """See ``BlobStore.sweep``.

        An object that is put again meanwhile gets a new time under the shared lock, so the second look
        under the exclusive lock spares it.
        """
        limit = (now() - older_than).timestamp()
        kept, removed, removed_bytes = 0, list[str](), 0
        keys = self.keys()
        while batch := list(islice(keys, _SWEEP_BATCH)):
            needed = referenced(batch)
            for key in batch:
                length = None if key in needed else self._remove_old(self._root / key, limit, dry=dry)
                if length is None:
                    kept += 1
                else:
                    removed.append(key)
                    removed_bytes += length
        for leftover in self._leftovers():
            length = self._remove_old(leftover, limit, dry=dry)
            if length is not None:
                removed.append(f"{_INCOMING}/{leftover.name}")
                removed_bytes += length
        return Sweep(kept, tuple(removed), removed_bytes)

    def _leftovers(self) -> Iterator[Path]:
        """Yield what interrupted copies left behind."""
        yield from (self._root / _INCOMING).glob("*")
        if self._cold is not None:
            yield from self._cold.glob("blobs/??/??/.*")

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
                self._unlink(path)
            return status.st_size

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / _LOCK).open("ab") as lock:
            fcntl.flock(lock, how)
            yield
