"""The sample rushes of the demo: several cameras' habits, one damaged file, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_ingest.adapters.ffmpeg import probe_file
from media_ingest.adapters.guard import guard
from media_ingest.adapters.samples import DAMAGED, SAMPLES, make_samples
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Reason, Rejection
from media_ingest.domain.resolution import resolution_class
from tests.media import sample_rushes


def judged(path: Path) -> Footage | Rejection:
    door = guard(path, size_bytes=path.stat().st_size)
    return door if isinstance(door, Rejection) else parse(probe_file(path), size_bytes=path.stat().st_size)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_samples_cover_what_cameras_do_and_are_made_once() -> None:
    said: list[tuple[int, int]] = []
    rushes = sample_rushes()
    before = {path.name: path.stat().st_mtime_ns for path in rushes.iterdir()}
    paths = make_samples(rushes, on_progress=lambda done, total: said.append((done, total)))
    assert {path.name: path.stat().st_mtime_ns for path in paths} == before
    assert [path.name for path in paths] == sorted([*(sample.name for sample in SAMPLES), DAMAGED])
    assert said[-1] == (8, 8)
    found = {path.name: judged(path) for path in paths}
    damaged = found.pop(DAMAGED)
    assert isinstance(damaged, Rejection)
    assert damaged.reason == Reason.DAMAGED
    good = [one for one in found.values() if isinstance(one, Footage)]
    assert len(good) == len(SAMPLES)
    assert {resolution_class(one.width, one.height) for one in good} >= {"sd", "720p", "1080p", "2160p"}
    assert {one.bit_depth for one in good} == {8, 10}
    assert {one.has_audio for one in good} == {True, False}
    assert any(one.rotation % 180 and one.height > one.width for one in good)
    assert any(one.frame_rate.denominator == 1001 for one in good)
    assert all(4000 <= one.duration_ms <= 8000 for one in good)
