"""ISO base media files as boxes: what is needed to put a box into a finished file and to keep its offsets true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

XMP_BOX: Final = UUID("be7acfcb-97a9-42e8-9c71-999491e3afac").bytes
"""The user type of a ``uuid`` box that holds an XMP packet (XMP specification, part 3)."""
C2PA_BOX: Final = UUID("d8fec3d6-1b0e-483c-9297-5828877ec481").bytes
"""The user type of a ``uuid`` box that holds a C2PA manifest store."""

_HEADER: Final = 8
_BLOCK: Final = 1 << 20
_CONTAINERS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_OFFSETS: Final = {b"stco": 4, b"co64": 8}


class NotBoxesError(ValueError):
    """The file is not a sequence of boxes that fill it."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: where it starts, how long it is with its header, how long its header is, its type and user type."""

    start: int
    size: int
    header: int
    kind: bytes
    user: bytes = b""

    @property
    def end(self) -> int:
        """Where the next box starts."""
        return self.start + self.size


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes that fill ``[start, end)``; NotBoxesError when they do not."""
    while start < end:
        file.seek(start)
        head = file.read(32)
        size, kind, header = int.from_bytes(head[:4], "big"), head[4:8], _HEADER
        if size == 1:
            size, header = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - start
        if size < header or start + size > end:
            raise NotBoxesError(f"a box of {size} bytes at {start} does not fit")
        user = head[header : header + 16] if kind == b"uuid" else b""
        yield Box(start, size, header, kind, user)
        start += size


def top_boxes(file: BinaryIO) -> list[Box]:
    """The boxes of a whole file."""
    return list(boxes(file, 0, file.seek(0, 2)))


def user_box(user: bytes, data: bytes) -> bytes:
    """A ``uuid`` box."""
    return (_HEADER + len(user) + len(data)).to_bytes(4, "big") + b"uuid" + user + data


def box_append(path: Path, box: bytes) -> None:
    """Put a box at the end of a file. NotBoxesError when its last box claims the rest of the file, whatever comes."""
    with path.open("r+b") as file:
        last = top_boxes(file)[-1]
        file.seek(last.start)
        if file.read(4) == bytes(4):
            raise NotBoxesError("the last box has no length of its own")
        file.seek(0, 2)
        file.write(box)


def box_taken(path: Path, user: bytes) -> bytes:
    """The one top-level ``uuid`` box of this user type, header and all; NotBoxesError when there is not one."""
    with path.open("rb") as file:
        found = [box for box in top_boxes(file) if box.user == user]
        if len(found) != 1:
            raise NotBoxesError(f"{len(found)} such boxes where one is needed")
        file.seek(found[0].start)
        return file.read(found[0].size)


def box_inserted(source: Path, target: Path, box: bytes) -> None:
    """Write ``target``: the source with a box put behind its first one, every chunk offset moved along."""
    with source.open("rb") as file, target.open("wb") as out:
        first, *rest = top_boxes(file)
        file.seek(0)
        out.write(file.read(first.end))
        out.write(box)
        for one in rest:
            file.seek(one.start)
            if one.kind == b"moov":
                out.write(_moved(file.read(one.size), len(box), first.end))
            else:
                _copy(file, out, one.size)


def _copy(file: BinaryIO, out: BinaryIO, size: int) -> None:
    left = size
    while left and (piece := file.read(min(left, _BLOCK))):
        out.write(piece)
        left -= len(piece)


def _moved(moov: bytes, by: int, behind: int) -> bytes:
    """A ``moov`` box whose chunk offsets behind a place are moved."""
    data = bytearray(moov)
    for start, width in _tables(moov, 0, len(moov)):
        count = int.from_bytes(moov[start + 4 : start + 8], "big")
        for place in range(start + 8, start + 8 + width * count, width):
            offset = int.from_bytes(moov[place : place + width], "big")
            data[place : place + width] = (offset + by if offset >= behind else offset).to_bytes(width, "big")
    return bytes(data)


def _tables(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the tables of chunk offsets have their data, and how many bytes an offset takes."""
    while start + _HEADER <= end:
        size, kind = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8]
        if size < _HEADER:
            raise NotBoxesError(f"a box of {size} bytes inside moov")
        if kind in _CONTAINERS:
            yield from _tables(data, start + _HEADER, start + size)
        elif kind in _OFFSETS:
            yield start + _HEADER, _OFFSETS[kind]
        start += size
