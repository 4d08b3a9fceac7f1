"""A part of an open file that reads like a whole one, so that a server can send it without copying."""

from __future__ import annotations

from typing import BinaryIO


class FileSlice:
    """The next ``length`` bytes of ``file`` from ``start``; owns the file and closes it."""

    def __init__(self, file: BinaryIO, *, start: int, length: int) -> None:
        self._file = file
        self._left = length
        file.seek(start)

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, none after the end of the slice."""
        wanted = self._left if size < 0 else min(size, self._left)
        piece = self._file.read(wanted) if wanted else b""
        self._left -= len(piece)
        return piece

    def fileno(self) -> int:
        """Descriptor, positioned at the start of the slice, for a server's sendfile."""
        return self._file.fileno()

    def tell(self) -> int:
        """Position in the underlying file."""
        return self._file.tell()

    def close(self) -> None:
        """Close the underlying file."""
        self._file.close()
