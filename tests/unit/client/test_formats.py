"""Numbers as people read and type them, exactly."""

from __future__ import annotations

import pytest

from offcut.arguments import assignments
from offcut.errors import OffcutError
from offcut.formats import duration_text, left_text, parse_duration, parse_frame_rate, size_text
from offcut.limits import parse_rate


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("40:00", 2_400_000),
        ("36:20.500", 2_180_500),
        ("1:02:03", 3_723_000),
        ("90s", 90_000),
        ("12.5min", 750_000),
        ("0.1s", 100),
        ("2400000ms", 2_400_000),
        ("2h", 7_200_000),
        ("0:00,5", 500),
    ],
)
def test_durations_are_read_to_the_millisecond(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize("text", ["", "40", "1:75", "1:60:00", "-5s", "4 days", "1:2:3:4"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("25", "25/1"),
        ("25/1", "25/1"),
        ("29.97", "30000/1001"),
        ("23.976", "24000/1001"),
        ("59.94", "60000/1001"),
        ("12.5", "25/2"),
    ],
)
def test_frame_rates_are_exact_ratios(text: str, ratio: str) -> None:
    assert parse_frame_rate(text) == ratio


@pytest.mark.parametrize(
    ("text", "rate"),
    [("500", 500), ("500k", 500_000), ("20M", 20_000_000), ("1.5G", 1_500_000_000), ("20MB/s", 20_000_000)],
)
def test_speeds_are_read_in_decimal_units(text: str, rate: int) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "0", "fast", "-1M"])
def test_what_is_no_speed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_rate(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (812, "812 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (5_612_000_000, "5.61 GB"),
        (99_960, "100 kB"),
        (6.1e12, "6.10 TB"),
    ],
)
def test_sizes_have_three_figures(size: float, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0.2, "1 s"), (40.4, "40 s"), (360, "6 min"), (47_580, "13 h 13")]
)
def test_time_left_is_rounded(seconds: float | None, text: str) -> None:
    assert left_text(seconds) == text


def test_media_time_keeps_its_milliseconds() -> None:
    assert [duration_text(ms) for ms in (None, 2_400_000, 3_723_500)] == ["-", "40:00.000", "1:02:03.500"]


def test_assignments_reach_inside_and_read_json() -> None:
    fields = ["term_months=36", "name=Coast", 'territory.deny=["FR"]', "a.b.c=true"]
    assert assignments(fields) == {
        "term_months": 36, "name": "Coast", "territory": {"deny": ["FR"]}, "a": {"b": {"c": True}},
    }  # fmt: skip
    with pytest.raises(OffcutError):
        assignments(["nothing"])
