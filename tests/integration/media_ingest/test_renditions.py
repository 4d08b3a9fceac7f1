"""Poster, preview and the delivered copy: right sizes, clean, the same bytes each time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from media_ingest.adapters.ffmpeg import ToolError, probe_file
from media_ingest.adapters.renditions import openings, poster, preview, remux
from media_ingest.domain.footage import Footage
from media_ingest.domain.formats import delivery_container
from media_ingest.domain.previews import Shown, opening_plans, poster_plan, preview_plan
from media_ingest.domain.probe import parse
from tests import media


def facts(path: Path) -> Footage:
    found = parse(probe_file(path), size_bytes=path.stat().st_size)
    assert isinstance(found, Footage), found
    return found


def shown(path: Path) -> Shown:
    found = facts(path)
    return Shown(
        width=found.width,
        height=found.height,
        duration_ms=found.duration_ms,
        audio_codec=found.audio_codec,
        interlaced=False,
    )


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height from a JPEG's frame header."""
    at = 2
    while data[at + 1] not in {0xC0, 0xC2}:
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])


@pytest.mark.parametrize(
    ("clip", "size"), [("full_hd.mp4", (640, 360)), ("anamorphic.mp4", (640, 360)), ("portrait.mp4", (240, 426))]
)
def test_a_poster_is_a_jpeg_of_the_displayed_shape(clip: str, size: tuple[int, int], tmp_path: Path) -> None:
    path = media.clip(clip)
    written = poster(path, tmp_path / "poster.jpg", poster_plan(shown(path)))
    data = (tmp_path / "poster.jpg").read_bytes()
    assert written == len(data)
    assert jpeg_size(data) == size
    assert b"Lavc" not in data


def test_a_turned_clip_gives_an_upright_poster_and_preview(tmp_path: Path) -> None:
    path = media.rotated(90)
    poster(path, tmp_path / "poster.jpg", poster_plan(shown(path)))
    assert jpeg_size((tmp_path / "poster.jpg").read_bytes()) == (240, 320)
    preview(path, tmp_path / "preview.mp4", preview_plan(shown(path), 0, 2000))
    found = facts(tmp_path / "preview.mp4")
    assert (found.width, found.height, found.rotation) == (240, 320, 0)


@pytest.mark.parametrize(("clip", "heard"), [("full_hd.mp4", True), ("ten_bit.mp4", False), ("vp9.webm", False)])
def test_a_preview_plays_in_a_browser(clip: str, heard: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a table
    path, out = media.clip(clip), tmp_path / "preview.mp4"
    said: list[int] = []
    preview(path, out, preview_plan(shown(path), 0, 2000), on_progress=said.append)
    found = facts(out)
    assert (found.video_codec, found.pixel_format, found.has_audio) == ("h264", "yuv420p", heard)
    assert min(found.width, found.height) <= 480
    assert found.duration_ms == 2000
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert said


@pytest.mark.parametrize("clip", ["plain.mp4", "broadcast.ts", "vp9.webm", "mjpeg.avi"])
def test_the_openings_of_several_clips_are_made_in_one_process(clip: str, tmp_path: Path) -> None:
    path = media.clip(clip)
    plans = opening_plans(shown(path), [(0, 400), (400, 1200), (1200, 2000)])
    made = openings(path, plans, tmp_path)
    assert [abs(facts_of_any(moving) - wanted) <= 40 for (moving, _), wanted in zip(made, (400, 800, 800), strict=True)]
    for _, still in made:
        assert jpeg_size(still.read_bytes()) == plans[0].poster


def facts_of_any(path: Path) -> int:
    """Length of a preview in milliseconds, however short."""
    report = probe_file(path)
    tracks = report["scan"]["tracks"]  # type: ignore[index]  # the prober's report
    track = tracks[str(report["video"]["index"])]  # type: ignore[index]  # the prober's report
    stream = report["streams"][report["video"]["index"]]  # type: ignore[index]  # the prober's report
    return int(Fraction(stream["time_base"]) * (track["end"] - track["first"]) * 1000)


@pytest.mark.parametrize(
    "clip", ["plain.mp4", "ten_bit.mp4", "vp9.webm", "ntsc.mkv", "mjpeg.avi", "broadcast.ts", "prores.mxf"]
)
def test_the_delivered_copy_is_the_same_picture_and_the_same_bytes_each_time(clip: str, tmp_path: Path) -> None:
    path = media.clip(clip)
    before = facts(path)
    container = delivery_container(before.video_codec, before.audio_codec)
    first, second = tmp_path / f"first.{container}", tmp_path / f"second.{container}"
    remux(path, first, container)
    remux(path, second, container)
    assert first.read_bytes() == second.read_bytes()
    after = facts(first)
    assert (after.video_codec, after.width, after.height) == (before.video_codec, before.width, before.height)
    assert (after.frame_count, after.has_audio) == (before.frame_count, before.has_audio)
    assert abs(after.duration_ms - before.duration_ms) <= 40


def test_the_delivered_copy_keeps_the_turn(tmp_path: Path) -> None:
    remux(media.rotated(270), tmp_path / "copy.mp4", "mp4")
    assert facts(tmp_path / "copy.mp4").rotation == 90


def test_the_delivered_copy_carries_nothing_of_its_maker(tmp_path: Path) -> None:
    tagged = media.folder() / "tagged.mp4"
    tags = ["-metadata", "title=My holiday", "-metadata", "location=+48.8584+002.2945/", "-metadata", "artist=Somebody"]
    media.draw(["-i", str(media.clip("timecode.mov")), "-c", "copy", *tags, "-movflags", "use_metadata_tags"], tagged)
    assert b"My holiday" in tagged.read_bytes()
    remux(tagged, tmp_path / "copy.mp4", "mp4")
    data = (tmp_path / "copy.mp4").read_bytes()
    for trace in (b"My holiday", b"48.8584", b"Somebody", b"tmcd", b"Lavf"):
        assert trace not in data


def test_a_damaged_source_is_an_error_and_never_an_empty_file(tmp_path: Path) -> None:
    broken = media.written("broken-source.mp4", b"\0\0\0\x18ftypisom\0\0\2\0isommp42")
    with pytest.raises(ToolError):
        remux(broken, tmp_path / "copy.mp4", "mp4")
