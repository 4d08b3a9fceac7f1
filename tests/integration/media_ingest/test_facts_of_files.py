"""Facts of real files, read by the sandboxed prober."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pytest

from core.timecode import ratio_text
from media_ingest.adapters.ffmpeg import probe_file
from media_ingest.adapters.guard import guard
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Reason, Rejection
from media_ingest.domain.resolution import resolution_class
from tests import media

FOOTAGE: Final = Path(__file__).resolve().parents[4] / "shared" / "footage"
EXPECTED: Final[list[dict[str, Any]]] = (
    json.loads((FOOTAGE / "expected.json").read_text())["files"] if (FOOTAGE / "expected.json").is_file() else []
)


def judged(path: Path) -> Footage | Rejection:
    """What the ingest would say of a file: guard, prober, judgement."""
    size = path.stat().st_size
    door = guard(path, size_bytes=size)
    return door if isinstance(door, Rejection) else parse(probe_file(path), size_bytes=size)


def footage(path: Path) -> Footage:
    found = judged(path)
    assert isinstance(found, Footage), found
    return found


def reason(path: Path) -> Reason:
    found = judged(path)
    assert isinstance(found, Rejection), found
    return found.reason


@pytest.mark.skipif(not EXPECTED, reason="the shared footage is not on this machine")
@pytest.mark.parametrize("wanted", [one for one in EXPECTED if one["state"] == "ready"], ids=lambda one: one["file"])
def test_shared_footage_has_the_expected_facts(wanted: dict[str, Any]) -> None:
    found = footage(FOOTAGE / wanted["file"])
    for fact in ("video_codec", "width", "height", "bit_depth", "has_audio"):
        assert getattr(found, fact) == wanted[fact], fact
    assert abs(found.duration_ms - wanted["duration_ms"]) <= wanted["tolerance_ms"]
    assert ratio_text(found.frame_rate) == ratio_text(Fraction(wanted["frame_rate"]))
    assert found.rotation % 180 == wanted["rotation"] % 180
    assert resolution_class(found.width, found.height) == wanted["resolution_class"]


@pytest.mark.parametrize(
    ("name", "kind", "duration_ms", "size", "rate"),
    [
        ("plain.mp4", ("mov", "h264"), 2000, (320, 240), Fraction(25)),
        ("uhd.mp4", ("mov", "h264"), 2000, (3840, 2160), Fraction(25)),
        ("portrait.mp4", ("mov", "h264"), 2000, (240, 426), Fraction(25)),
        ("ntsc.mp4", ("mov", "h264"), 2002, (320, 240), Fraction(30000, 1001)),
        ("ntsc.mkv", ("matroska", "h264"), 4004, (320, 240), Fraction(30000, 1001)),
        ("ntsc_60.mkv", ("matroska", "h264"), 4004, (320, 240), Fraction(60000, 1001)),
        ("ten_bit.mp4", ("mov", "hevc"), 2000, (320, 240), Fraction(25)),
        ("vp9.webm", ("matroska", "vp9"), 2000, (320, 240), Fraction(25)),
        ("mjpeg.avi", ("avi", "mjpeg"), 2000, (320, 240), Fraction(25)),
        ("prores.mxf", ("mxf", "prores"), 2000, (320, 240), Fraction(25)),
        ("broadcast.ts", ("mpegts", "mpeg2video"), 2000, (720, 576), Fraction(25)),
        ("anamorphic.mp4", ("mov", "h264"), 2000, (1024, 576), Fraction(25)),
        ("fragmented.mp4", ("mov", "h264"), 2000, (320, 240), Fraction(25)),
        ("cut.mp4", ("mov", "h264"), 4000, (320, 240), Fraction(25)),
    ],
)
def test_made_clips_have_exact_facts(
    name: str, kind: tuple[str, str], duration_ms: int, size: tuple[int, int], rate: Fraction
) -> None:
    found = footage(media.clip(name))
    assert ((found.container, found.video_codec), found.duration_ms) == (kind, duration_ms)
    assert ((found.width, found.height), found.frame_rate) == (size, rate)
    assert found.variable_frame_rate is False


def test_sound_is_found_and_missing_sound_is_too() -> None:
    loud, silent = footage(media.clip("plain.mp4")), footage(media.clip("silent.mp4"))
    assert (loud.has_audio, loud.audio_codec, loud.audio_rate) == (True, "aac", 48_000)
    assert (silent.has_audio, silent.audio_codec, silent.audio_channels) == (False, "", 0)


def test_ten_bits_are_ten_bits() -> None:
    found = footage(media.clip("ten_bit.mp4"))
    assert (found.bit_depth, found.pixel_format) == (10, "yuv420p10le")


def test_uneven_frames_are_a_variable_frame_rate() -> None:
    found = footage(media.clip("variable.mp4"))
    assert found.variable_frame_rate is True
    assert found.frame_rate == Fraction(found.frame_count * 1000, found.duration_ms)


@pytest.mark.parametrize(("degrees", "clockwise", "size"), [(90, 270, (240, 320)), (180, 180, (320, 240))])
def test_a_phone_that_was_turned_gives_the_size_as_seen(degrees: int, clockwise: int, size: tuple[int, int]) -> None:
    found = footage(media.rotated(degrees))
    assert (found.rotation, (found.width, found.height)) == (clockwise, size)
    assert (found.coded_width, found.coded_height) == (320, 240)


def test_the_same_file_has_the_same_report_twice() -> None:
    first, second = (probe_file(media.clip("plain.mp4")) for _ in range(2))
    assert first.pop("used")
    assert second.pop("used")
    assert first == second


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("short.mp4", Reason.TOO_SHORT),
        ("sound.m4a", Reason.NO_VIDEO),
        ("song.ogg", Reason.UNSUPPORTED_CONTAINER),
        ("film.flv", Reason.UNSUPPORTED_CONTAINER),
        ("encrypted.mp4", Reason.ENCRYPTED),
        ("magicyuv.mkv", Reason.CODEC_NOT_ALLOWED),
        ("ffvhuff.avi", Reason.CODEC_NOT_ALLOWED),
        ("hurried.mp4", Reason.IMPLAUSIBLE_TIME),
    ],
)
def test_unusable_clips_are_refused_by_name(name: str, why: Reason) -> None:
    assert reason(media.clip(name)) == why


def test_a_recording_whose_index_was_never_written_is_damaged() -> None:
    assert reason(media.without_moov()) == Reason.DAMAGED


def test_the_report_names_its_tool_and_stays_small() -> None:
    report = probe_file(media.clip("plain.mp4"))
    assert str(report["tool"]).startswith("PyAV ")
    assert len(json.dumps(report)) < 8000
