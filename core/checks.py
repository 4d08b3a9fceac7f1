"""The foundation's invariants: the audit chain is whole, and no job is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from core.audit.domain import FAULT_WORDS
from core.audit.services import verify_chain
from core.invariants import invariant
from core.jobs.claim import from_now
from core.jobs.models import Job, JobState
from core.jobs.owed import jobs_owed

_TWO_SWEEPS: Final = timedelta(seconds=60)


@invariant("audit: every chain of events is unbroken")
def audit_unbroken() -> Iterator[str]:
    """Yield the first fault of each chain."""
    for fault in verify_chain():
        yield f"chain {fault.chain}, event {fault.sequence}: {FAULT_WORDS[fault.reason]}"


@invariant("jobs: nothing runs on an expired lease, nothing is parked")
def jobs_alive() -> Iterator[str]:
    """Yield abandoned and parked jobs; leases are told by the database's clock."""
    for job in Job.objects.filter(state=JobState.RUNNING, lease_until__lt=from_now(-_TWO_SWEEPS)):
        yield f"{job.public_id} ({job}) runs on a lease that ended {job.lease_until}"
    for job in Job.objects.filter(state=JobState.DEAD):
        yield f"{job.public_id} ({job}) was given up after {job.attempt} attempts: {job.last_error}"


@invariant("jobs: whatever waits for a job has one, and every topic was heard")
def jobs_not_owed() -> Iterator[str]:
    """Yield each job that a row calls for and that does not exist; `manage.py jobs --catch-up` asks for them."""
    for owed in jobs_owed():
        yield f"{owed.subject} waits for a job of kind {owed.kind}, and there is none"
