"""Byte ranges of a file of ten bytes."""

from __future__ import annotations

import pytest

from core.errors import DomainError
from media_ingest.domain.ranges import ByteRange, byte_range
from media_ingest.domain.resolution import ResolutionClass, resolution_class


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=2-5", 2, 6),
        ("bytes=4-", 4, 10),
        ("bytes=-3", 7, 10),
        ("bytes=5-99", 5, 10),
        ("bytes=-99", 0, 10),
    ],
)
def test_one_range_is_understood(header: str, start: int, end: int) -> None:
    assert byte_range(header, 10) == ByteRange(start, end)


@pytest.mark.parametrize("header", ["", "bytes=-", "bytes=0-1,4-5", "items=0-1", "bytes=5-2", "bytes=a-b", "bytes 0-1"])
def test_what_is_not_one_range_means_the_whole_file(header: str) -> None:
    assert byte_range(header, 10) is None


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(header: str) -> None:
    with pytest.raises(DomainError) as refused:
        byte_range(header, 10)
    assert refused.value.code == "range_unmet"


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (719, 1280, "sd"),
        (1280, 720, "720p"),
        (1080, 1920, "1080p"),
        (1440, 2560, "1440p"),
        (3840, 2160, "2160p"),
        (6144, 3160, "6k"),
        (7680, 4320, "4320p"),
    ],
)
def test_the_shorter_side_names_the_class(width: int, height: int, name: str) -> None:
    assert resolution_class(width, height) is ResolutionClass(name)
