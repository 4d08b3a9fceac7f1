"""Posters and previews are planned at even sizes, never enlarged, never past the end."""

from __future__ import annotations

import pytest

from media_ingest.domain.previews import PosterPlan, PreviewPlan, Shown, poster_plan, preview_plan


def shown(width: int = 1920, height: int = 1080, duration_ms: int = 60_000, audio_codec: str = "aac") -> Shown:
    return Shown(width=width, height=height, duration_ms=duration_ms, audio_codec=audio_codec, interlaced=False)


def test_a_poster_is_taken_a_tenth_into_the_take_and_is_640_wide() -> None:
    assert poster_plan(shown()) == PosterPlan(at_ms=6000, width=640, height=360, interlaced=False)


def test_a_small_picture_is_not_enlarged() -> None:
    plan = poster_plan(shown(320, 240))
    assert (plan.width, plan.height) == (320, 240)
    moving = preview_plan(shown(320, 240))
    assert (moving.width, moving.height) == (320, 240)


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((1920, 1080), (854, 480)), ((2160, 3840), (480, 854)), ((544, 1280), (480, 1130)), ((1, 9), (2, 8))],
)
def test_the_short_side_of_a_preview_is_at_most_480_and_sizes_are_even(
    size: tuple[int, int], wanted: tuple[int, int]
) -> None:
    plan = preview_plan(shown(*size))
    assert (plan.width, plan.height) == wanted


def test_a_preview_is_ten_seconds_or_the_whole_take() -> None:
    assert preview_plan(shown(duration_ms=60_000)).length_ms == 10_000
    assert preview_plan(shown(duration_ms=2_500)).length_ms == 2_500


@pytest.mark.parametrize(("codec", "heard"), [("aac", True), ("pcm_s16le", True), ("", False), ("wmavoice", False)])
def test_only_sound_that_may_be_decoded_is_heard(codec: str, heard: bool) -> None:  # noqa: FBT001 - a table
    plan: PreviewPlan = preview_plan(shown(audio_codec=codec))
    assert plan.with_audio is heard
