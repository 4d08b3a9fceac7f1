"""Mutants of every container and codec that is taken: each is judged, none is an accident."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from media_ingest.adapters.ffmpeg import Budget, ToolError, probe_file, run
from media_ingest.adapters.guard import guard
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Reason, Rejection
from tests import mutants
from tests.running import descendants

MOST_MS = 20_000
MOST_RSS_KIB = 512 * 1024


def judged(path: Path) -> tuple[Footage | Rejection, dict[str, Any]]:
    size = path.stat().st_size
    door = guard(path, size_bytes=size)
    if isinstance(door, Rejection):
        return door, {}
    report: dict[str, Any] = probe_file(path)
    return parse(report, size_bytes=size), report


def decoded(path: Path, scratch: Path) -> str:
    """Decode a few seconds of what was accepted, as later stages do; how it ended."""
    try:
        run(
            ["-threads", "1", "-i", f"file:{path}", "-t", "5", "-map", "0:v:0", "-f", "null", "-"],
            budget=Budget(cpu_s=15, wall_s=20),
            readable=[path],
            scratch=scratch,
        )
    except ToolError as end:
        return end.detail
    return ""


def run_mutants(numbers: range, folder: Path) -> tuple[Counter[str], list[str]]:
    """Judge so many mutants in this one worker; return the verdicts, and what must not happen."""
    verdicts: Counter[str] = Counter()
    accidents: list[str] = []
    scratch = folder / "scratch"
    scratch.mkdir()
    probe_file(mutants.written(0, folder))
    before = descendants(os.getpid())
    for number in numbers:
        path = mutants.written(number, folder)
        found, report = judged(path)
        verdicts[str(found.reason) if isinstance(found, Rejection) else "ready"] += 1
        used = report.get("used", {"wall_ms": 0, "rss_kib": 0})
        ended = str(report.get("error") or "")
        if isinstance(found, Footage) and number % 4 == 0:
            ended = decoded(path, scratch)
        if "exit status -" in ended or used["wall_ms"] > MOST_MS or used["rss_kib"] > MOST_RSS_KIB:
            accidents.append(f"{path.name}: {ended} {used}")
        path.unlink()
    assert descendants(os.getpid()) == before
    return verdicts, accidents


@pytest.mark.parametrize("name", mutants.SEEDS)
def test_the_seeds_are_all_taken(name: str, tmp_path: Path) -> None:
    """T10, control: unchanged, every one of them is good footage."""
    path = tmp_path / name
    path.write_bytes(mutants.seed(name))
    found, _ = judged(path)
    assert isinstance(found, Footage), found


def test_sixty_mutants_are_judged_by_a_worker_that_stays(tmp_path: Path) -> None:
    """T10: ready or refused with a reason; the prober's parent is the same one before and after."""
    verdicts, accidents = run_mutants(range(1000, 1060), tmp_path)
    assert accidents == []
    assert sum(verdicts.values()) == 60
    assert set(verdicts) <= {*map(str, Reason), "ready"}
    assert len(verdicts) > 2


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_thousand_mutants_crash_nothing(tmp_path: Path) -> None:
    """T21: 0 signals, none over 20 s, none over 512 MB (public corpora cannot be fetched; these are made)."""
    verdicts, accidents = run_mutants(range(2000), tmp_path)
    print(dict(verdicts))
    assert accidents == []
    assert sum(verdicts.values()) == 2000
