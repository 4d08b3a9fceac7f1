"""What somebody who waits is told: stages, a range that starts when it means something, and plain words for silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from media_ingest.domain.progress import Life, Range, Work, life_of, queue_wait, retry_at, stopped_wording, time_left

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
WORKING = Work(
    state="running",
    attempt=1,
    max_attempts=6,
    done=30,
    total=90,
    stage_started_at=NOW - timedelta(seconds=30),
    heartbeat_at=NOW - timedelta(seconds=5),
    lease_until=NOW + timedelta(minutes=20),
    run_after=NOW - timedelta(minutes=2),
)


def test_the_time_left_is_a_range_around_what_the_speed_so_far_says() -> None:

    assert time_left(WORKING, NOW) == Range(45, 90)


@pytest.mark.parametrize(
    "change",
    [
        {"stage_started_at": NOW - timedelta(seconds=9)},
        {"stage_started_at": None},
        {"done": 0},
        {"total": 0, "done": 0},
        {"state": "queued"},
        {"heartbeat_at": NOW - timedelta(seconds=41)},
    ],
)
def test_nothing_is_guessed_without_a_measure(change: dict[str, object]) -> None:
    assert time_left(replace(WORKING, **change), NOW) is None  # type: ignore[arg-type]  # a table of fields


def test_a_new_stage_is_measured_anew() -> None:
    later = replace(WORKING, stage_started_at=NOW - timedelta(seconds=1), done=89)
    assert time_left(later, NOW) is None


@pytest.mark.parametrize(
    ("change", "life"),
    [
        ({}, Life.WORKING),
        ({"heartbeat_at": NOW - timedelta(seconds=40)}, Life.WORKING),
        ({"heartbeat_at": NOW - timedelta(seconds=41)}, Life.SILENT),
        ({"state": "queued", "attempt": 0}, Life.QUEUED),
        ({"state": "queued", "run_after": NOW + timedelta(seconds=8)}, Life.WAITING),
        ({"state": "queued", "run_after": NOW - timedelta(seconds=8)}, Life.QUEUED),
        ({"state": "dead"}, Life.STOPPED),
        ({"state": "failed"}, Life.STOPPED),
        ({"state": "done"}, Life.DONE),
    ],
)
def test_whether_somebody_is_at_it(change: dict[str, object], life: Life) -> None:
    assert life_of(replace(WORKING, **change), NOW) is life  # type: ignore[arg-type]  # a table of fields


def test_silence_ends_with_the_lease_and_a_failure_with_its_pause() -> None:
    silent = replace(WORKING, heartbeat_at=NOW - timedelta(minutes=1))
    assert retry_at(silent, NOW) == WORKING.lease_until
    paused = replace(WORKING, state="queued", run_after=NOW + timedelta(seconds=8))
    assert retry_at(paused, NOW) == NOW + timedelta(seconds=8)
    assert retry_at(WORKING, NOW) is None


def test_a_place_in_line_is_told_by_how_long_others_took() -> None:
    assert queue_wait(12, [40.0, 30.0, 600.0], workers=1) == Range(240, 720)
    assert queue_wait(12, [40.0], workers=2) == Range(120, 360)
    assert queue_wait(3, [], workers=2) is None


def test_what_stopped_is_said_in_both_languages() -> None:
    assert "safe" in stopped_wording("en").text
    assert "sécurité" in stopped_wording("fr-FR").text
