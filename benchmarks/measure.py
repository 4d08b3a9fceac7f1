"""Costs as ratios in one run: processor and wall seconds of us and of what we are compared with, in turn.

A machine that others use too makes seconds worthless and leaves ratios standing: each round measures both sides, one
after the other, and the median of the rounds' ratios is what is reported, with the smallest and the largest beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What something cost: this process and every child that ended meanwhile."""

    wall_s: float
    cpu_s: float

    def __add__(self, other: Cost) -> Cost:
        """Return both together."""
        return Cost(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours divided by theirs, round by round."""

    median: float
    least: float
    most: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table in ``docs/performance.md``."""

    id: str
    work: str
    baseline: str
    goal: str
    figure: str
    met: bool
    spread: str = ""
    note: str = ""


def cost_of(work: Callable[[], object]) -> Cost:
    """Run ``work`` once and return what it cost."""
    began, before = time.perf_counter(), os.times()
    work()
    after = os.times()
    return Cost(time.perf_counter() - began, sum(after[:4]) - sum(before[:4]))


def paired(
    ours: Callable[[], object], theirs: Callable[[], object], *, rounds: int = 5, by: str = "cpu_s"
) -> tuple[Ratio, list[Cost], list[Cost]]:
    """Measure both sides in turn, each round, after one round that is not counted; ``by``: ``cpu_s`` or ``wall_s``."""
    ours(), theirs()
    mine, others = [], []
    for _ in range(rounds):
        mine.append(cost_of(ours))
        others.append(cost_of(theirs))
    ratios = [getattr(a, by) / getattr(b, by) for a, b in zip(mine, others, strict=True)]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios), rounds), mine, others


def spread_of(ratio: Ratio) -> str:
    """Return ``0.31–0.36, 5 rounds``."""
    return f"{ratio.least:.2f}–{ratio.most:.2f}, {ratio.rounds} rounds"


def peak_mb() -> float:
    """Return the largest resident size of this process or a child that ended, so far, in megabytes."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def arguments(description: str, *, quick: str) -> argparse.ArgumentParser:
    """Return a parser with what every measurement understands; ``quick`` says what is left out then."""
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--rounds", type=int, default=5, help="paired rounds that count")
    return parser


def show(rows: Sequence[Row], *, as_json: bool) -> None:
    """Print rows for people, or for the page that is made from them."""
    if as_json:
        json.dump([asdict(row) for row in rows], sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
        return
    for row in rows:
        mark = "met    " if row.met else "NOT MET"
        sys.stdout.write(f"{row.id:4} {mark} {row.figure:28} goal {row.goal:24} {row.work} / {row.baseline}")
        sys.stdout.write(f"  ({row.spread})\n" if row.spread else "\n")
        if row.note:
            sys.stdout.write(f"       {row.note}\n")
