"""A second look at some of what passed by itself: what may be said about it, and how often people disagreed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What somebody said afterwards about a submission that passed by itself."""

    WAITING = ""
    AGREE = "agree"
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class SampleCount:
    """How the sample of one policy version came out."""

    agreed: int = 0
    disagreed: int = 0
    waiting: int = 0

    @property
    def disagreed_per_mille(self) -> int | None:
        """How many of a thousand that were looked at should not have passed; None before the first."""
        looked_at = self.agreed + self.disagreed
        return 1000 * self.disagreed // looked_at if looked_at else None
