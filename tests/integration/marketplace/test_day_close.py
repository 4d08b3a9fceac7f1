"""The nightly round comes back every night, whatever one of its steps did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import now
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from core.jobs.services import enqueue
from marketplace import tasks
from marketplace.tasks import DAY_CLOSE
from marketplace.transparency.models import LogHead
from tests.factories.marketplace import rules_loaded

pytestmark = pytest.mark.django_db


def next_nights() -> list[Job]:
    """The rounds that wait for a coming night."""
    return list(Job.objects.filter(kind=DAY_CLOSE, state=JobState.QUEUED, run_after__gt=now() + timedelta(minutes=5)))


def test_a_night_that_went_well_is_followed_by_another() -> None:
    rules_loaded()
    tonight = enqueue(kind=DAY_CLOSE, subject="tonight")
    run_due([DAY_CLOSE])
    tonight.refresh_from_db()
    assert tonight.state == JobState.DONE
    assert LogHead.objects.exists(), "the last step was done"
    assert len(next_nights()) == 1


def test_a_night_that_failed_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_given: object) -> None:
        message = "the disk is gone"
        raise OSError(message)

    monkeypatch.setattr(tasks, "quotes_expire", broken)
    tonight = enqueue(kind=DAY_CLOSE, subject="tonight")
    run_due([DAY_CLOSE])
    tonight.refresh_from_db()
    assert tonight.state != JobState.DONE
    assert [job.subject != "tonight" for job in next_nights()].count(True) == 1
