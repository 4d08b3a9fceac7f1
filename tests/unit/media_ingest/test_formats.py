"""Delivery never re-encodes: the container follows from the codecs."""

from __future__ import annotations

from fractions import Fraction

import pytest

from media_ingest.domain.formats import common_rate, container_family, delivery_container


@pytest.mark.parametrize(
    ("video", "audio", "container"),
    [
        ("h264", "aac", "mp4"),
        ("hevc", "", "mp4"),
        ("h264", "pcm_s24le", "mkv"),
        ("vp8", "vorbis", "webm"),
        ("vp9", "opus", "webm"),
        ("vp9", "aac", "mkv"),
        ("prores", "", "mkv"),
        ("msmpeg4v3", "mp3", "mkv"),
    ],
)
def test_codecs_decide_the_container(video: str, audio: str, container: str) -> None:
    assert delivery_container(video, audio) == container


@pytest.mark.parametrize(
    ("demuxer", "family"),
    [("mov,mp4,m4a,3gp,3g2,mj2", "mov"), ("matroska,webm", "matroska"), ("hls", None), ("concat", None), ("", None)],
)
def test_only_listed_demuxers_have_a_family(demuxer: str, family: str | None) -> None:
    assert container_family(demuxer) == family


@pytest.mark.parametrize(
    ("measured", "common"),
    [("19001/317", "60000/1001"), ("24/1", "24/1"), ("2997/100", "30000/1001"), ("10/1", None), ("299/10", None)],
)
def test_the_camera_rate_next_to_a_measured_one(measured: str, common: str | None) -> None:
    assert common_rate(Fraction(measured)) == (Fraction(common) if common else None)
