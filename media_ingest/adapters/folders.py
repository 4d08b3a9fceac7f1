"""Files in a folder of this machine, found and opened so that no link leads elsewhere."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from media_ingest.domain.importing import Skip, left_alone

_SPARSE_FROM: Final = 1 << 20
_BLOCK: Final = 512


class FileChanged(Exception):
    """The file is not the one that was found: replaced, written to, or linked meanwhile."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file (or a folder that is skipped whole) and what identifies it while we read it."""

    path: Path
    relative: str
    size_bytes: int
    modified_at: datetime
    identity: tuple[int, int, int, int, int]
    """Device, inode, size, time of the last change in nanoseconds, names."""
    skip: Skip | None

    @property
    def folder(self) -> str:
        """Where it lies below the folder; empty at the top."""
        return self.relative.rpartition("/")[0]


def files_in(root: Path) -> Iterator[FoundFile]:
    """Yield every file below ``root``, in order of name; links are never followed, skipped folders never entered."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            if folder == root:
                raise
            yield _found(root, folder, Skip.UNREADABLE)
            continue
        below = []
        for entry in entries:
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                skip = left_alone(entry.name)
                if skip is None:
                    below.append(path)
                    continue
                yield _found(root, path, skip)
            else:
                yield _found(root, path, left_alone(entry.name))
        folders += reversed(below)


def _found(root: Path, path: Path, skip: Skip | None) -> FoundFile:
    status = path.lstat()
    return FoundFile(
        path=path,
        relative=path.relative_to(root).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        size_bytes=status.st_size,
        modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
        identity=_identity(status),
        skip=skip or _refused(status),
    )


def _refused(status: os.stat_result) -> Skip | None:
    if stat.S_ISLNK(status.st_mode):
        return Skip.SYMLINK
    if not stat.S_ISREG(status.st_mode):
        return Skip.SPECIAL
    if status.st_nlink > 1:
        return Skip.HARDLINK
    if not status.st_size:
        return Skip.EMPTY
    sparse = status.st_size >= _SPARSE_FROM and status.st_blocks * _BLOCK < status.st_size // 2
    return Skip.SPARSE if sparse else None


def _identity(status: os.stat_result) -> tuple[int, int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_nlink


@contextmanager
def opened(found: FoundFile) -> Iterator[BinaryIO]:
    """Open a found file for reading; ``FileChanged`` when something else has its name now. OSError as usual."""
    try:
        descriptor = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FileChanged from error
        raise
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        check_unchanged(found, stream.fileno())
        yield stream


def check_unchanged(found: FoundFile, descriptor: int) -> None:
    """Raise ``FileChanged`` unless an open file is what was found."""
    if _identity(os.fstat(descriptor)) != found.identity:
        raise FileChanged


def removed(found: FoundFile) -> None:
    """Take a file out of its folder, if it is still the one that was found."""
    if _identity(found.path.lstat()) != found.identity:
        raise FileChanged
    found.path.unlink()
