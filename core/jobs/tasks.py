"""The Celery side: a ring does one job; the sweep rings for what was missed."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from core.jobs.doorbell import RING
from core.jobs.runner import run_job
from core.jobs.services import jobs_ring


@shared_task(name=RING)
def ring(job_id: str) -> bool:
    """Do the named job if it is still due."""
    return run_job(UUID(job_id))


@shared_task(name="core.jobs.reconcile")
def reconcile() -> int:
    """Ring for due jobs that nobody seems to be doing."""
    return jobs_ring()
