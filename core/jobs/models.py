"""The durable job: outbox and work queue in one table. Celery messages only ring for it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from typing_extensions import override

from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """Refused for good by the domain: trying again would not help."""
    DEAD = "dead"
    """Tried as often as allowed; waits for a person."""


class Job(Record):
    """One piece of work on one subject. ``token`` fences out workers whose lease has passed."""

    PREFIX = Prefix.JOB

    kind = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    queue = models.CharField(max_length=24, default="default")
    state = models.CharField(max_length=12, default=JobState.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    """Counted when claimed, so that a job that kills its worker is counted too."""
    max_attempts = models.PositiveIntegerField(default=6)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    run_after = models.DateTimeField(db_default=Now())
    rung_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=40, default="")
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    stage_started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        """One job per kind and subject: asking twice is asking once."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["kind", "subject"], name="core_job_once"),
            check_in("state", JobState, "core_job_state"),
            models.CheckConstraint(
                condition=~models.Q(state=JobState.RUNNING) | models.Q(token__isnull=False, lease_until__isnull=False),
                name="core_job_running_has_lease",
            ),
        )
        indexes: ClassVar = (
            models.Index(
                fields=["run_after", "id"], name="core_job_due", condition=models.Q(state__in=["queued", "running"])
            ),
        )

    @override
    def __str__(self) -> str:
        """Show kind and subject."""
        return f"{self.kind}:{self.subject}"
