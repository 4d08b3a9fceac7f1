"""When two recordings show the same, and which of the two is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

_MOVING: Final = 40
"""Movement, in thousandths of the picture's contrast, from which a recording proves itself by how it moves; fine detail
shimmers up to here when a picture is scaled."""
_SAME_MOVEMENT: Final = 620
_SAME_LOOK_MOVING: Final = 800
_SAME_LOOK_STILL: Final = 900
_LEAST_FRAMES: Final = 5
_LEAST_MS: Final = 2_200
"""Two seconds of the same opening are no copy; shorter recordings are told by their bytes alone."""
_SUBSTANTIAL: Final = 25
"""Percent of either recording from which two owners are asked: a leader or a title card is everybody's."""
_WHOLE: Final = 80
"""Percent of a recording that must be found in another one to call it a duplicate of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """A stretch of one recording that looks like a stretch of another; times in ms, measures in thousandths."""

    start_ms: int
    end_ms: int
    other_start_ms: int
    other_end_ms: int
    frames: int
    """Prints compared."""
    alike: int
    """How alike the pictures are, median over the prints: 1000 is equal but for brightness and contrast."""
    movement: int
    """How much the picture changes over the stretch, against its contrast; the livelier of both recordings."""
    agreement: int
    """How alike the changes are. Two takes of one still scene look alike and move differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What two recordings have in common."""

    overlaps: tuple[Overlap, ...]
    share: int
    """Percent of the first recording's telling time that is in the second."""
    other_share: int
    """Percent of the second recording's telling time that is in the first."""

    @property
    def whole(self) -> bool:
        """Whether the first is all but contained in the second."""
        return self.share >= _WHOLE

    @property
    def other_whole(self) -> bool:
        """Whether the second is all but contained in the first."""
        return self.other_share >= _WHOLE

    @property
    def substantial(self) -> bool:
        """Whether enough of either is in the other to ask whose it is."""
        return max(self.share, self.other_share) >= _SUBSTANTIAL


def is_same(overlap: Overlap) -> bool:
    """Whether a stretch of two recordings is the same footage.

    What moves must move alike. What stands still must look nearly equal.
    """
    if overlap.frames < _LEAST_FRAMES or overlap.end_ms - overlap.start_ms < _LEAST_MS:
        return False
    if overlap.movement >= _MOVING:
        return overlap.alike >= _SAME_LOOK_MOVING and overlap.agreement >= _SAME_MOVEMENT
    return overlap.alike >= _SAME_LOOK_STILL


def judge(overlaps: Iterable[Overlap], *, telling_ms: int, other_telling_ms: int) -> Likeness | None:
    """Return what two recordings have in common, or None when it is nothing.

    ``telling_ms`` is how long each shows anything that can be compared: black and empty pictures tell nothing.
    """
    same = tuple(sorted((row for row in overlaps if is_same(row)), key=lambda row: row.start_ms))
    if not same:
        return None
    found = _covered([(row.start_ms, row.end_ms) for row in same])
    other = _covered([(row.other_start_ms, row.other_end_ms) for row in same])
    return Likeness(overlaps=same, share=_percent(found, telling_ms), other_share=_percent(other, other_telling_ms))


def _covered(spans: Sequence[tuple[int, int]]) -> int:
    """Return the length of the union of spans."""
    total, reached = 0, 0
    for start, end in sorted(spans):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _percent(part: int, whole: int) -> int:
    return min(100, 100 * part // whole) if whole > 0 else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What decides which of two near duplicates is kept."""

    id: UUID
    pixels: int
    size_bytes: int
    duration_ms: int
    received_at: datetime

    @property
    def rank(self) -> tuple[int, int, float, int]:
        """Larger is better: more pixels, more bits a second, then earlier; no two recordings are equal."""
        bit_rate = 8000 * self.size_bytes // max(1, self.duration_ms)
        return (self.pixels, bit_rate, -self.received_at.timestamp(), -self.id.int)


def lesser_of(one: Candidate, other: Candidate, likeness: Likeness) -> Candidate | None:
    """Return which of two recordings of one owner adds nothing, or None when each shows something of its own.

    When each is contained in the other the better one is kept; when only one is contained, that one is the lesser:
    a short piece in high quality does not replace a long recording.
    """
    if likeness.whole and likeness.other_whole:
        return min(one, other, key=lambda row: row.rank)
    if likeness.whole:
        return one
    return other if likeness.other_whole else None
