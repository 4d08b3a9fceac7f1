"""Asking for work inside a transaction, claiming it, and what happens when it fails."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from core.accounts.policy import Actor
from core.audit.services import Facts, record
from core.clock import now
from core.ids import NOT_FOUND
from core.jobs.claim import Claim, LeaseLost, Retryable, from_now, lease_end
from core.jobs.doorbell import ring_after_commit, ring_now
from core.jobs.models import Job, JobState
from core.jobs.registry import kinds_for, registration_of
from core.jobs.stopping import stopping
from core.logging import get_logger

__all__ = [
    "Claim",
    "LeaseLost",
    "Retryable",
    "claim_next",
    "due",
    "enqueue",
    "enqueue_nightly",
    "job_retry",
    "jobs_ring",
    "publish",
]

Payload = dict[str, str | int]

_BACK_OFF_CAP_S: Final = 3600
_PATIENCE: Final = 30
"""Attempts that trouble outside may cost at most; with the pauses between them, about twenty hours."""
_ERROR_LENGTH: Final = 2000
_RING_AGAIN: Final = timedelta(seconds=45)
_RING_BATCH: Final = 500

log = get_logger(__name__)


def enqueue(*, kind: str, subject: str, payload: Payload | None = None, delay: timedelta | None = None) -> Job:
    """Write a job into the caller's transaction; a second call for the same kind and subject returns the first.

    The doorbell rings after commit. When the broker is away the job is found by the next sweep.
    """
    registration = registration_of(kind)
    job, created = Job.objects.get_or_create(
        kind=kind,
        subject=subject,
        defaults={
            "payload": payload or {},
            "queue": registration.queue,
            "max_attempts": registration.max_attempts,
            # By the database's clock, which also decides what is due.
            **({"run_after": from_now(delay)} if delay else {}),
        },
    )
    if created and delay is not None:
        job.refresh_from_db()
    if created and delay is None:
        ring_after_commit(job.id, job.queue)
    return job


def enqueue_nightly(*, kind: str, after: datetime | None = None) -> Job:
    """Make sure that a nightly job is on the list for the night after ``after`` (now), once; 03:00 UTC."""
    night = ((after or now()) + timedelta(days=1)).replace(hour=3, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        return enqueue(kind=kind, subject=night.date().isoformat(), delay=night - now())


def publish(*, topic: str, subject: str, payload: Payload | None = None) -> list[Job]:
    """Tell the floors above that something happened: one job per subscribed kind, in this transaction."""
    return [enqueue(kind=kind, subject=subject, payload=payload) for kind in kinds_for(topic)]


def due() -> models.QuerySet[Job]:
    """Return jobs that may be claimed: queued and ripe, or running past their lease."""
    ripe = Q(state=JobState.QUEUED, run_after__lte=Now())
    abandoned = Q(state=JobState.RUNNING, lease_until__lt=Now())
    return Job.objects.filter(ripe | abandoned)


def claim_next(*, job_id: UUID | None = None, kinds: Iterable[str] | None = None) -> Claim | None:
    """Take one due job, with a fresh token and lease; None when there is nothing to take.

    Jobs tried too often are parked as ``dead`` on the way.
    """
    candidates = due()
    if job_id is not None:
        candidates = candidates.filter(pk=job_id)
    if kinds is not None:
        candidates = candidates.filter(kind__in=list(kinds))
    skip = connection.features.has_select_for_update_skip_locked
    while True:
        with transaction.atomic():
            job = candidates.order_by("run_after", "id").select_for_update(skip_locked=skip).first()
            if job is None:
                return None
            if job.attempt < job.max_attempts:
                return _take(job)
            _park(job, job.last_error or "the worker disappeared each time")


def _take(job: Job) -> Claim:
    token = uuid4()
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING,
        attempt=F("attempt") + 1,
        token=token,
        lease_until=lease_end(),
        heartbeat_at=Now(),
        rung_at=None,  # should its worker vanish, the first look after the lease rings again
        stage="",
        progress_done=0,
        progress_total=0,
        stage_started_at=None,
    )
    job.attempt += 1
    return Claim(job, token)


def _park(job: Job, error: str) -> None:
    """Give a job up for a person to look at; the platform's audit trail says so."""
    Job.objects.filter(pk=job.pk).update(
        state=JobState.DEAD, token=None, lease_until=None, finished_at=Now(), last_error=error[:_ERROR_LENGTH]
    )
    after: Facts = {
        "kind": job.kind,
        "subject": job.subject,
        "attempts": job.attempt,
        "error": error[:_ERROR_LENGTH],
    }
    record(actor=Actor.system(), action="job.given_up", subject=job.public_id, after=after)
    log.error("job.given_up", job=job.public_id, kind=job.kind, subject=job.subject, attempt=job.attempt, error=error)


def job_put_back(*, claim: Claim, error: str, outside: bool = False) -> JobState:
    """Queue a failed attempt again after a doubling pause, or park it after the last one.

    What failed ``outside`` (a full disk, storage that is away) is not the job's fault: such attempts are given back,
    for about a day.
    """
    with transaction.atomic():
        job = _locked(claim)
        most = min(job.max_attempts + 1, max(_PATIENCE, job.max_attempts)) if outside else job.max_attempts
        if job.attempt >= most:
            _park(job, error)
            return JobState.DEAD
        Job.objects.filter(pk=job.pk).update(
            state=JobState.QUEUED,
            max_attempts=most,
            token=None,
            lease_until=None,
            rung_at=None,
            run_after=from_now(timedelta(seconds=min(2**job.attempt, _BACK_OFF_CAP_S))),
            last_error=error[:_ERROR_LENGTH],
        )
    return JobState.QUEUED


def job_give_back(*, claim: Claim) -> bool:
    """Put a job back at once, uncounted, because its worker is ending; False when it is another worker's now."""
    if not stopping():
        return False
    with transaction.atomic():
        try:
            job = _locked(claim)
        except LeaseLost:
            return False
        Job.objects.filter(pk=job.pk).update(
            state=JobState.QUEUED,
            token=None,
            lease_until=None,
            rung_at=None,
            attempt=F("attempt") - 1,
            run_after=Now(),
        )
        ring_after_commit(job.pk, job.queue)
    return True


def job_refuse(*, claim: Claim, error: str) -> None:
    """End a job that the domain refused: trying again would not help."""
    with transaction.atomic():
        job = _locked(claim)
        Job.objects.filter(pk=job.pk).update(
            state=JobState.FAILED, token=None, lease_until=None, finished_at=Now(), last_error=error[:_ERROR_LENGTH]
        )


def _locked(claim: Claim) -> Job:
    held = claim._held().select_for_update().first()  # noqa: SLF001 - the claim's own module family
    if held is None:
        raise LeaseLost(str(claim.job_id))
    return held


def job_retry(*, job_id: UUID) -> Job:
    """Give a parked or refused job a new set of attempts (an operator's button)."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None:
            raise NOT_FOUND("There is no such job.")
        if job.state in {JobState.DEAD, JobState.FAILED}:
            Job.objects.filter(pk=job.pk).update(
                state=JobState.QUEUED,
                attempt=0,
                max_attempts=_allowed(job),
                run_after=Now(),
                rung_at=None,
                finished_at=None,
            )
            job.refresh_from_db()
            ring_after_commit(job.id, job.queue)
    return job


def _allowed(job: Job) -> int:
    """The attempts that its kind is allowed today; those of the row when nobody does this kind any more."""
    try:
        return registration_of(job.kind).max_attempts
    except KeyError:
        return job.max_attempts


def jobs_ring() -> int:
    """Ring again for due jobs whose doorbell was lost or whose worker is gone; return how many."""
    stale = Q(rung_at=None) | Q(rung_at__lt=from_now(-_RING_AGAIN))
    waiting = list(due().filter(stale).order_by("run_after", "id").values_list("id", "queue")[:_RING_BATCH])
    rung = [job_id for job_id, queue in waiting if ring_now(job_id, queue)]
    Job.objects.filter(pk__in=rung).update(rung_at=Now())
    return len(rung)
