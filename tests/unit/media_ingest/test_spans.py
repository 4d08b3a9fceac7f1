"""Shots in ticks become clips in milliseconds, and the usable part is told with its reasons."""

from __future__ import annotations

from fractions import Fraction

import pytest

from media_ingest.domain.flaws import Stretch, flaw_wording, usable_of
from media_ingest.domain.spans import spans_of
from media_ingest.domain.vtt import sprite_vtt
from media_ingest.domain.watched import Begins, Flaw, Quality, Shot

PLAIN = Quality(motion=0, sharpness=0, brightness=0, contrast=0, clipped=0, flashes_per_s=0)


def shot(start: int, end: int) -> Shot:
    return Shot(start=start, end=end, begins=Begins.CUT, quality=PLAIN, flaws=frozenset())


def test_ntsc_boundaries_are_rounded_once() -> None:
    base = Fraction(1001, 30000)
    spans = spans_of([shot(0, 10), shot(10, 299), shot(299, 362)], base, 362)
    assert [(one.start_ms, one.end_ms) for one in spans] == [(0, 333), (333, 9976), (9976, 12078)]


@pytest.mark.parametrize(
    "shots",
    [[], [shot(1, 9)], [shot(0, 8)], [shot(0, 4), shot(5, 9)], [shot(0, 5), shot(4, 9)], [shot(0, 0), shot(0, 9)]],
)
def test_shots_that_do_not_cover_the_recording_are_a_fault(shots: list[Shot]) -> None:
    with pytest.raises(ValueError, match="shot"):
        spans_of(shots, Fraction(1, 25), 9)


def test_a_shot_of_less_than_a_millisecond_leaves_no_gap() -> None:
    spans = spans_of([shot(0, 90_000), shot(90_000, 90_030), shot(90_030, 180_000)], Fraction(1, 90_000), 180_000)
    assert [(one.start_ms, one.end_ms) for one in spans] == [(0, 1000), (1000, 2000)]


def test_the_usable_minutes_say_why_the_rest_is_not() -> None:
    parts = [Stretch(60_000, ()), Stretch(1_500, ("too_short",)), Stretch(9_000, ("black", "too_short"))]
    found = usable_of([*parts, Stretch(4_000, ("black", "freeze"))])
    assert (found.total_ms, found.usable_ms) == (74_500, 60_000)
    assert found.left_out == ((Flaw.BLACK, 13_000), (Flaw.TOO_SHORT, 1_500))


@pytest.mark.parametrize("flaw", Flaw)
def test_every_flaw_is_explained_in_both_languages(flaw: Flaw) -> None:
    english, french = flaw_wording(flaw, "en"), flaw_wording(flaw, "fr")
    assert english.text and english.what_to_do and french.text and french.what_to_do  # noqa: PT018 - four texts
    assert english != french


def test_a_sprite_sheet_is_a_webvtt_track() -> None:
    text = sprite_vtt("/s.webp", [0, 2000, 4000], columns=2, size=(160, 90), end_ms=3_605_250)
    assert text.split("\n\n") == [
        "WEBVTT",
        "00:00:00.000 --> 00:00:02.000\n/s.webp#xywh=0,0,160,90",
        "00:00:02.000 --> 00:00:04.000\n/s.webp#xywh=160,0,160,90",
        "00:00:04.000 --> 01:00:05.250\n/s.webp#xywh=0,90,160,90\n",
    ]
