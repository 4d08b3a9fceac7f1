"""Every bad file is refused for its stated reason, in under two seconds and 256 MB."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from media_ingest.adapters.ffmpeg import probe_file
from media_ingest.adapters.guard import guard
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import ENGLISH, FRENCH, Reason, Rejection, wording
from tests import hostile, media

MOST_S: Final = 2.0
MOST_RSS_KIB: Final = 256 * 1024
FOOTAGE: Final = Path(__file__).resolve().parents[4] / "shared" / "footage"
EXPECTED: Final[list[dict[str, Any]]] = (
    [one for one in json.loads((FOOTAGE / "expected.json").read_text())["files"] if one["state"] == "rejected"]
    if (FOOTAGE / "expected.json").is_file()
    else []
)
MADE: Final[dict[str, tuple[Callable[[], bytes], set[str]]]] = {
    "audio_only.m4a": (lambda: media.clip("sound.m4a").read_bytes(), {"no_video"}),
    "cut_short.mp4": (lambda: media.truncated("plain.mp4").read_bytes(), {"damaged"}),
    "empty.mp4": (lambda: b"", {"empty_file"}),
    "ffconcat.mp4": (lambda: b"ffconcat version 1.0\nfile private.mp4\n", {"not_media"}),
    "hls_file.mp4": (lambda: hostile.hls("#EXTINF:10.0,", "file:///private.ts"), {"not_media"}),
    "moov_missing.mp4": (lambda: media.without_moov().read_bytes(), {"damaged"}),
    "notes.mp4": (lambda: b"hello world\n", {"not_media"}),
    "png_30k_as.mp4": (lambda: media.png(30_000, 30_000), {"not_media", "too_many_pixels"}),
    "random.mp4": (lambda: random.Random(1).randbytes(1_000_000), {"not_media"}),
    "too_short.mp4": (lambda: media.clip("short.mp4").read_bytes(), {"too_short"}),
}


def refused(path: Path) -> Reason:
    """The reason for which a file is refused, within its time and memory."""
    started = time.monotonic()
    found = guard(path, size_bytes=path.stat().st_size)
    if not isinstance(found, Rejection):
        report: Any = probe_file(path)
        assert report["used"]["rss_kib"] < MOST_RSS_KIB
        verdict = parse(report, size_bytes=path.stat().st_size)
        assert isinstance(verdict, Rejection), verdict
        found = verdict
    assert time.monotonic() - started < MOST_S
    for language in (ENGLISH, FRENCH):
        assert wording(found.reason, language).what_to_do
    return found.reason


@pytest.fixture(scope="module", autouse=True)
def _a_prober_is_running() -> None:
    """A worker's first file also pays for starting the prober's parent."""
    probe_file(media.clip("silent.mp4"))


@pytest.mark.skipif(not EXPECTED, reason="the shared footage is not on this machine")
@pytest.mark.parametrize("wanted", EXPECTED, ids=lambda one: one["file"])
def test_shared_bad_files_are_refused_for_the_stated_reason(wanted: dict[str, Any]) -> None:
    assert refused(FOOTAGE / wanted["file"]) in wanted["reasons"]


@pytest.mark.parametrize("name", MADE)
def test_made_bad_files_are_refused_for_the_same_reason(name: str, tmp_path: Path) -> None:
    make, reasons = MADE[name]
    path = tmp_path / name
    path.write_bytes(make())
    assert refused(path) in reasons
