"""Files while they arrive: one per upload under its id, one writer at a time, the hash running along."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from media_ingest.domain.digests import Digests

_BLOCK: Final = 1 << 20
_REMEMBERED: Final = 512
_WRITE_OUT: Final = 8 << 20
_SYNC_FILE_RANGE_WRITE: Final = 2  # linux/fs.h: start writing dirty pages, wait for nothing


def _linux_sync_file_range() -> Callable[[int, int, int, int], int] | None:
    """Return Linux's ``sync_file_range(2)``; None elsewhere. It only hurries: its result does not matter."""
    try:
        found = ctypes.CDLL(None).sync_file_range
    except (AttributeError, OSError):
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
    call: Callable[[int, int, int, int], int] = found
    return call


_sync_file_range: Final = _linux_sync_file_range()


class ScratchBusy(Exception):
    """Another request is writing this file."""


class ScratchGone(Exception):
    """The file is not there: never made, lost, or taken away (cancelled, expired, finished) meanwhile."""


class RunningHashes:
    """Hash states of growing files, by upload and generation, so that no byte is read twice.

    Kept per process, for the most recent uploads. A process that did not receive the last bytes itself
    continues from the longest prefix it knows and reads only what is missing.
    """

    def __init__(self, capacity: int = _REMEMBERED) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._states: OrderedDict[tuple[UUID, int], tuple[int, Digests]] = OrderedDict()

    def recall(self, key: tuple[UUID, int], offset: int) -> tuple[int, Digests]:
        """Return ``(position, state)``: a private copy of the longest known prefix, at most ``offset`` long."""
        with self._lock:
            position, state = self._states.get(key, (0, None))
            if state is None or position > offset:
                return 0, Digests()
            return position, state.copy()

    def remember(self, key: tuple[UUID, int], offset: int, state: Digests) -> None:
        """Keep the state after ``offset`` bytes."""
        with self._lock:
            self._states[key] = (offset, state.copy())
            self._states.move_to_end(key)
            while len(self._states) > self._capacity:
                self._states.popitem(last=False)

    def forget(self, key: tuple[UUID, int]) -> None:
        """Drop a state, when the upload is over."""
        with self._lock:
            self._states.pop(key, None)


RUNNING_HASHES: Final = RunningHashes()


class ScratchFile:
    """One upload's file, open and locked. All positions in bytes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._begun = self.size

    @property
    def size(self) -> int:
        """What is on disk now."""
        return os.fstat(self._descriptor).st_size

    def write_at(self, offset: int, block: bytes | bytearray) -> None:
        """Write a whole block. An OSError leaves a shorter file, never a gap."""
        view = memoryview(block)
        while view:
            written = os.pwrite(self._descriptor, view, offset)
            offset, view = offset + written, view[written:]

    def write_out(self, end: int) -> None:
        """Let the disk begin with what was written, every few MiB, so that ``sync`` has little left to wait for."""
        if end - self._begun >= _WRITE_OUT and _sync_file_range is not None:
            _sync_file_range(self._descriptor, self._begun, end - self._begun, _SYNC_FILE_RANGE_WRITE)
            self._begun = end

    def truncate(self, size: int) -> None:
        """Throw away everything from ``size`` on."""
        os.ftruncate(self._descriptor, size)

    def sync(self) -> None:
        """Wait until the bytes survive a power cut."""
        os.fsync(self._descriptor)

    def hash_on(self, state: Digests, start: int, end: int) -> None:
        """Feed the bytes ``[start, end)`` to a running hash."""
        while start < end:
            block = os.pread(self._descriptor, min(_BLOCK, end - start), start)
            if not block:
                message = "the file became shorter while it was read"
                raise OSError(message)
            state.update(block)
            start += len(block)


def scratch_folder() -> Path:
    """Return the folder of growing files."""
    return settings.OFFCUT.scratch_root / "uploads"


def scratch_path(upload_id: UUID) -> Path:
    """Return where an upload's bytes lie. The name is the id alone: nothing a sender says."""
    return scratch_folder() / upload_id.hex


def scratch_size(upload_id: UUID) -> int:
    """Return how many bytes of an upload are on disk; 0 when none arrived yet."""
    try:
        return scratch_path(upload_id).stat().st_size
    except FileNotFoundError:
        return 0


def scratch_drop(upload_id: UUID) -> None:
    """Remove an upload's bytes; a writer that still has them open is told by ``ScratchGone`` or a lost row."""
    scratch_path(upload_id).unlink(missing_ok=True)


def scratch_free() -> int:
    """Return the bytes free on the disk that takes growing files."""
    folder = scratch_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def scratch_ids() -> Iterator[tuple[UUID, float]]:
    """Yield the upload ids that have a file, with the time of its last change (Unix seconds)."""
    for path in sorted(scratch_folder().glob("*")):
        try:
            yield UUID(path.name), path.stat().st_mtime
        except (ValueError, FileNotFoundError):
            continue


@contextmanager
def scratch_open(upload_id: UUID, *, create: bool) -> Iterator[ScratchFile]:
    """Open an upload's file for writing, locked against every other request.

    ``create`` makes it when it is not there yet; otherwise a missing file is ``ScratchGone``. Raises
    ``ScratchBusy`` at once when somebody else holds it. The lock ends with the process, so a crash
    leaves none behind.
    """
    path = scratch_path(upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_CREAT if create else 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileNotFoundError as error:
        raise ScratchGone from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ScratchBusy from error
        if not _still_at(path, descriptor):
            raise ScratchGone
        yield ScratchFile(descriptor)
    finally:
        os.close(descriptor)


def _still_at(path: Path, descriptor: int) -> bool:
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    opened = os.fstat(descriptor)
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)
