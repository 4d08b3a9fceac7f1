"""Stored objects on this machine's disk: content-addressed, bounded, shared by every process here.

How it stays right with many processes and no daemon:

* A file appears by rename, after its bytes hashed to its name. Whoever fetches it holds the lock of the
  half-written file, so that two processes never fetch the same object twice.
* Whoever uses a file holds a shared lock on it, for as long as the ``Path`` object lives that ``find`` or
  ``fetch`` returned. Eviction takes the least recently used file whose lock it gets, and no other.
* Locks end with the process, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PosixPath
from typing import Final
from uuid import uuid4

from media_ingest.adapters.store_port import BlobMismatch

_PART: Final = ".part"
_READ_ONLY: Final = 0o440
_STALE_PART_S: Final = 3600.0


class PinnedPath(PosixPath):
    """A path whose file cannot be evicted while this very object lives."""


def _pinned(path: Path, descriptor: int) -> PinnedPath:
    """Tie an open, locked descriptor to the life of a path object."""
    pinned = PinnedPath(path)
    weakref.finalize(pinned, os.close, descriptor)
    return pinned


class StoreCache:
    """A folder of objects by hash, at most ``limit_bytes`` unless more is in use."""

    def __init__(self, root: Path, limit_bytes: int) -> None:
        self._root = root
        self._limit = limit_bytes

    @property
    def limit_bytes(self) -> int:
        """What all files may take together."""
        return self._limit

    def find(self, sha256: str) -> Path | None:
        """Return the object if it is here, pinned; None otherwise."""
        path = self._final(sha256)
        while True:
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return None
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if os.fstat(descriptor).st_nlink:
                os.utime(path)
                return _pinned(path, descriptor)
            os.close(descriptor)  # evicted between opening and locking

    def fetch(self, sha256: str, size: int, blocks: Callable[[], Iterable[bytes]]) -> Path:
        """Return the object, pinned; ``blocks`` is called for its bytes when it is not here yet.

        Raises ``BlobMismatch`` when the bytes do not hash to ``sha256``, OSError when the disk refuses; nothing
        half-written is left.
        """
        part = self._final(sha256).with_name(sha256 + _PART)
        while (found := self.find(sha256)) is None:
            with self._written(part) as descriptor:
                if self._final(sha256).exists():
                    continue  # whoever held the lock before us fetched it
                self._make_room(size)
                if _fill(descriptor, blocks()) != (sha256, size):
                    raise BlobMismatch("the store sent other bytes than it was given")
                kept = self._keep(part, descriptor, sha256)
                if kept is not None:
                    return kept
        return found

    def take_in(self, blocks: Iterable[bytes], size: int) -> tuple[str, int, Path | None]:
        """Write bytes whose hash nobody knows yet; return hash, size and the pinned file.

        An object larger than the whole cache is only hashed. Raises OSError when the disk refuses.
        """
        if size > self._limit:
            return *_fill(None, blocks), None
        part = self._root / (uuid4().hex + _PART)
        with self._written(part) as descriptor:
            self._make_room(size)
            sha256, written = _fill(descriptor, blocks)
            return sha256, written, self._keep(part, descriptor, sha256)

    def adopt(self, path: Path, sha256: str) -> None:
        """Move a verified file in instead of removing it; where that would be a copy it is removed."""
        final = self._final(sha256)
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._make_room(path.stat().st_size)
            path.chmod(_READ_ONLY)
            path.rename(final)
            os.utime(final)
        except OSError:
            path.unlink(missing_ok=True)

    def drop(self, sha256: str) -> None:
        """Forget an object; who has it open keeps reading."""
        self._final(sha256).unlink(missing_ok=True)

    def files(self) -> list[Path]:
        """Return every whole file, the least recently used first."""
        found = [(path, _used_at(path)) for path in self._root.glob("??/*") if not path.name.endswith(_PART)]
        return [path for path, used in sorted(found, key=lambda pair: pair[1])]

    def _final(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256

    def _keep(self, part: Path, descriptor: int, sha256: str) -> Path | None:
        """Give a whole file its name; its lock becomes the pin. None when it was evicted in that very moment.

        The name comes first: while the lock changes from exclusive to shared another writer may get it, and finds
        that the half-written file is not there any more.
        """
        final = self._final(sha256)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.fchmod(descriptor, _READ_ONLY)
        part.rename(final)
        pin = os.dup(descriptor)  # shares the lock, which the writer's own end does not release
        fcntl.flock(pin, fcntl.LOCK_SH)
        pinned = _pinned(final, pin)
        return pinned if os.fstat(pin).st_nlink else None

    @contextlib.contextmanager
    def _written(self, part: Path) -> Iterator[int]:
        """Hold a half-written file, empty and locked; what is left of it goes when the work fails."""
        part.parent.mkdir(parents=True, exist_ok=True)
        while True:
            descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink and _is_at(part, descriptor):
                break
            os.close(descriptor)  # became a whole file, or was removed, while we waited
        try:
            os.ftruncate(descriptor, 0)
            yield descriptor
        finally:
            if _is_at(part, descriptor):
                part.unlink(missing_ok=True)
            os.close(descriptor)

    def _make_room(self, size: int) -> None:
        """Evict, least recently used first, until ``size`` more bytes fit; never a file in use."""
        for stale in [*self._root.glob(f"*{_PART}"), *self._root.glob(f"??/*{_PART}")]:
            if time.time() - _used_at(stale) > _STALE_PART_S:
                _remove_unused(stale)
        files = self.files()
        total = sum(_size(path) for path in files) + size
        for path in files:
            if total <= self._limit:
                return
            length = _size(path)
            if _remove_unused(path):
                total -= length

    def clear(self) -> None:
        """Remove everything (tests, and an operator who needs the disk)."""
        shutil.rmtree(self._root, ignore_errors=True)


def _fill(descriptor: int | None, blocks: Iterable[bytes]) -> tuple[str, int]:
    """Write blocks while hashing them; return hash and length."""
    digest, written = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        view = memoryview(block)
        while descriptor is not None and view:
            view = view[os.write(descriptor, view) :]
        written += len(block)
    if descriptor is not None:
        os.fsync(descriptor)
    return digest.hexdigest(), written


def _remove_unused(path: Path) -> bool:
    """Remove a file unless somebody holds its lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    opened = os.fstat(descriptor)
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
