"""HTTP byte ranges (RFC 9110, section 14): one range, as players and resuming clients ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from media_ingest.domain.errors import RANGE_UNMET

_ONE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes ``[start, end)`` of a file."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.end - self.start


def byte_range(header: str, size: int) -> ByteRange | None:
    """Return the range a ``Range`` header asks of a file of ``size`` bytes.

    None means the whole file: no header, several ranges, or a unit or form we do not know, all of which
    a server may ignore. A range beyond the end is refused with ``range_unmet``.
    """
    asked = _ONE.fullmatch(header.strip())
    if asked is None or asked.group() == "bytes=-":
        return None
    first, last = asked.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= end:
        raise RANGE_UNMET(f"The file has {size} bytes. Ask for bytes within it.", size=size)
    return ByteRange(start, end)
