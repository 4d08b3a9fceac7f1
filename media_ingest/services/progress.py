"""How far a file is, read from its job rows: the same answer for the API, the pages and the command line.

JSON shape (``GET /assets/{id}/progress``)::

    {"stage": "watch", "stages": ["receive", "probe", "glance", "watch", "derive", "compare", "detect", "done"],
     "stage_number": 4, "unit": "media_ms", "done": 61000, "total": 180000,
     "life": "queued|working|silent|waiting|stopped|done", "state": "<the job's>", "step": "watch",
     "time_left": {"low": 40, "high": 90} | null,          seconds of this stage; null while it is measured
     "queue": {"ahead": 12, "wait": {"low": 240, "high": 720} | null} | null,   only while queued
     "heartbeat_at": "…" | null, "retry_at": "…" | null, "attempt": 1, "max_attempts": 6,
     "what_to_do": "" | "…", "seconds_left": 65 | null}     the last one is the middle of time_left, for old clients
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.accounts.policy import Actor
from core.clock import now
from core.jobs.models import Job, JobState
from core.jobs.registry import kinds_on, registration_of
from media_ingest.domain import kinds
from media_ingest.domain.progress import UNITS, Life, Range, Stage, Unit, Work, life_of, queue_wait, retry_at, time_left
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset
from media_ingest.selectors import asset_get

PROBE: Final = kinds.PROBE
KINDS: Final = {
    Stage.PROBE: kinds.PROBE,
    Stage.GLANCE: kinds.GLANCE,
    Stage.WATCH: kinds.WATCH,
    Stage.DERIVE: kinds.DERIVE,
    Stage.COMPARE: kinds.COMPARE,
    Stage.DETECT: kinds.DETECT,
}
_RECENT: Final = 20
_IN_WORK: Final = (JobState.QUEUED, JobState.RUNNING)
_OVER: Final = (JobState.DONE, JobState.FAILED, JobState.DEAD)


@dataclass(frozen=True, slots=True)
class Queue:
    """A place in line."""

    ahead: int
    wait: Range | None


@dataclass(frozen=True, slots=True)
class Progress:
    """One file's way, for a person who waits."""

    stage: Stage
    """The first one that is not over."""
    unit: Unit
    step: str
    """What the worker is doing inside the stage; empty between attempts."""
    done: int
    total: int
    """In ``unit``; 0 when it cannot be measured."""
    life: Life
    state: str
    """The job's: queued, running, done, failed or dead."""
    heartbeat_at: datetime | None
    retry_at: datetime | None
    """When the next attempt begins by itself."""
    attempt: int
    max_attempts: int
    time_left: Range | None
    queue: Queue | None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """All stages in order."""
        return tuple(Stage)

    @property
    def stage_number(self) -> int:
        """Which of ``stages`` this is, from 1."""
        return self.stages.index(self.stage) + 1

    @property
    def seconds_left(self) -> int | None:
        """The middle of ``time_left``."""
        return None if self.time_left is None else (self.time_left.low + self.time_left.high) // 2

    @property
    def over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.life in {Life.DONE, Life.STOPPED}


def asset_progress(*, actor: Actor, asset_id: UUID) -> Progress:
    """Return how far a visible file is."""
    return progress_of(asset_get(actor, asset_id))


def progress_of(asset: Asset) -> Progress:
    """Return how far an asset is; its visibility was checked by whoever fetched it."""
    if asset.state in {AssetState.REJECTED, AssetState.WITHDRAWN}:
        return _finished()
    jobs = {job.kind: job for job in Job.objects.filter(kind__in=KINDS.values(), subject=asset.public_id)}
    found = _current(asset, jobs)
    if found is None:
        return _finished()
    stage, job = found
    return _waiting(stage) if job is None else _told(stage, job)


def _current(asset: Asset, jobs: dict[str, Job]) -> tuple[Stage, Job | None] | None:
    """Return the first stage that is not over, with its job; one that stopped comes before those still running."""
    known = [(stage, jobs[kind]) for stage, kind in KINDS.items() if kind in jobs]
    for stage, job in known:
        if job.state in {JobState.DEAD, JobState.FAILED}:
            return stage, job
    for stage, job in known:
        if job.state not in _OVER:
            return stage, job
    if asset.state != AssetState.READY:
        return Stage.PROBE, None
    return None


def _finished() -> Progress:
    return Progress(Stage.DONE, UNITS[Stage.DONE], "", 1, 1, Life.DONE, JobState.DONE, None, None, 0, 0, None, None)


def _waiting(stage: Stage) -> Progress:
    return Progress(stage, UNITS[stage], "", 0, 0, Life.QUEUED, JobState.QUEUED, None, None, 0, 0, None, None)


def _told(stage: Stage, job: Job) -> Progress:
    moment = now()
    work = Work(
        state=job.state,
        attempt=job.attempt,
        max_attempts=job.max_attempts,
        done=job.progress_done,
        total=job.progress_total,
        stage_started_at=job.stage_started_at,
        heartbeat_at=job.heartbeat_at,
        lease_until=job.lease_until,
        run_after=job.run_after,
    )
    life = life_of(work, moment)
    return Progress(
        stage,
        UNITS[stage],
        job.stage,
        job.progress_done,
        job.progress_total,
        life,
        job.state,
        job.heartbeat_at,
        retry_at(work, moment),
        job.attempt,
        job.max_attempts,
        time_left(work, moment),
        _queue_of(job) if life is Life.QUEUED else None,
    )


def _queue_of(job: Job) -> Queue:
    """Return a queued job's place: those on the same queue that come before it, and how long recent ones took."""
    on_queue = kinds_on(registration_of(job.kind).queue)
    line = Job.objects.filter(kind__in=on_queue, state__in=_IN_WORK)
    ahead = line.filter(run_after__lt=job.run_after).exclude(pk=job.pk).count()
    if not ahead:
        return Queue(0, None)
    done = Job.objects.filter(kind__in=on_queue, state=JobState.DONE, stage_started_at__isnull=False)
    times = done.order_by("-finished_at").values_list("stage_started_at", "finished_at")[:_RECENT]
    recent = [(finished - started).total_seconds() for started, finished in times if started and finished]
    workers = line.filter(state=JobState.RUNNING).count()
    return Queue(ahead, queue_wait(ahead, recent, workers))
