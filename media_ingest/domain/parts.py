"""How a file is cut into parts for object storage: by its size alone, so that every side computes the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PART_BYTES: Final = 64 << 20
"""Usual length of a part."""
MOST_PARTS: Final = 10_000
"""S3 takes no more in one object."""
_STEP: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class PartPlan:
    """``count`` parts of ``part_bytes`` each, the last one shorter. Numbers start at 1."""

    size_bytes: int
    part_bytes: int

    @property
    def count(self) -> int:
        """How many parts there are; none for an empty file."""
        return -(-self.size_bytes // self.part_bytes)

    def length(self, number: int) -> int:
        """Return the bytes of one part; ValueError when the file has no such part."""
        start, end = self.span(number)
        return end - start

    def span(self, number: int) -> tuple[int, int]:
        """Return where a part starts and ends in the file; ValueError when the file has no such part."""
        if not 1 <= number <= self.count:
            message = f"there is no part {number}; there are {self.count}"
            raise ValueError(message)
        start = (number - 1) * self.part_bytes
        return start, min(start + self.part_bytes, self.size_bytes)


def part_plan(size_bytes: int) -> PartPlan:
    """Return how a file is cut: 64 MiB parts, longer ones (whole MiB) when there would be more than 10,000."""
    smallest = -(-size_bytes // MOST_PARTS)
    return PartPlan(size_bytes, max(PART_BYTES, -(-smallest // _STEP) * _STEP))
