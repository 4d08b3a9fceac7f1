"""P2 and P4: what watching costs beside bare decoding, and how well and how fast it finds cuts beside PySceneDetect.

``python -m benchmarks.watching --footage FOLDER``, or ``BENCH_FOOTAGE=FOLDER`` (the folder of the real files that are
labelled; without it the reels are made of drawn shots alone).
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from imageio_ffmpeg import get_ffmpeg_exe
from scenedetect import AdaptiveDetector, ContentDetector, detect

from benchmarks.clips import FOLDER, HABITS, TAKE_S, Habit, clip, take
from benchmarks.cuts.reels import Labelled, made_reels, real_files
from benchmarks.cuts.scoring import Score, scored
from benchmarks.cuts.sources import Split
from benchmarks.measure import Row, arguments, cost_of, paired, show, spread_of
from media_ingest.adapters.prober.client import probe_file
from media_ingest.adapters.watching import watch
from media_ingest.domain.facts import Facts
from media_ingest.domain.footage import Footage, Scan
from media_ingest.domain.probe import parse
from media_ingest.domain.watched import Watched, WatchSubject

_REELS: Final = 7
_SECONDS: Final = 12
_CHEAP: Final = 30
"""Frames between key frames from which on a codec is made for sending, not for cutting, and is decoded quickly."""
_COMPARED: Final = frozenset({"h264_1080p_6M_gop250", "h264_1080p_50M_gop15"})
"""Where PySceneDetect is measured as well."""
_SHORT_GOAL, _LONG_GOAL = 0.5, 1.12
_FASTER: Final = {True: 2.5, False: 1.2}
_OURS: Final = "offcut"
_THEIRS: Final = {"ContentDetector": ContentDetector, "AdaptiveDetector": AdaptiveDetector}


def subject_of(path: Path) -> WatchSubject:
    """Return what the prober found out before; its cost is P1, not ours."""
    report = probe_file(path)
    facts = parse(report, size_bytes=path.stat().st_size)
    if not isinstance(facts, Footage):
        message = f"{path.name}: {facts}"
        raise TypeError(message)
    return WatchSubject(
        width=facts.width,
        height=facts.height,
        rotation=facts.rotation,
        interlaced=facts.scan is Scan.INTERLACED,
        frame_rate=facts.frame_rate,
        time_base=facts.time_base,
        duration_ticks=facts.duration_ticks,
        frame_count=facts.frame_count,
        video_codec=facts.video_codec,
        has_audio=facts.has_audio,
        audio_codec=facts.audio_codec,
        key_distance=Facts.of(report).sub("scan").sub("gops").count("median"),
    )


def watched(path: Path, subject: WatchSubject) -> Watched:
    """Watch one file as a worker does."""
    scratch = Path(tempfile.mkdtemp(prefix="offcut-bench-"))
    try:
        return watch(path, subject, scratch=scratch)
    finally:
        shutil.rmtree(scratch)


def decoded(path: Path) -> None:
    """Decode one file with one thread and throw it away: what everything is compared with."""
    command = [get_ffmpeg_exe(), "-nostdin", "-v", "error", "-threads", "1", "-i", str(path), "-f", "null", "-"]
    subprocess.run(command, check=True)


def _footage(habit: Habit, seconds: int) -> tuple[Path, int]:
    """Return footage of this habit and its seconds; a minute where decoding is cheap, or starting would be all."""
    return (take(habit), TAKE_S) if habit.key_frames > _CHEAP else (clip(habit, seconds=seconds), seconds)


def cost_rows(habits: Sequence[Habit], *, rounds: int, seconds: int) -> list[Row]:
    """P2: everything of one look, in CPU seconds of all processes, beside bare decoding."""
    rows = []
    for habit in habits:
        path, length = _footage(habit, seconds)
        look = partial(watched, path, subject_of(path))
        seen = look()
        ratio, _, _ = paired(look, partial(decoded, path), rounds=rounds)
        goal = _SHORT_GOAL if habit.short else _LONG_GOAL
        share = seen.frames_decoded / max(1, seen.frames_seen)
        rows.append(
            Row(
                id="P2",
                work=f"watching {habit.name}, {length} s ({seen.method.value}, {share:.0%} of the frames)",
                baseline="ffmpeg -threads 1 -f null",
                goal=f"≤ {goal}×",
                figure=f"{ratio.median:.2f}×",
                met=ratio.median <= goal,
                spread=spread_of(ratio),
            )
        )
    return rows


def speed_rows(habits: Sequence[Habit], *, rounds: int, seconds: int) -> list[Row]:
    """P4, speed: the whole look beside each of PySceneDetect's detectors."""
    rows = []
    for habit in habits:
        (path, length), goal = _footage(habit, seconds), _FASTER[habit.short]
        look = partial(watched, path, subject_of(path))
        for name in _THEIRS:
            ratio, _, _ = paired(partial(theirs, path, name), look, rounds=rounds)
            rows.append(
                Row(
                    id="P4",
                    work=f"cuts of {habit.name}, {length} s",
                    baseline=f"PySceneDetect {name}",
                    goal=f"≥ {goal}× faster",
                    figure=f"{ratio.median:.2f}× faster",
                    met=ratio.median >= goal,
                    spread=spread_of(ratio),
                    note="the whole look is measured, sheet, sound and prints included",
                )
            )
    return rows


@dataclass(frozen=True, slots=True)
class Found:
    """First frames of shots that one detector found, and its CPU seconds."""

    frames: list[int]
    cpu_s: float


def ours(path: Path) -> Found:
    """Detect with the product."""
    subject, kept = subject_of(path), list[Watched]()
    cost = cost_of(lambda: kept.append(watched(path, subject)))
    starts = [round(shot.start * subject.time_base * subject.frame_rate) for shot in kept[0].shots[1:]]
    return Found(starts, cost.cpu_s)


def theirs(path: Path, name: str) -> Found:
    """Detect with PySceneDetect at its defaults."""
    kept: list[int] = []
    cost = cost_of(lambda: kept.extend(begin.frame_num for begin, _ in detect(str(path), _THEIRS[name]())[1:]))
    return Found(kept, cost.cpu_s)


def quality_rows(files: Sequence[Labelled]) -> list[Row]:
    """P4, quality: F1 over all labels and over hard cuts alone, on the half that nothing was tuned on."""
    every: dict[str, Score] = {}
    hard: dict[str, Score] = {}
    cpu: dict[str, float] = {}
    for file in files:
        for name in (_OURS, *_THEIRS):
            found = ours(file.path) if name == _OURS else theirs(file.path, name)
            every[name] = every.get(name, Score()) + scored(found.frames, file.labels)
            hard[name] = hard.get(name, Score()) + scored(found.frames, file.labels, only_hard=True)
            cpu[name] = cpu.get(name, 0.0) + found.cpu_s
    rows = []
    for title, scores in (("all labels", every), ("hard cuts alone", hard)):
        best = max(scores[name].f1 for name in _THEIRS)
        rows.append(
            Row(
                id="P4",
                work=f"F1, {title}, {len(files)} recordings",
                baseline=", ".join(f"{name} {scores[name].f1:.3f}" for name in _THEIRS),
                goal="above both",
                figure=f"{scores[_OURS].f1:.3f}",
                met=scores[_OURS].f1 > best,
                spread=f"precision {scores[_OURS].precision:.3f}, recall {scores[_OURS].recall:.3f}",
                note="CPU seconds: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in cpu.items()),
            )
        )
    return rows


def labelled(split: Split, footage: Path | None, *, count: int) -> list[Labelled]:
    """Return the labelled recordings of one half."""
    return [*made_reels(split, FOLDER / "cuts", footage, count=count), *real_files(split, footage)]


def rows(*, quick: bool, rounds: int) -> list[Row]:
    """Return P2 and P4, for the table of everything."""
    _prepare()
    footage = os.environ.get("BENCH_FOOTAGE")
    habits = [habit for habit in HABITS if not quick or "1080p" in habit.name]
    files = labelled(Split.REPORT, Path(footage) if footage else None, count=3 if quick else _REELS)
    return [*costs(habits, rounds=1 if quick else rounds, seconds=_SECONDS), *quality_rows(files)]


def costs(habits: Sequence[Habit], *, rounds: int, seconds: int) -> list[Row]:
    """Return what watching costs beside decoding (P2) and beside PySceneDetect (P4)."""
    named = [habit for habit in habits if habit.name in _COMPARED]
    return [
        *cost_rows(habits, rounds=rounds, seconds=seconds),
        *speed_rows(named, rounds=rounds, seconds=seconds),
    ]


def _prepare() -> None:
    """Let the adapters find their settings; no database is touched."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings")
    os.environ.setdefault("OFFCUT_SECRET_KEY", "only-for-measuring-" * 3)
    logging.getLogger("pyscenedetect").setLevel(logging.WARNING)


def main() -> None:
    """Print the rows."""
    parser = arguments(__doc__ or "", quick="1080p only, one round, three reels")
    parser.add_argument("--footage", type=Path, default=None, help="folder of the labelled real files")
    parser.add_argument("--tuning", action="store_true", help="the half that thresholds were chosen on")
    parser.add_argument("--only", choices=("cost", "quality"), default="", help="one of the two")
    parser.add_argument("--habit", default="", help="only clips with this in their name")
    parser.add_argument("--seconds", type=int, default=_SECONDS, help="length of the clips whose cost is measured")
    chosen = parser.parse_args()
    _prepare()
    found: list[Row] = []
    if chosen.only != "quality":
        found += costs(_habits(chosen), rounds=1 if chosen.quick else chosen.rounds, seconds=chosen.seconds)
    if chosen.only != "cost":
        split = Split.TUNE if chosen.tuning else Split.REPORT
        footage = chosen.footage or (Path(os.environ["BENCH_FOOTAGE"]) if "BENCH_FOOTAGE" in os.environ else None)
        found += quality_rows(labelled(split, footage, count=3 if chosen.quick else _REELS))
    show(found, as_json=chosen.json)


def _habits(chosen: argparse.Namespace) -> list[Habit]:
    wanted = [habit for habit in HABITS if chosen.habit in habit.name]
    return [habit for habit in wanted if not chosen.quick or "1080p" in habit.name]


if __name__ == "__main__":
    main()
