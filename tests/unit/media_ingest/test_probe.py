"""Judging the prober's report: exact lengths, displayed sizes, contradictions, and nothing that raises."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from media_ingest.domain.footage import DynamicRange, Footage, Scan
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Reason, Rejection


def report(**changes: Any) -> dict[str, Any]:
    """A report of two seconds of 25 frames a second in an MP4; keys such as ``video__codec`` change one value."""
    facts: dict[str, Any] = {
        "version": 1,
        "tool": "PyAV 18.1.0, libavformat 62.12.102",
        "error": None,
        "container": {"format": "mov,mp4,m4a,3gp,3g2,mj2", "duration_us": 2_000_000, "start_us": 0, "tags": {}},
        "stream_count": 1,
        "streams": [
            {"index": 0, "type": "video", "codec": "h264", "time_base": "1/12800", "start": 0, "duration": 25600,
             "frames": 50, "tags": {}},
        ],
        "video": {"index": 0, "codec": "h264", "profile": "High", "pixel_format": "yuv420p", "bits": 8, "width": 1920,
                  "height": 1080, "sample_aspect": "1/1", "average_rate": "25/1", "base_rate": "25/1", "primaries": 1,
                  "transfer": 1, "matrix": 1, "range": 1},
        "scan": {
            "demux_error": "",
            "decode_error": "",
            "tracks": {"0": {"packets": 50, "discarded": 0, "corrupt": 0, "encrypted": False, "first": 0,
                             "last": 25088, "last_duration": 512, "end": 25600}},
            "grid": {"shortest_step": 512, "longest_step": 512, "off_grid": "0/1"},
            "frame": {"rotation": 0, "interlaced": False, "width": 1920, "height": 1080, "pixel_format": "yuv420p",
                      "bits": 8},
            "later_frames": [True, True],
        },
    }  # fmt: skip
    for path, value in changes.items():
        place: Any = facts
        *parents, last = path.split("__")
        for key in parents:
            place = place[int(key)] if isinstance(place, list) else place[key]
        place[last] = value
    return facts


def accepted(**changes: Any) -> Footage:
    found = parse(report(**changes), size_bytes=1000)
    assert isinstance(found, Footage), found
    return found


def refused(**changes: Any) -> Reason:
    found = parse(report(**changes), size_bytes=1000)
    assert isinstance(found, Rejection), found
    return found.reason


def test_the_plain_case() -> None:
    found = accepted()
    assert (found.container, found.video_codec, found.duration_ms, found.frame_count) == ("mov", "h264", 2000, 50)
    assert (found.width, found.height, found.rotation, found.sample_aspect) == (1920, 1080, 0, "1/1")
    assert (found.frame_rate, found.variable_frame_rate, found.scan) == (Fraction(25), False, Scan.PROGRESSIVE)
    assert (found.color_primaries, found.color_range, found.hdr) == ("bt709", "tv", DynamicRange.SDR)
    assert (found.has_audio, found.audio_codec, found.size_bytes) == (False, "", 1000)


@pytest.mark.parametrize(
    ("angle", "rotation", "size"),
    [
        (0, 0, (1920, 1080)),
        (-90, 90, (1080, 1920)),
        (90, 270, (1080, 1920)),
        (180, 180, (1920, 1080)),
        (None, 0, (1920, 1080)),
    ],
)
def test_rotation_is_the_clockwise_turn_and_turns_the_size(
    angle: int | None, rotation: int, size: tuple[int, int]
) -> None:
    found = accepted(scan__frame__rotation=angle)
    assert (found.rotation, (found.width, found.height)) == (rotation, size)


@pytest.mark.parametrize(("aspect", "width"), [("16/11", 1024), (None, 704), ("1000/1", 704), ("1/1000", 704)])
def test_sample_aspect_widens_the_picture_and_nonsense_is_ignored(aspect: str | None, width: int) -> None:
    found = accepted(video__sample_aspect=aspect, scan__frame__width=704, scan__frame__height=576)
    assert (found.width, found.height) == (width, 576)


def test_an_edit_list_that_ends_inside_the_last_frame_cuts_it() -> None:
    found = accepted(
        streams__0__time_base="1/600",
        streams__0__duration=1529,
        container__duration_us=2_548_345,
        video__average_rate="51600/1841",
        scan__tracks__0={"packets": 86, "discarded": 9, "first": 0, "last": 1521, "last_duration": 20, "end": 1541},
        scan__grid={"shortest_step": 20, "longest_step": 21, "off_grid": "9110/86"},
    )
    assert found.duration_ms == 2548
    assert found.frame_rate == Fraction(51600, 1841)


def test_millisecond_time_stamps_are_put_back_on_the_frame_grid() -> None:
    found = accepted(
        container__format="matroska,webm",
        container__duration_us=1_012_000,
        streams__0__time_base="1/1000",
        streams__0__duration=None,
        streams__0__frames=0,
        video__average_rate="60/1",
        scan__tracks__0={"packets": 60, "discarded": 0, "first": 0, "last": 983, "last_duration": 16, "end": 999},
        scan__grid={"shortest_step": 16, "longest_step": 17, "off_grid": "30/60"},
    )
    assert (found.duration_ms, found.duration_ticks, found.time_base) == (1000, 60, Fraction(1, 60))


def test_a_last_frame_without_a_length_lasts_one_frame() -> None:
    track = {"packets": 50, "discarded": 0, "first": 0, "last": 25088, "last_duration": 0, "end": 25088}
    assert accepted(scan__tracks__0=track).duration_ms == 2000


def test_a_stated_rate_that_the_packets_do_not_bear_out_gives_way_to_the_counted_one() -> None:
    assert accepted(video__average_rate="100/1", video__base_rate="90000/1").frame_rate == Fraction(25)


@pytest.mark.parametrize("rate", ["1/2880", "100000/1"])
def test_a_stated_rate_outside_reason_never_gets_through(rate: str) -> None:
    assert accepted(video__average_rate=rate, video__base_rate=None).frame_rate == Fraction(25)


def test_a_gap_of_forty_hours_is_implausible() -> None:
    track = {
        "packets": 50,
        "discarded": 0,
        "first": 0,
        "last": 25088 * 72000,
        "last_duration": 512,
        "end": 25600 * 72000,
    }
    assert refused(scan__tracks__0=track) == Reason.IMPLAUSIBLE_TIME


def test_frames_that_are_announced_and_missing_are_damage() -> None:
    track = {"packets": 25, "discarded": 0, "first": 0, "last": 12288, "last_duration": 512, "end": 12800}
    assert refused(scan__tracks__0=track) == Reason.DAMAGED


def test_a_header_that_claims_more_time_than_its_own_frames_is_implausible() -> None:
    assert refused(streams__0__duration=12800 * 71_582 * 60) == Reason.IMPLAUSIBLE_TIME
    assert refused(container__duration_us=4_294_967_294_000) == Reason.IMPLAUSIBLE_TIME


@pytest.mark.parametrize(
    ("stated", "fits"), [(2_500_000, True), (2_501_000, False), (1_500_000, True), (1_400_000, False)]
)
def test_headers_may_differ_by_half_a_second(stated: int, fits: bool) -> None:  # noqa: FBT001 - a table
    found = parse(report(container__duration_us=stated), size_bytes=1)
    assert isinstance(found, Footage) is fits


def test_a_telemetry_track_that_is_longer_than_the_picture_is_no_contradiction() -> None:
    data = {"index": 1, "type": "data", "time_base": "1/1000", "start": 0, "duration": 4013, "frames": 4,
            "tags": {"handler_name": "GoPro MET"}}  # fmt: skip
    facts = report(container__duration_us=4_013_000, stream_count=2)
    facts["streams"].append(data)
    facts["scan"]["tracks"]["1"] = {"packets": 4, "first": 0, "last": 3000, "last_duration": 1013, "end": 4013}
    found = parse(facts, size_bytes=1)
    assert isinstance(found, Footage)
    assert (found.duration_ms, found.has_telemetry) == (2000, True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"error": "InvalidDataError"}, Reason.DAMAGED),
        ({"error": "memory"}, Reason.RESOURCE_LIMIT),
        ({"error": "cpu"}, Reason.RESOURCE_LIMIT),
        ({"error": "too_large"}, Reason.RESOURCE_LIMIT),
        ({"container__format": "hls"}, Reason.UNSUPPORTED_CONTAINER),
        ({"container__format": "concat"}, Reason.UNSUPPORTED_CONTAINER),
        ({"stream_count": 65}, Reason.TOO_MANY_STREAMS),
        ({"video": None}, Reason.NO_VIDEO),
        ({"video__codec": "magicyuv"}, Reason.CODEC_NOT_ALLOWED),
        ({"video__codec": ""}, Reason.CODEC_NOT_ALLOWED),
        ({"video__width": 16384, "video__height": 8192}, Reason.TOO_MANY_PIXELS),
        ({"scan__frame__width": 65535, "scan__frame__height": 65535}, Reason.TOO_MANY_PIXELS),
        ({"video__width": 0}, Reason.DAMAGED),
        ({"video__width": 0, "oversized": True}, Reason.TOO_MANY_PIXELS),
        ({"scan": None}, Reason.DAMAGED),
        ({"scan__frame": None}, Reason.DAMAGED),
        ({"scan__demux_error": "InvalidDataError"}, Reason.DAMAGED),
        ({"scan__later_frames": [True, False]}, Reason.DAMAGED),
        ({"scan__tracks__0__encrypted": True}, Reason.ENCRYPTED),
        ({"streams__0__time_base": "1/0"}, Reason.DAMAGED),
        ({"streams__0__time_base": None}, Reason.DAMAGED),
    ],
)
def test_each_refusal_has_its_reason(changes: dict[str, Any], reason: Reason) -> None:
    assert refused(**changes) == reason


def test_less_than_a_second_is_too_short() -> None:
    track = {"packets": 24, "discarded": 0, "first": 0, "last": 11776, "last_duration": 512, "end": 12288}
    changes = {"streams__0__duration": 12288, "streams__0__frames": 24, "container__duration_us": 960_000}
    assert refused(scan__tracks__0=track, **changes) == Reason.TOO_SHORT


def test_one_frame_is_a_still_image() -> None:
    track = {"packets": 1, "discarded": 0, "first": 0, "last": 0, "last_duration": 12800, "end": 12800}
    changes = {"streams__0__duration": 12800, "streams__0__frames": 1, "container__duration_us": 1_000_000}
    assert refused(scan__tracks__0=track, **changes) == Reason.NO_VIDEO


@pytest.mark.parametrize(
    ("timecode", "kept"),
    [("23:59:59:24", True), ("01:00:00;00", True), ("24:00:00:00", False), ("00:00:00:00\x1b[2J", False), ("", False)],
)
def test_only_timecodes_that_exist_are_kept(timecode: str, kept: bool) -> None:  # noqa: FBT001 - a table
    found = accepted(container__tags={"timecode": timecode})
    assert found.timecode == (timecode if kept else None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-11-18T15:45:32.000000Z", datetime(2019, 11, 18, 15, 45, 32, tzinfo=UTC)),
        ("2019-11-18T15:45:32+0200", datetime(2019, 11, 18, 13, 45, 32, tzinfo=UTC)),
        ("2106-02-07T06:28:15Z", None),
        ("1904-01-01T00:00:00Z", None),
        ("99999-99-99", None),
        ("'; DROP TABLE clips;--", None),
    ],
)
def test_only_recording_dates_that_can_be_are_kept(text: str, moment: datetime | None) -> None:
    assert accepted(container__tags={"creation_time": text}).created_at == moment


def test_texts_of_the_file_are_data_without_control_or_direction_characters() -> None:
    evil = "=cmd|'/C calc'!A0\x1b]0;pwn\x07\r\nSet-Cookie: x=1\u202egpj.exe\x9b2J" + "A" * 500
    found = accepted(container__tags={"make": evil, "model": evil}, video__profile=evil)
    for text in (found.camera_make, found.camera_model, found.profile):
        assert text.isprintable()
        assert len(text) <= 100


def test_high_dynamic_range_is_told_by_the_transfer() -> None:
    assert accepted(video__transfer=18).hdr is DynamicRange.HLG
    assert accepted(video__transfer=16).hdr is DynamicRange.PQ


@pytest.mark.parametrize(("channels", "rate"), [(65535, 48_000), (0, 48_000), (2, 0), (2, 999), (8, 768_000)])
def test_sound_that_no_recorder_makes_is_refused(channels: int, rate: int) -> None:
    """T06: 65535 channels, 0 Hz and 768 kHz are refused by range."""
    facts = report(stream_count=2)
    facts["streams"].append({"index": 1, "type": "audio", "codec": "pcm_s16le", "channels": channels, "rate": rate})
    found = parse(facts, size_bytes=1)
    assert isinstance(found, Rejection)
    assert found.reason == Reason.CODEC_NOT_ALLOWED


def test_a_sound_track_that_says_nothing_is_no_sound() -> None:
    facts = report(stream_count=2)
    facts["streams"].append({"index": 1, "type": "audio", "codec": "aac", "channels": 0, "rate": 0})
    found = parse(facts, size_bytes=1)
    assert isinstance(found, Footage)
    assert found.has_audio is False


def test_frames_that_a_copy_left_blank_are_damage() -> None:
    facts = report()
    facts["scan"]["holes"] = {"packets": 3, "first": 17}
    found = parse(facts, size_bytes=1)
    assert isinstance(found, Rejection)
    assert (found.reason, found.detail) == (Reason.DAMAGED, "3 blank frames, the first is 17")


def test_a_camera_rate_is_read_off_the_grid_of_a_coarse_time_base() -> None:
    """59.94 in Matroska: libavformat guesses 19001/317 from whole milliseconds."""
    found = accepted(
        container__format="matroska,webm",
        container__duration_us=4_004_000,
        streams__0__time_base="1/1000",
        streams__0__duration=None,
        streams__0__frames=0,
        video__average_rate="19001/317",
        scan__tracks__0={"packets": 240, "discarded": 0, "first": 0, "last": 3987, "last_duration": 16, "end": 4003},
        scan__grid={
            "shortest_step": 16,
            "longest_step": 17,
            "off_grid": "3/2",
            "common_rate": "60000/1001",
            "off_common_grid": "1/2",
        },
    )
    assert (found.frame_rate, found.duration_ms) == (Fraction(60000, 1001), 4004)


def test_a_fine_time_base_means_what_it_says() -> None:
    grid = {
        "shortest_step": 512,
        "longest_step": 512,
        "off_grid": "0/1",
        "common_rate": "25/1",
        "off_common_grid": "0/1",
    }
    assert accepted(video__average_rate="90000/3601", scan__grid=grid).frame_rate == Fraction(90000, 3601)


@pytest.mark.parametrize(
    ("demuxer", "corrupt", "grid", "damaged"),
    [
        ("mpegts", 1, {}, True),
        ("mpegts", 0, {"gaps": 1, "later_gaps": 1, "steady": True}, True),
        ("mpegts", 0, {"gaps": 1, "later_gaps": 0, "steady": True}, False),
        ("mpegts", 0, {"gaps": 9, "later_gaps": 9, "steady": False}, False),
        ("mxf", 0, {"gaps": 1, "later_gaps": 0, "steady": True}, True),
        ("mov,mp4,m4a,3gp,3g2,mj2", 1, {"gaps": 1, "later_gaps": 1, "steady": True}, False),
    ],
)
def test_a_broadcast_recording_that_lost_packets_is_damaged(
    demuxer: str, corrupt: int, grid: dict[str, int], *, damaged: bool
) -> None:
    """T10: one frame that arrived in part, or a gap among even steps; uneven steps are a variable rate."""
    facts = report()
    facts["container"]["format"] = demuxer
    facts["scan"]["tracks"]["0"]["corrupt"] = corrupt
    facts["scan"]["grid"] |= grid
    found = parse(facts, size_bytes=1)
    assert (isinstance(found, Rejection) and found.reason == Reason.DAMAGED) is damaged
