"""A worker's hold on a job: progress, liveness and the fenced, single-transaction end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Now

from core.jobs.models import Job, JobState
from core.jobs.outage import OUTAGE, database_awaited
from core.jobs.stopping import stopping
from core.logging import get_logger

_PROGRESS_EVERY_S: Final = 0.5
_BEAT_AGAIN_S: Final = 1.0
log = get_logger(__name__)


class LeaseLost(Exception):
    """The job is no longer ours to do (another worker has it, or this one is ending): stop and change nothing."""


class Retryable(Exception):
    """Something outside failed (disk full, storage away): try again later."""


def from_now(after: timedelta) -> models.Expression:
    """Return the moment that is ``after`` from now (before it, when negative), by the database's clock.

    Workers' own clocks may be hours apart, so no deadline of a job is ever told by them.
    """
    length = models.Value(after, output_field=models.DurationField())
    return models.ExpressionWrapper(Now() + length, output_field=models.DateTimeField())


def lease_end() -> models.Expression:
    """Return the end of a lease that starts now, by the database's clock."""
    return from_now(timedelta(seconds=settings.OFFCUT.job_lease_s))


class Claim:
    """One attempt at one job. All writes go through its fencing token."""

    def __init__(self, job: Job, token: UUID) -> None:
        self.job_id: UUID = job.id
        self.kind = job.kind
        self.subject = job.subject
        self.payload: dict[str, str | int] = job.payload
        self.attempt = job.attempt
        self.settled = False
        self.settling = False
        self._token = token
        self._lost = threading.Event()
        self._stage = ""
        self._written = 0.0

    def lost(self) -> bool:
        """Whether to stop: the lease has passed to another worker, or this worker is ending. Change nothing."""
        return self._lost.is_set() or stopping()

    def _held(self) -> models.QuerySet[Job]:
        return Job.objects.filter(pk=self.job_id, token=self._token, state=JobState.RUNNING)

    def beat(self) -> bool:
        """Extend the lease; False (and ``lost`` from now on) when it is no longer ours."""
        if not self._held().update(lease_until=lease_end(), heartbeat_at=Now()):
            self._lost.set()
        return not self._lost.is_set()

    def progress(self, stage: str, done: int, total: int) -> None:
        """Tell how far a stage is, in its own units; written at most twice a second.

        Raises ``LeaseLost`` when the job is no longer ours or the worker is ending. A database that is away for a
        moment only leaves the number as it was: the work itself goes on.
        """
        if stopping():
            raise LeaseLost(str(self.job_id))
        moment = time.monotonic()
        new_stage = stage != self._stage
        if not new_stage and done < total and moment - self._written < _PROGRESS_EVERY_S:
            return
        self._stage, self._written = stage, moment
        changes: dict[str, object] = {"stage_started_at": Now()} if new_stage else {}
        self._tell(stage=stage, progress_done=done, progress_total=total, **changes)
        if self._lost.is_set():
            raise LeaseLost(str(self.job_id))

    def _tell(self, **changes: object) -> None:
        try:
            if not self._held().update(heartbeat_at=Now(), lease_until=lease_end(), **changes):
                self._lost.set()
        except OUTAGE as error:
            if connection.in_atomic_block:
                raise
            connection.close()
            log.warning("job.progress_untold", job_id=str(self.job_id), error=type(error).__name__)

    @contextmanager
    def settle(self) -> Iterator[None]:
        """Commit the effects inside and the end of the job together, or neither.

        The job is locked and its token checked first: a worker whose lease has passed raises
        ``LeaseLost`` and changes nothing. A database that restarts just now is waited for.
        """
        database_awaited()
        self.settling = True
        with transaction.atomic():
            held = self._held().select_for_update().first()
            if held is None:
                self._lost.set()
                raise LeaseLost(str(self.job_id))
            yield
            self._held().update(state=JobState.DONE, token=None, lease_until=None, finished_at=Now(), last_error="")
        self.settled = True


@contextmanager
def heart(claim: Claim) -> Iterator[None]:
    """Keep a claim's lease alive from a second thread while the work runs.

    Inside an open transaction (a test that wraps everything in one) there is nobody to keep it from.
    """
    if connection.in_atomic_block:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(claim, stop), name=f"heart-{claim.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat_until(claim: Claim, stop: threading.Event) -> None:
    """Beat until told to stop or the lease is lost. While the database is away, ask it again each second."""
    usual = settings.OFFCUT.job_lease_s / 3
    pause = usual
    try:
        while not stop.wait(pause):
            try:
                if not claim.beat():
                    if not claim.settling:  # then it is over, not lost
                        log.warning("job.lease_lost", job_id=str(claim.job_id))
                    return
                pause = usual
            except OUTAGE as error:
                connection.close()
                pause = min(usual, _BEAT_AGAIN_S)
                log.warning("job.beat_missed", job_id=str(claim.job_id), error=type(error).__name__)
    finally:
        connection.close()
