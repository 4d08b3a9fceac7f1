"""From boundaries and what was measured to shots: exact ticks, without gaps, and why some cannot be licensed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from media_ingest.domain.watched import Begins, Flaw, Quality, Shot

SHORTEST_S: Final = 2
"""Shots shorter than this are not licensed (pipeline.md §2.7)."""

# Grey levels of 0 to 255, measured on pictures of 96 × 54.
_DARK: Final = 20.0
_EMPTY_CONTRAST: Final = 5.0
_STILL: Final = 0.12
_STILL_MOST: Final = 0.4
_MOST: Final = 0.9
_SCALE_MOTION: Final = 40.0
_SCALE_SHARPNESS: Final = 60.0
_SCALE_CONTRAST: Final = 128.0
_FLASH: Final = 25.0


@dataclass(frozen=True, slots=True, order=True)
class Start:
    """A shot begins at this tick."""

    at: int
    begins: Begins


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotFacts:
    """What was measured in one shot: grey levels of 0 to 255, shares of 0 to 1."""

    motion: float
    sharpness: float
    brightness: float
    contrast: float
    clipped: float
    flashes_per_s: int
    empty: float
    """Share of its pictures without any contrast."""
    bars: float
    """Share of its pictures that are colour bars."""
    usual_change: float
    """Median change from one frame to the next."""
    large_change: float
    """What three quarters of the changes stay under: an encoder takes a while to settle."""


def starts_within(found: Sequence[Start], duration: int) -> list[Start]:
    """Return the starts of all shots of a recording: the first at 0, in order, each inside, each tick once."""
    inside = {start.at: start for start in sorted(found, reverse=True) if 0 < start.at < duration}
    return [Start(0, Begins.START), *(inside[at] for at in sorted(inside))]


def shots_of(
    starts: Sequence[Start], facts: Sequence[ShotFacts], *, duration: int, time_base: Fraction
) -> tuple[Shot, ...]:
    """Return the shots between starts (see `starts_within`), with the facts of each.

    They cover ``[0, duration)`` in order without gap or overlap. Raises ValueError when there are not as many facts
    as starts.
    """
    edges = [*(start.at for start in starts), duration]
    return tuple(
        Shot(
            start=first,
            end=end,
            begins=start.begins,
            quality=_quality(fact),
            flaws=flaws_of(fact, (end - first) * time_base),
        )
        for start, (first, end), fact in zip(starts, pairwise(edges), facts, strict=True)
    )


def flaws_of(facts: ShotFacts, length_s: Fraction) -> frozenset[Flaw]:
    """Return why a shot of this length cannot be licensed; nothing for one that can."""
    found: set[Flaw] = set()
    if length_s < SHORTEST_S:
        found.add(Flaw.TOO_SHORT)
    if facts.empty >= _MOST:
        found.add(Flaw.BLACK if facts.brightness < _DARK else Flaw.FLAT)
    elif facts.bars >= _MOST:
        found.add(Flaw.SLATE)
    elif facts.usual_change <= _STILL and facts.large_change <= _STILL_MOST:
        found.add(Flaw.FREEZE)
    return frozenset(found)


def _quality(facts: ShotFacts) -> Quality:
    return Quality(
        motion=_thousandths(facts.motion / _SCALE_MOTION),
        sharpness=_thousandths(facts.sharpness / _SCALE_SHARPNESS),
        brightness=_thousandths(facts.brightness / 255),
        contrast=_thousandths(facts.contrast / _SCALE_CONTRAST),
        clipped=_thousandths(facts.clipped),
        flashes_per_s=facts.flashes_per_s,
    )


def _thousandths(portion: float) -> int:
    return max(0, min(1000, round(portion * 1000)))


def flashes_per_s(brightness: Sequence[float], times_s: Sequence[float]) -> int:
    """Return the largest number of flashes within one second.

    A flash is a pair of opposing changes of brightness, each at least a tenth of white (WCAG 2.2, general flash),
    taken over the whole picture.
    """
    turns: list[float] = []
    low = high = brightness[0] if brightness else 0.0
    rising: bool | None = None
    for value, at in zip(brightness, times_s, strict=True):
        low, high = min(low, value), max(high, value)
        if rising is not True and value - low >= _FLASH:
            rising = True
            turns.append(at)
            high = value
        elif rising is not False and high - value >= _FLASH:
            rising = False
            turns.append(at)
            low = value
        if rising is True:
            low = value if value >= high else low
        elif rising is False:
            high = value if value <= low else high
    most, begin = 0, 0
    for number, at in enumerate(turns):
        while at - turns[begin] > 1:
            begin += 1
        most = max(most, number - begin + 1)
    return most // 2
