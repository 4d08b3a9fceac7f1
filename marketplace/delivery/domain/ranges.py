"""Byte ranges of one file, as RFC 9110 section 14 asks for them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPEC = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes ``[start, stop)`` of a file."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.stop - self.start

    def content_range(self, size: int) -> str:
        """Value of the Content-Range header for a file of ``size`` bytes."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


class UnsatisfiableRangeError(ValueError):
    """The range asked for lies outside the file (HTTP 416)."""


def span_wanted(header: str | None, size: int) -> Span | None:
    """The part of a ``size`` byte file that a Range header asks for; None means the whole file.

    A header that is malformed, or that asks for several ranges, is ignored as the RFC allows.
    Raises UnsatisfiableRangeError when no byte of the range exists.
    """
    match = _SPEC.fullmatch(header.replace(" ", "")) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        span = Span(max(0, size - int(last)), size)
    else:
        if last and int(last) < int(first):
            return None
        span = Span(int(first), min(size, int(last) + 1) if last else size)
    if span.length <= 0:
        raise UnsatisfiableRangeError(header)
    return span


def range_applies(if_range: str | None, etag: str) -> bool:
    """Whether a Range header may be honoured under this If-Range header: only for the very same bytes."""
    return if_range is None or if_range.strip() == etag
