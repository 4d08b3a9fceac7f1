"""Working time: weekends count nothing, pausing loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from licensing.domain.deadlines import due_again, due_at, working_end, working_time

MOMENTS = st.timedeltas(timedelta(0), timedelta(days=365)).map(datetime(2026, 1, 1, tzinfo=UTC).__add__)
SPANS = st.timedeltas(timedelta(0), timedelta(days=12))


@given(start=MOMENTS, length=SPANS)
def test_working_time_to_the_working_end_is_its_length(start: datetime, length: timedelta) -> None:
    end = working_end(start, length)
    assert working_time(start, end) == length
    assert end - start >= length


@given(start=MOMENTS, middle=SPANS, rest=SPANS)
def test_working_time_adds_up(start: datetime, middle: timedelta, rest: timedelta) -> None:
    through, end = start + middle, start + middle + rest
    assert working_time(start, through) + working_time(through, end) == working_time(start, end)


@given(opened=MOMENTS, approvals=st.sampled_from([1, 2]))
def test_a_case_is_due_after_whole_working_days(opened: datetime, approvals: int) -> None:
    assert working_time(opened, due_at(opened, approvals)) == timedelta(days=approvals)


@given(opened=MOMENTS, worked=SPANS, away=SPANS, approvals=st.sampled_from([1, 2]))
def test_a_pause_costs_neither_side_working_time(
    opened: datetime, worked: timedelta, away: timedelta, approvals: int
) -> None:
    due, paused = due_at(opened, approvals), opened + worked
    resumed = paused + away
    left = working_time(paused, due)
    assert working_time(resumed, due_again(due, paused, resumed)) == left
    assert due_again(due, paused, resumed) >= resumed


def test_a_friday_evening_is_followed_by_monday() -> None:
    friday = datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert due_at(friday, 1) == datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert working_end(friday, timedelta(hours=8)) == datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert working_time(friday, datetime(2026, 11, 23, 2, tzinfo=UTC)) == timedelta(hours=8)
