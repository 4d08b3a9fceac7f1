"""How far a file is, read from its job rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.accounts.policy import Actor
from core.clock import now
from core.jobs.models import Job, JobState
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset
from media_ingest.selectors import asset_get

PROBE: Final = "media_ingest.probe"
DERIVE: Final = "media_ingest.derive"
STAGES: Final = ("receive", "probe", "derive", "done")
_KIND_OF: Final = {"probe": PROBE, "derive": DERIVE}


@dataclass(frozen=True, slots=True)
class Progress:
    """One file's way, for a person who waits."""

    stage: str
    """Which of ``stages`` it is in."""
    stages: tuple[str, ...]
    step: str
    """What the worker is doing inside the stage; empty between attempts."""
    done: int
    total: int
    """Units of the step; 0 when it cannot be measured."""
    state: str
    """The job's: queued, running, done, failed or dead."""
    heartbeat_at: datetime | None
    attempt: int
    seconds_left: int | None
    """A guess from the speed so far; null when there is nothing to guess from."""


def asset_progress(*, actor: Actor, asset_id: UUID) -> Progress:
    """Return how far a visible file is."""
    asset = asset_get(actor, asset_id)
    stage = _stage(asset)
    job = Job.objects.filter(kind=_KIND_OF[stage], subject=asset.public_id).first() if stage in _KIND_OF else None
    if job is None:
        state = JobState.DONE if stage == "done" else JobState.QUEUED
        return Progress(stage, STAGES, "", 0, 0, state, None, 0, None)
    return Progress(
        "done" if stage == "derive" and job.state == JobState.DONE else stage,
        STAGES,
        job.stage,
        job.progress_done,
        job.progress_total,
        job.state,
        job.heartbeat_at,
        job.attempt,
        _seconds_left(job),
    )


def _stage(asset: Asset) -> str:
    if asset.state in {AssetState.RECEIVED, AssetState.PROBING}:
        return "probe"
    return "derive" if asset.state == AssetState.READY else "done"


def _seconds_left(job: Job) -> int | None:
    measurable = job.state == JobState.RUNNING and job.stage_started_at and 0 < job.progress_done <= job.progress_total
    if not measurable or job.stage_started_at is None:
        return None
    spent = (now() - job.stage_started_at).total_seconds()
    return max(0, round(spent * (job.progress_total - job.progress_done) / job.progress_done))
