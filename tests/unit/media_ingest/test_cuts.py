"""Which frames a stretch has, and whether its packets may be copied: decided from the packet index alone."""

from __future__ import annotations

from fractions import Fraction

import pytest

from media_ingest.domain.cuts import Packet, PacketIndex, cut_of, encoding_for, read_index, together

BASE = Fraction(1, 25)


def index(marks: str, order: list[int] | None = None) -> PacketIndex:
    """One frame a letter: K is a key frame. ``order`` is the order in the file."""
    packets = [Packet(place, mark == "K") for place, mark in enumerate(marks)]
    return PacketIndex([packets[place] for place in order or range(len(packets))], BASE, len(packets))


def cut(marks: str, first: int, last: int, order: list[int] | None = None) -> bool:
    return cut_of(index(marks, order), first * BASE, last * BASE).copy


@pytest.mark.parametrize(
    ("first", "last", "copied"),
    [(0, 4, True), (4, 8, True), (4, 12, True), (0, 3, False), (5, 8, False), (2, 6, False)],
)
def test_stretches_between_key_frames_are_copied(first: int, last: int, copied: bool) -> None:  # noqa: FBT001 - a table
    assert cut("K---K---K---", first, last) is copied


def test_frames_that_lean_on_the_group_before_are_not_copied() -> None:
    """An open group: frames 2 and 3 are shown before the key frame 4 and stored behind it."""
    open_order = [0, 1, 4, 2, 3, 5, 6, 7]
    assert not cut("K---K---", 4, 8, open_order)
    assert not cut("K---K---", 0, 4, open_order)
    closed_order = [0, 2, 1, 3, 4, 6, 5, 7]
    assert cut("K---K---", 4, 8, closed_order)


def test_a_stretch_has_the_frames_that_begin_in_it() -> None:
    found = cut_of(index("K" + "-" * 99), Fraction(1), Fraction(3))
    assert (found.first, found.last, found.frames) == (25, 75, 50)
    assert (found.start, found.end) == (Fraction(1), Fraction(3))
    assert Fraction(24, 25) < found.seek < 1


def test_the_end_of_the_file_is_the_end_of_its_last_frame() -> None:
    found = cut_of(index("K---"), Fraction(0), Fraction(4, 25))
    assert (found.frames, found.end) == (4, Fraction(4, 25))


def test_an_empty_stretch_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no frame"):
        cut_of(index("K---"), Fraction(1, 25), Fraction(1, 25))


def test_a_packet_index_is_read_from_ffmpeg() -> None:
    told = [
        "#software: Lavf",
        "#tb 0: 1/600",
        "#dimensions 0: 1920x1080",
        "0,       -321,       -280,       20,    78829, 0x3f0063eb, F=0x5",
        "0,          0,          0,       20,    1000, 0x3f0063eb",
        "0,         20,         40,       20,    1000, 0x3f0063eb, F=0x0, S=1, MPEGTS Stream ID, 1, 0x00e000e0",
        "0,         40,         20,       20,    1000, 0x3f0063eb, F=0x10",
    ]
    found = read_index(told)
    assert [(packet.pts, packet.key) for packet in found.packets] == [(0, True), (40, False), (20, False)]
    assert (found.times, found.end, found.time_base) == ((0, 20, 40), 60, Fraction(1, 600))
    with pytest.raises(ValueError, match="no frame"):
        read_index(told[:4])


@pytest.mark.parametrize(
    ("pixel_format", "bits", "wanted"),
    [
        ("yuv420p", 8, ("h264", "yuv420p|yuvj420p")),
        ("yuvj422p", 8, ("h264", "yuv422p|yuvj422p")),
        ("gbrp", 8, ("h264", "yuv444p|yuvj444p")),
        ("yuv422p10le", 10, ("hevc", "yuv422p10le")),
        ("yuv420p12le", 12, ("hevc", "yuv420p10le")),
    ],
)
def test_depth_and_chroma_decide_the_encoding(pixel_format: str, bits: int, wanted: tuple[str, str]) -> None:
    found = encoding_for(pixel_format, bits, interlaced=False)
    assert (found.video_codec, found.pixel_format) == wanted


def test_one_process_makes_many_cuts_unless_memory_forbids() -> None:
    encoded = [cut_of(index("K---" * 6), (at + 1) * BASE, (at + 3) * BASE) for at in range(12)]
    assert [len(batch) for batch in together(encoded, 1920 * 1080)] == [12]
    assert [len(batch) for batch in together(encoded, 3840 * 2160)] == [3, 3, 3, 3]
    copied = [cut_of(index("K---" * 6), at * 4 * BASE, (at + 1) * 4 * BASE) for at in range(6)]
    assert [len(batch) for batch in together(copied, 7680 * 4320)] == [6]
