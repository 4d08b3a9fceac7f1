"""How much footage fits a use case, what stands in the way, and what relaxing one or two needs would gain.

Hours are whole milliseconds, summed per distinct terms profile before they come here; the explanation then costs one
`fail_mask` per profile, whatever the number of clips.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from licensing.domain.matching import (
    Dimension,
    Profile,
    UseCase,
    clause_of,
    fail_mask,
    obligations_not_accepted,
)

FITS: Final = Dimension(0)
ASKABLE: Final = (
    Dimension.TERRITORY
    | Dimension.TERM
    | Dimension.RETENTION
    | Dimension.SUBLICENSE
    | Dimension.PRICE_FLOOR
    | Dimension.OUTPUT_LIMITS
)
_PAIR: Final = 2


class Verdict(StrEnum):
    """The four answers a buyer can get for one clip, from best to worst."""

    FITS = "fits"
    FITS_IF_YOU_ACCEPT = "fits_if_you_accept"
    ASK_THE_CREATOR = "ask_the_creator"
    DOES_NOT_FIT = "does_not_fit"


@dataclass(frozen=True, slots=True)
class Condition:
    """One clause the buyer has to accept. The catalogue has its words under `code`; `values` are its parts, such as
    `porn` and `politics` of REPUTATION (empty: the clause as a whole).
    """

    code: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the four answers for a clip, with what to accept and where it fails."""

    verdict: Verdict
    mask: Dimension
    conditions: tuple[Condition, ...]

    @property
    def obstacles(self) -> tuple[Dimension, ...]:
        """The dimensions it fails on, in their fixed order."""
        return tuple(dimension for dimension in Dimension if dimension in self.mask)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One dimension: the time that fails on it at all, and the time it alone keeps out (what relaxing it gains)."""

    dimension: Dimension
    fails_on_ms: int
    only_obstacle_ms: int


@dataclass(frozen=True, slots=True)
class PairGain:
    """Two dimensions that together keep out `only_both_ms`; relaxing both gains `gain_ms`, single gains included."""

    first: Dimension
    second: Dimension
    only_both_ms: int
    gain_ms: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """What fits, and why the rest does not. Obstacles with the most to gain come first."""

    total_ms: int
    eligible_ms: int
    obstacles: tuple[Obstacle, ...]
    best_pair: PairGain | None


def _grouped(tokens: Iterable[str]) -> tuple[Condition, ...]:
    values: dict[str, set[str]] = {}
    for token in tokens:
        code, _, value = token.partition(":")
        values.setdefault(code, set()).update({value} - {""})
    return tuple(Condition(code, tuple(sorted(values[code]))) for code in sorted(values))


def conditions_of(profiles: Iterable[Profile]) -> tuple[Condition, ...]:
    """Every clause a buyer of footage under these profiles has to accept, by clause code."""
    return _grouped({token for profile in profiles for token in profile.obligations})


def conditions_missing(profile: Profile, use_case: UseCase) -> tuple[Condition, ...]:
    """The clauses of this profile that the use case does not accept yet, by clause code."""
    return _grouped(obligations_not_accepted(profile, use_case))


def clauses_accepted(use_case: UseCase) -> frozenset[str]:
    """The clause codes a use case accepts at least in part."""
    return frozenset(clause_of(token) for token in use_case.accepts)


def verdict_of(mask: Dimension) -> Verdict:
    """Turn a mask into one of the four answers. What a creator can change by an amendment can be asked for; a missing
    permission, release or sound track, a blocked buyer and a lost exclusivity cannot.
    """
    if mask == FITS:
        return Verdict.FITS
    if mask == Dimension.OUTPUT_LIMITS:
        return Verdict.FITS_IF_YOU_ACCEPT
    return Verdict.DOES_NOT_FIT if mask & ~ASKABLE else Verdict.ASK_THE_CREATOR


def answer(profile: Profile, use_case: UseCase) -> Answer:
    """The answer for every clip under this profile."""
    mask = fail_mask(profile, use_case)
    return Answer(verdict_of(mask), mask, conditions_missing(profile, use_case))


def _best_pair(by_mask: Counter[int]) -> PairGain | None:
    pairs = [
        PairGain(first, second, time, time + by_mask[first] + by_mask[second])
        for mask, time in by_mask.items()
        if time and mask.bit_count() == _PAIR
        for first, second in [tuple(dimension for dimension in Dimension if dimension & mask)]
    ]
    return max(pairs, key=lambda pair: (pair.only_both_ms, pair.gain_ms, -pair.first, -pair.second), default=None)


def explain_masks(masks: Iterable[tuple[Dimension, int]]) -> Explanation:
    """Explain from masks already evaluated, each with its milliseconds."""
    by_mask: Counter[int] = Counter()
    for mask, time in masks:
        by_mask[int(mask)] += time
    obstacles = [
        Obstacle(dimension, fails_on, by_mask[dimension])
        for dimension in Dimension
        if (fails_on := sum(time for mask, time in by_mask.items() if mask & dimension))
    ]
    return Explanation(
        total_ms=sum(by_mask.values()),
        eligible_ms=by_mask[0],
        obstacles=tuple(sorted(obstacles, key=lambda row: (-row.only_obstacle_ms, -row.fails_on_ms, row.dimension))),
        best_pair=_best_pair(by_mask),
    )


def explain(profiles_with_hours: Iterable[tuple[Profile, int]], use_case: UseCase) -> Explanation:
    """Explain a use case over distinct profiles, each with the milliseconds of footage under it."""
    return explain_masks((fail_mask(profile, use_case), time) for profile, time in profiles_with_hours)
