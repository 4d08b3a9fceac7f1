"""Resolution classes as ranges of the shorter displayed side, so that a database can filter by class."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Final

from media_ingest.domain.resolution import ResolutionClass, resolution_class

_TALLEST_LIMIT: Final = 8_192


@cache
def class_ranges() -> dict[ResolutionClass, tuple[int, int | None]]:
    """First and (exclusive) last shorter side of each class, asked of the one function that defines them."""
    sides = range(2, _TALLEST_LIMIT)
    starts = [1, *(s for s in sides if resolution_class(s, s) is not resolution_class(s - 1, s - 1))]
    ends: list[int | None] = [end for _, end in pairwise(starts)]
    return {resolution_class(start, start): (start, end) for start, end in zip(starts, [*ends, None], strict=True)}
