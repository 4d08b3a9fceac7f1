"""When two recordings are the same, and which is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from media_ingest.domain.duplicates import Candidate, Likeness, Overlap, is_same, judge, lesser_of

MOVING = Overlap(
    start_ms=1_000, end_ms=9_000, other_start_ms=3_000, other_end_ms=11_000, frames=16, alike=960, movement=300,
    agreement=900,
)  # fmt: skip
START = datetime(2026, 11, 22, tzinfo=UTC)


def file(number: int = 1, pixels: int = 100, size_bytes: int = 1_000_000, minutes: int = 0) -> Candidate:
    """A recording of ten seconds."""
    return Candidate(
        id=UUID(int=number), pixels=pixels, size_bytes=size_bytes, duration_ms=10_000,
        received_at=START + timedelta(minutes=minutes),
    )  # fmt: skip


def common(share: int, other_share: int) -> Likeness:
    """What two recordings have in common."""
    return Likeness(overlaps=(MOVING,), share=share, other_share=other_share)


def test_what_moves_must_move_alike() -> None:
    assert is_same(MOVING)
    assert not is_same(replace(MOVING, agreement=100)), "another take of the same scene"
    assert not is_same(replace(MOVING, alike=700, agreement=990)), "another scene that brightens alike"


def test_what_stands_still_must_be_nearly_equal() -> None:
    still = replace(MOVING, movement=5, agreement=0, alike=985)
    assert is_same(still)
    assert not is_same(replace(still, alike=850))
    assert not is_same(replace(still, end_ms=3_000))


def test_two_seconds_of_the_same_opening_are_no_copy() -> None:
    assert not is_same(replace(MOVING, end_ms=3_100, frames=4, alike=998, agreement=930))
    assert not is_same(replace(MOVING, frames=4))


def test_nothing_in_common_is_none() -> None:
    assert judge([], telling_ms=10_000, other_telling_ms=10_000) is None
    assert judge([replace(MOVING, agreement=0)], telling_ms=10_000, other_telling_ms=10_000) is None


def test_shares_count_the_time_that_tells_and_no_time_twice() -> None:
    again = replace(MOVING, start_ms=5_000, end_ms=10_000, other_start_ms=40_000, other_end_ms=45_000)
    found = judge([again, MOVING], telling_ms=10_000, other_telling_ms=26_000)
    assert found is not None
    assert (found.share, found.other_share) == (90, 50)
    assert [row.start_ms for row in found.overlaps] == [1_000, 5_000]


def test_the_best_of_two_equal_recordings_is_kept() -> None:
    both = common(95, 95)
    assert lesser_of(file(1, pixels=400), file(2, pixels=100), both) == file(2, pixels=100)
    assert lesser_of(file(1, size_bytes=5), file(2, size_bytes=50_000), both) == file(1, size_bytes=5)
    assert lesser_of(file(1, minutes=1), file(2), both) == file(1, minutes=1), "the earlier one stays"


def test_a_piece_is_the_lesser_of_the_whole_whatever_its_quality() -> None:
    assert lesser_of(file(1, pixels=400), file(2), common(100, 20)) == file(1, pixels=400)
    assert lesser_of(file(1), file(2, pixels=400), common(20, 100)) == file(2, pixels=400)


def test_a_title_card_that_two_owners_share_is_no_question() -> None:
    assert common(30, 5).substantial
    assert not common(20, 5).substantial


def test_recordings_that_each_show_something_of_their_own_are_both_kept() -> None:
    assert lesser_of(file(1), file(2), common(60, 60)) is None


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2))
def test_the_verdict_is_the_same_from_both_sides(one: int, other: int, pixels: int, more: int, minutes: int) -> None:
    if one == other:
        return
    here, there = file(one, pixels=pixels), file(other, pixels=more, minutes=minutes)
    for share, other_share in ((95, 95), (95, 10), (10, 10)):
        turned = lesser_of(there, here, common(other_share, share))
        assert lesser_of(here, there, common(share, other_share)) == turned
