"""The last lines of a fault test: everything was done once, and the installation's invariants hold."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import timedelta

from django.core.management import CommandError, call_command

from core.clock import now
from core.jobs.models import Job, JobState
from tests.chaos import kinds
from tests.services import wait_until

OPEN = (JobState.QUEUED, JobState.RUNNING)


def verify(*, known: Iterable[str] = ()) -> None:
    """Run `manage.py verify`; every breach must hold one of the ``known`` texts, and each of them must be told."""
    said = io.StringIO()
    try:
        call_command("verify", stdout=said)
    except CommandError:
        assert known, said.getvalue()
    breaches = [line.strip() for line in said.getvalue().splitlines() if line.startswith("      ")]
    assert [line for line in breaches if not any(text in line for text in known)] == [], said.getvalue()
    assert [text for text in known if not any(text in line for line in breaches)] == [], said.getvalue()


def open_jobs(*wanted: str) -> list[str]:
    """Jobs that are not over, of these kinds (of all, when none is named); what waits for a later hour is left out."""
    jobs = Job.objects.filter(state__in=OPEN, run_after__lt=now() + timedelta(seconds=10))
    return [f"{job} {job.state}" for job in (jobs.filter(kind__in=wanted) if wanted else jobs)]


def wait_done(*wanted: str, within_s: float) -> None:
    """Wait until no such job is open."""
    try:
        wait_until(lambda: not open_jobs(*wanted), within_s=within_s, what="the end of all jobs", every_s=0.1)
    except TimeoutError as late:
        late.add_note(f"open: {open_jobs(*wanted)[:10]}")
        raise


def done_once(*subjects: str) -> None:
    """Assert that each subject had its effect exactly once, and nothing else had one."""
    assert kinds.effects() == dict.fromkeys(subjects, 1)
