"""Every speed that ingest promises (P1 to P4, P9 to P11) and how its cost grows, as ratios in one run.

`python -m benchmarks.ingest` prints them; `--write` also writes the tables of ``docs/performance.md``. Clips are made
once and kept in ``var/bench``. Use a quiet machine; about half an hour on two cores.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from imageio_ffmpeg import get_ffmpeg_exe

from benchmarks import duplicates, probing, scaling, watching
from benchmarks.clips import HABITS, Habit, long_clip, small, take
from benchmarks.house import house
from benchmarks.measure import Row, arguments, cost_of, paired, peak_mb, show, spread_of
from benchmarks.page import page_write

LONG_GOAL: Final = 1.3
SHORT_GOAL: Final = 0.7
_WHOLE: Final = ("h264_1080p_6M_gop250", "h264_1080p_50M_gop15", "h264_2160p_100M_gop30")
_WORTH_TELLING: Final = 0.005
_GROWTH_FILES: Final = (1, 10, 100)
_GROWTH_SECONDS: Final = (60, 600, 7200)


@dataclass(frozen=True, slots=True)
class Growth:
    """What more footage costs: processor and wall seconds, and the largest process, of one run."""

    what: str
    amount: int
    cpu_s: float
    wall_s: float
    peak_mb: float


def bare_decode(path: Path) -> None:
    """Decode everything with one thread and throw it away."""
    command = [get_ffmpeg_exe(), "-nostdin", "-v", "error", "-threads", "1", "-i", str(path), "-an", "-f", "null", "-"]
    subprocess.run(command, check=True)


def whole(habit: Habit, *, rounds: int) -> Row:
    """P3: all of the ingest of one file, first-seconds previews included, against decoding it once."""
    path = take(habit)
    goal = SHORT_GOAL if habit.short else LONG_GOAL
    with house() as home:
        ratio, _, theirs = paired(lambda: home.ingest(path), lambda: bare_decode(path), rounds=rounds)
        stages = home.stages(path)
    shares = {kind: cost.cpu_s / theirs[-1].cpu_s for kind, cost in stages.items()}
    told = ", ".join(f"{kind} {share:.2f}×" for kind, share in shares.items() if share >= _WORTH_TELLING)
    return Row(
        id="P3",
        work=f"whole ingest of one minute, {habit.name}, three shots",
        baseline="bare decode, one thread, processor seconds",
        goal=f"≤ {goal}×",
        figure=f"{ratio.median:.2f}×",
        met=ratio.median <= goal,
        spread=spread_of(ratio),
        note=f"of one more round: {told}",
    )


def growth(what: str, amount: int) -> Growth:
    """Ingest ``amount`` files, or one file of ``amount`` seconds, in this process."""
    paths = [long_clip(amount)] if what == "seconds" else [small(number, seconds=6) for number in range(amount)]

    def work() -> None:
        for path in paths:
            home.ingest(path)

    with house() as home:
        cost = cost_of(work)
    return Growth(what, amount, round(cost.cpu_s, 2), round(cost.wall_s, 2), round(peak_mb(), 0))


def _apart(*arguments_: str) -> str:
    """Run this module again in a process of its own, so that one installation and one peak belong to one figure."""
    command = [sys.executable, "-m", "benchmarks.ingest", *arguments_]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wholes(*, quick: bool, rounds: int) -> list[Row]:
    """Return P3 for some ways to record, each measured in a process of its own."""
    chosen = _WHOLE[: 2 if quick else None]
    return [Row(**json.loads(_apart("--whole", name, "--rounds", str(rounds)))) for name in chosen]


SUBJECTS: Final[dict[str, Callable[..., list[Row]]]] = {
    "probing": probing.rows,
    "watching": watching.rows,
    "whole": wholes,
    "scaling": scaling.rows,
    "duplicates": duplicates.rows,
}


def growths(*, quick: bool) -> list[Growth]:
    """Return the growth table."""
    wanted = [("files", count) for count in _GROWTH_FILES] + [("seconds", length) for length in _GROWTH_SECONDS]
    if quick:
        wanted = [("files", 1), ("files", 10), ("seconds", 60)]
    return [Growth(**json.loads(_apart("--growth", what, str(amount)))) for what, amount in wanted]


def main() -> None:
    """Measure what was asked for; everything by default."""
    parser = arguments("What ingest promises, measured.", quick="fewer clips, shorter lengths, small tables")
    parser.add_argument("--write", action="store_true", help="write the tables of docs/performance.md")
    parser.add_argument("--only", nargs="+", choices=[*SUBJECTS, "growth"], help="these subjects; all by default")
    parser.add_argument("--whole", metavar="HABIT", help="one row of P3 as JSON")
    parser.add_argument("--growth", nargs=2, metavar=("WHAT", "AMOUNT"), help="one line of growth as JSON")
    chosen = parser.parse_args()
    if chosen.whole:
        habit = next(one for one in HABITS if one.name == chosen.whole)
        json.dump(asdict(whole(habit, rounds=chosen.rounds)), sys.stdout)
        return
    if chosen.growth:
        json.dump(asdict(growth(chosen.growth[0], int(chosen.growth[1]))), sys.stdout)
        return
    subjects = [SUBJECTS[name] for name in chosen.only or SUBJECTS if name in SUBJECTS]
    found = [row for subject in subjects for row in subject(quick=chosen.quick, rounds=chosen.rounds)]
    grown = growths(quick=chosen.quick) if not chosen.only or "growth" in chosen.only else []
    show(found, as_json=chosen.json)
    for one in grown:
        print(f"{one.amount:5} {one.what:8} {one.cpu_s:8.1f} s cpu {one.wall_s:8.1f} s wall {one.peak_mb:6.0f} MB")
    if chosen.write:
        page_write(found, [asdict(one) for one in grown])


if __name__ == "__main__":
    main()
