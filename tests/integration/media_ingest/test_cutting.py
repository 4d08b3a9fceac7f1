"""Stretches come out with exactly their frames, their colours and their sound, and the same bytes each time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from media_ingest.adapters.cuts import CutOrder, cut_all, packet_index
from media_ingest.adapters.ffmpeg import probe_file
from media_ingest.domain.cuts import cut_of, encoding_for
from media_ingest.domain.footage import Footage, Scan
from media_ingest.domain.formats import delivery_container
from media_ingest.domain.probe import parse
from tests import media

GROUPS = ["-g", "25", "-sc_threshold", "0", "-bf", "2", "-x264-params", "open-gop=0"]


def facts(path: Path) -> Footage:
    found = parse(probe_file(path), size_bytes=path.stat().st_size)
    assert isinstance(found, Footage), found
    return found


def grouped() -> Path:
    """Four seconds with a key frame each second and sound."""
    out = media.folder() / "grouped.mp4"
    if not out.exists():
        codec = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", *GROUPS]
        tags = ["-vf", "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"]
        media.draw([*media.picture(seconds=4), *media.tone(4), *codec, *tags], out)
    return out


def cut(
    path: Path, spans: list[tuple[Fraction, Fraction]], folder: Path, *, from_start: bool = False
) -> list[CutOrder]:
    before = facts(path)
    index = packet_index(path, folder)
    orders = []
    for number, (start, end) in enumerate(spans):
        found = cut_of(index, start, end)
        encoding = encoding_for(before.pixel_format, before.bit_depth, interlaced=before.scan is Scan.INTERLACED)
        container = delivery_container(before.video_codec, before.audio_codec) if found.copy else "mp4"
        audio = ("copy" if found.copy else "aac") if before.has_audio else ""
        orders.append(CutOrder(found, folder / f"{number}.{container}", container, encoding, audio))
    cut_all(path, orders, from_start=from_start)
    return orders


def test_copied_and_encoded_stretches_come_from_one_process_with_their_exact_frames(tmp_path: Path) -> None:
    spans = [(Fraction(1), Fraction(3)), (Fraction(2, 5), Fraction(2)), (Fraction(3), Fraction(4))]
    orders = cut(grouped(), spans, tmp_path)
    assert [one.cut.copy for one in orders] == [True, False, True]
    for one, (start, end) in zip(orders, spans, strict=True):
        found = facts(one.out)
        assert found.frame_count == one.cut.frames == (end - start) * 25
        assert found.duration_ms == (end - start) * 1000
        assert (found.video_codec, found.frame_rate, found.has_audio) == ("h264", Fraction(25), True)
        assert (found.color_primaries, found.color_transfer, found.color_matrix) == ("bt709", "bt709", "bt709")
        assert found.color_range == "tv"


def test_the_first_frame_of_an_encoded_stretch_is_the_one_that_was_licensed(tmp_path: Path) -> None:
    (one,) = cut(grouped(), [(Fraction(2, 5), Fraction(2))], tmp_path)
    wanted, got = frame_of(grouped(), 10, tmp_path / "a"), frame_of(one.out, 0, tmp_path / "b")
    other = frame_of(grouped(), 9, tmp_path / "c")
    assert difference(wanted, got) < 2 < difference(other, got)


def frame_of(path: Path, number: int, out: Path) -> bytes:
    """The grey picture of one frame, 64 × 48."""
    look = f"select=eq(n\\,{number}),scale=64:48:flags=area,format=gray"
    media.draw(["-i", str(path), "-vf", look, "-frames:v", "1", "-f", "rawvideo"], out)
    return out.read_bytes()


def difference(one: bytes, other: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


@pytest.mark.parametrize(
    "name", ["ten_bit.mp4", "ntsc.mkv", "broadcast.ts", "mjpeg.avi", "anamorphic.mp4", "variable.mp4"]
)
def test_every_kind_of_source_gives_exact_stretches(name: str, tmp_path: Path) -> None:
    path = media.clip(name)
    before = facts(path)
    length = before.duration_ticks * before.time_base
    (one,) = cut(path, [(length / 5, length * 9 / 10)], tmp_path)
    found = facts(one.out)
    assert found.frame_count == one.cut.frames
    assert abs(found.duration_ms - float(one.cut.end - one.cut.start) * 1000) <= 1000 / float(found.frame_rate) + 1
    assert (found.width, found.height) == (before.width, before.height)
    assert found.video_codec == ("hevc" if before.bit_depth > 8 else before.video_codec if one.cut.copy else "h264")


def test_a_turned_clip_stays_upright(tmp_path: Path) -> None:
    (one,) = cut(media.rotated(90), [(Fraction(1, 5), Fraction(9, 5))], tmp_path)
    found = facts(one.out)
    assert (found.width, found.height, found.frame_count) == (240, 320, 40)


def test_the_same_cut_gives_the_same_bytes_alone_or_with_others_and_without_seeking_the_same_frames(
    tmp_path: Path,
) -> None:
    """A killed and resumed build gives identical shards, whatever was left to do."""
    spans = [(Fraction(1, 5), Fraction(8, 5)), (Fraction(1), Fraction(3)), (Fraction(2), Fraction(19, 5))]
    folders = [tmp_path / name for name in ("all", "again", "alone", "slow")]
    for folder in folders:
        folder.mkdir()
    every, again = (cut(grouped(), spans, folder) for folder in folders[:2])
    alone = cut(grouped(), spans[2:], folders[2])
    assert [one.out.read_bytes() for one in every] == [one.out.read_bytes() for one in again]
    assert alone[0].out.read_bytes() == every[2].out.read_bytes()
    (slow,) = cut(grouped(), spans[:1], folders[3], from_start=True)
    assert facts(slow.out).frame_count == every[0].cut.frames
    assert b"Lavf" not in every[0].out.read_bytes()
