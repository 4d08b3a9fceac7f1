"""Posters and previews are planned at even sizes, never enlarged, never past the end."""

from __future__ import annotations

import pytest

from media_ingest.domain.previews import (
    PosterPlan,
    PreviewPlan,
    Shown,
    batches,
    opening_plans,
    poster_plan,
    preview_plan,
)


def shown(width: int = 1920, height: int = 1080, duration_ms: int = 60_000, audio_codec: str = "aac") -> Shown:
    return Shown(width=width, height=height, duration_ms=duration_ms, audio_codec=audio_codec, interlaced=False)


def test_a_poster_is_taken_a_tenth_into_the_take_and_is_640_wide() -> None:
    assert poster_plan(shown()) == PosterPlan(at_ms=6000, width=640, height=360, interlaced=False)


def test_a_small_picture_is_not_enlarged() -> None:
    plan = poster_plan(shown(320, 240))
    assert (plan.width, plan.height) == (320, 240)
    moving = preview_plan(shown(320, 240), 0, 9000)
    assert (moving.width, moving.height) == (320, 240)


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((1920, 1080), (854, 480)), ((2160, 3840), (480, 854)), ((544, 1280), (480, 1130)), ((1, 9), (2, 8))],
)
def test_the_short_side_of_a_preview_is_at_most_480_and_sizes_are_even(
    size: tuple[int, int], wanted: tuple[int, int]
) -> None:
    plan = preview_plan(shown(*size), 0, 9000)
    assert (plan.width, plan.height) == wanted


@pytest.mark.parametrize(("clip_ms", "wanted_ms"), [(90_000, 4_000), (24_000, 3_000), (9_000, 2_000), (1_500, 1_500)])
def test_an_opening_is_an_eighth_of_its_clip_between_two_and_four_seconds(clip_ms: int, wanted_ms: int) -> None:
    [plan] = opening_plans(shown(), [(5_000, 5_000 + clip_ms)])
    assert (plan.start_ms, plan.length_ms) == (5_000, wanted_ms)


@pytest.mark.parametrize(
    ("keys_ms", "begins_ms"),
    [
        ([], 12_000),
        ([0, 10_000], 12_000),
        ([10_000, 12_000, 20_000], 12_000),
        ([10_000, 15_000, 20_000], 15_000),
        ([10_000, 25_000], 12_000),
    ],
)
def test_an_opening_begins_at_a_rare_key_frame_in_the_first_half_of_its_clip(
    keys_ms: list[int], begins_ms: int
) -> None:
    [plan] = opening_plans(shown(), [(12_000, 32_000)], keys_ms)
    assert (plan.start_ms, plan.length_ms) == (begins_ms, 2_500)


def test_an_opening_never_runs_past_the_end_of_its_clip() -> None:
    [plan] = opening_plans(shown(), [(0, 3_000)], [1_400])
    assert (plan.start_ms, plan.length_ms) == (1_400, 1_600)


def test_a_whole_preview_has_the_length_of_its_clip() -> None:
    plan = preview_plan(shown(), 5_000, 65_000)
    assert (plan.start_ms, plan.length_ms) == (5_000, 60_000)


@pytest.mark.parametrize(("size", "processes"), [((1920, 1080), 2), ((3840, 2160), 6), ((7680, 4320), 12)])
def test_twelve_clips_are_never_twelve_processes_unless_memory_demands_it(
    size: tuple[int, int], processes: int
) -> None:
    plans = opening_plans(shown(*size), [(at * 5000, at * 5000 + 5000) for at in range(12)])
    divided = batches(plans, shown(*size))
    assert len(divided) == processes
    assert [plan for batch in divided for plan in batch] == plans


@pytest.mark.parametrize(("codec", "heard"), [("aac", True), ("pcm_s16le", True), ("", False), ("wmavoice", False)])
def test_only_sound_that_may_be_decoded_is_heard(codec: str, heard: bool) -> None:  # noqa: FBT001 - a table
    plan: PreviewPlan = preview_plan(shown(audio_codec=codec), 0, 9000)
    assert plan.with_audio is heard
