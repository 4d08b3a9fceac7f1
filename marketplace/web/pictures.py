"""Pictures as data for SVG templates: bars placed on the server, no script. Ids are unique on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from licensing.domain.explain import Explanation
from licensing.domain.obstacles import NAMES, RELAXATIONS
from marketplace.web.formats import language, span_text
from marketplace.web.prices import Told, moving

WIDTH: Final = 360
ROW: Final = 44


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its words. Lengths are SVG units."""

    label: str
    value: str
    y: int
    x: int
    width: int
    lowers: bool = False
    solid: int = 0
    """Exclusions only: the part that one change alone would gain."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole picture. ``key`` makes its ids unique."""

    key: str
    bars: tuple[Bar, ...]
    height: int
    width: int = WIDTH


def waterfall(key: str, steps: Sequence[Told], total_label: str, total_text: str) -> Picture:
    """Return the ladder of a price: each step starts where the one before ended; the last bar is the price."""
    shown = moving(steps)
    highest = max(_running(shown), default=Fraction(1)) or Fraction(1)
    bars, at = [], Fraction(0)
    for place, step in enumerate(shown):
        low, high = sorted((at, at + step.adds))
        x = int(low * WIDTH / highest)
        bars.append(
            Bar(step.label, step.adds_text, place * ROW, x, max(3, int((high - low) * WIDTH / highest)), step.adds < 0)
        )
        at += step.adds
    bars.append(Bar(total_label, total_text, len(shown) * ROW, 0, max(3, int(at * WIDTH / highest))))
    return Picture(key, tuple(bars), (len(shown) + 1) * ROW)


def _running(steps: Sequence[Told]) -> list[Fraction]:
    totals, at = [], Fraction(0)
    for step in steps:
        at += step.adds
        totals.append(at)
    return totals


def exclusions(key: str, explanation: Explanation) -> Picture:
    """Return why footage is excluded: solid is what changing only this gains, dotted is also blocked elsewhere."""
    most = max((obstacle.fails_on_ms for obstacle in explanation.obstacles), default=1) or 1
    bars = tuple(
        Bar(
            NAMES[obstacle.dimension].in_language(language()),
            f"+{span_text(obstacle.only_obstacle_ms // 1000)}",
            place * ROW,
            0,
            max(3, obstacle.fails_on_ms * WIDTH // most),
            solid=obstacle.only_obstacle_ms * WIDTH // most,
        )
        for place, obstacle in enumerate(explanation.obstacles)
    )
    return Picture(key, bars, len(bars) * ROW)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One row of the table beside the picture."""

    name: str
    fails_on: str
    gains: str
    change: str


def relaxations(explanation: Explanation) -> list[Relaxation]:
    """Return the table that says the same as the picture, with what to change."""
    reader = language()
    return [
        Relaxation(
            NAMES[obstacle.dimension].in_language(reader),
            span_text(obstacle.fails_on_ms // 1000),
            span_text(obstacle.only_obstacle_ms // 1000),
            RELAXATIONS[obstacle.dimension].in_language(reader),
        )
        for obstacle in explanation.obstacles
    ]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two needs whose change together gains the most."""

    first: str
    second: str
    gain: str


def best_pair(explanation: Explanation) -> Pair | None:
    """Return the two obstacles that together keep the most out, or None."""
    pair, reader = explanation.best_pair, language()
    if pair is None:
        return None
    first, second = NAMES[pair.first].in_language(reader), NAMES[pair.second].in_language(reader)
    return Pair(first, second, span_text(pair.gain_ms // 1000))
