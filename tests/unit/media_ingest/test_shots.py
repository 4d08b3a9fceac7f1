"""Shots: flaws, quality, flashes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from media_ingest.domain.shots import ShotFacts, Start, flashes_per_s, flaws_of, shots_of, starts_within
from media_ingest.domain.watched import Begins, Flaw

GOOD = ShotFacts(
    motion=4.0,
    sharpness=15.0,
    brightness=120.0,
    contrast=40.0,
    clipped=0.01,
    flashes_per_s=0,
    empty=0.0,
    bars=0.0,
    usual_change=2.0,
    large_change=5.0,
)
LONG = Fraction(10)


def test_a_usual_shot_has_no_flaw() -> None:
    assert flaws_of(GOOD, LONG) == frozenset()


def test_two_seconds_are_long_enough_and_a_frame_less_is_not() -> None:
    assert flaws_of(GOOD, Fraction(2)) == frozenset()
    assert flaws_of(GOOD, Fraction(2) - Fraction(1, 60)) == {Flaw.TOO_SHORT}


@pytest.mark.parametrize(
    ("changed", "flaw"),
    [
        ({"empty": 1.0, "brightness": 3.0}, Flaw.BLACK),
        ({"empty": 1.0}, Flaw.FLAT),
        ({"bars": 1.0}, Flaw.SLATE),
        ({"usual_change": 0.0, "large_change": 0.1}, Flaw.FREEZE),
    ],
)
def test_each_unusable_kind_is_named(changed: dict[str, float], flaw: Flaw) -> None:
    assert flaws_of(replace(GOOD, **changed), LONG) == {flaw}  # type: ignore[arg-type]  # numbers by name


def test_a_calm_picture_with_its_noise_is_not_frozen() -> None:
    assert flaws_of(replace(GOOD, usual_change=0.4, large_change=0.7), LONG) == frozenset()


def test_quality_stays_within_its_scale() -> None:
    wild = replace(GOOD, motion=900.0, sharpness=900.0, contrast=900.0, clipped=1.0)
    quality = shots_of([Start(0, Begins.START)], [wild], duration=100, time_base=Fraction(1, 25))[0].quality
    assert (quality.motion, quality.sharpness, quality.contrast, quality.clipped) == (1000, 1000, 1000, 1000)


def test_starts_outside_of_the_recording_are_dropped() -> None:
    found = [Start(-1, Begins.CUT), Start(0, Begins.CUT), Start(50, Begins.CUT), Start(100, Begins.FADE)]
    assert starts_within(found, 100) == [Start(0, Begins.START), Start(50, Begins.CUT)]


def _times(count: int) -> list[float]:
    return [number / 25 for number in range(count)]


def test_four_flashes_in_a_second_are_counted() -> None:
    lights = [60.0] * 10 + [200.0, 60.0] * 4 + [60.0] * 10
    assert flashes_per_s(lights, _times(len(lights))) == 4


def test_a_light_that_goes_on_and_stays_is_no_flash() -> None:
    assert flashes_per_s([60.0] * 10 + [200.0] * 30, _times(40)) == 0


def test_slow_changes_of_light_are_no_flashes() -> None:
    lights = [100 + 60 * (n % 100) / 100 for n in range(99)]
    assert flashes_per_s(lights, _times(len(lights))) == 0


def test_flashes_far_apart_are_not_added_up() -> None:
    lights = ([60.0] * 49 + [200.0]) * 4 + [60.0]
    assert flashes_per_s(lights, _times(len(lights))) == 1


def test_without_frames_there_are_no_flashes() -> None:
    assert flashes_per_s([], []) == 0
