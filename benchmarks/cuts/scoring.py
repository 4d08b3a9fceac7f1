"""Precision, recall and F1 of detected changes of shot: one rule for every detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.cuts.joining import Kind, Label

TOLERANCE: Final = 1
"""Frames that a detection may lie beside a label."""


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over any number of recordings."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Score) -> Score:
        """Pool two recordings: every cut counts the same."""
        return Score(self.hits + other.hits, self.false + other.false, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """Share of detections that are changes of shot."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of changes of shot that were detected."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return (
            2 * self.hits / (2 * self.hits + self.false + self.missed)
            if self.hits or self.false or self.missed
            else 1.0
        )


def scored(found: Sequence[int], labels: Sequence[Label], *, only_hard: bool = False) -> Score:
    """Hold detected first frames against labels: each label takes one detection, each detection one label.

    A hard cut is met within one frame, a gradual change within its span (one frame more on each side). With
    ``only_hard`` the gradual changes and what was detected within them count neither way.
    """
    left = sorted(found)
    hits = missed = 0
    for label in sorted(labels, key=lambda label: label.kind is not Kind.HARD):
        near = [at for at in left if label.first - TOLERANCE <= at <= label.last + TOLERANCE]
        if only_hard and label.kind is not Kind.HARD:
            left = [at for at in left if at not in near]
        elif near:
            middle = (label.first + label.last) / 2
            left.remove(min(near, key=lambda at: abs(at - middle)))
            hits += 1
        else:
            missed += 1
    return Score(hits, len(left), missed)
