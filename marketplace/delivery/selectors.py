"""Reading datasets: who sees which, how far a build is, what a dataset's folder holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from core.accounts.policy import Actor, require
from core.clock import now
from core.ids import NOT_FOUND
from core.jobs.models import Job, JobState
from marketplace.delivery.domain.actions import DATASET_VIEW
from marketplace.delivery.domain.states import STAGES, DatasetState
from marketplace.delivery.domain.topics import BUILD, REBUILD
from marketplace.delivery.models import Dataset, DatasetFile, Omission
from marketplace.orders.models import Licence, QuoteLine


def licences_in(dataset: Dataset) -> QuerySet[Licence]:
    """The licences whose clips a version of a dataset holds: those of its order, but what it leaves out."""
    return Licence.objects.filter(order=dataset.order_id).exclude(pk__in=dataset.omissions.values("licence"))


def ready_before(dataset: Dataset) -> Dataset | None:
    """The version of the same order that was ready before this one, if there is one."""
    earlier = Dataset.objects.filter(order=dataset.order_id, version__lt=dataset.version, state=DatasetState.READY)
    return earlier.order_by("-version").first()


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far a build is: ``done`` and ``total`` in bytes (one step in short stages); ``seconds_left`` can be None."""

    state: str
    stage: str
    stages: tuple[str, ...]
    done: int
    total: int
    heartbeat_at: datetime | None
    attempt: int
    seconds_left: int | None


def _one(queryset: QuerySet[Any], key: str, value: Any) -> Coalesce:
    grouped = queryset.order_by().values(key).annotate(answer=value).values("answer")
    return Coalesce(Subquery(grouped, output_field=IntegerField()), Value(0))


def datasets_visible_to(actor: Actor) -> QuerySet[Dataset]:
    """Datasets of the actor's organisation, with their figures (samples, duration_ms, shards, size_bytes) and the
    newest version of each that is ready (newest_id, newest_version).
    """
    datasets = Dataset.objects.select_related("order", "certificate")
    if not actor.is_system:
        datasets = datasets.filter(order__organisation__in=[actor.organisation_id])
    files = DatasetFile.objects.filter(dataset=OuterRef("pk"))
    lines = QuoteLine.objects.filter(quote=OuterRef("order__quote"))
    left_out = Omission.objects.filter(dataset=OuterRef("pk"))
    newest = Dataset.objects.filter(order=OuterRef("order"), state=DatasetState.READY).order_by("-version")
    return datasets.annotate(
        samples=_one(Licence.objects.filter(order=OuterRef("order")), "order", Count("pk"))
        - _one(left_out, "dataset", Count("pk")),
        duration_ms=_one(lines, "quote", Sum("duration_ms"))
        - _one(left_out, "dataset", Sum("licence__line__duration_ms")),
        newest_id=Subquery(newest.values("pk")[:1]),
        newest_version=Subquery(newest.values("version")[:1]),
        shards=_one(files.filter(path__startswith="shards/", path__endswith=".tar"), "dataset", Count("pk")),
        size_bytes=_one(files, "dataset", Sum("size_bytes")),
    )


def datasets_listed(*, actor: Actor, order_id: UUID | None = None) -> QuerySet[Dataset]:
    """Datasets the actor may look at, those of one order when asked."""
    require(actor, DATASET_VIEW)
    datasets = datasets_visible_to(actor)
    return datasets if order_id is None else datasets.filter(order_id=order_id)


def dataset_of_order(*, actor: Actor, order_id: UUID) -> Dataset | None:
    """The version of an order's dataset that its people look at: the newest that is ready, else the newest."""
    versions = datasets_listed(actor=actor, order_id=order_id)
    return versions.order_by(F("ready_at").desc(nulls_last=True), "-version").first()


def dataset_get(*, actor: Actor, dataset_id: UUID) -> Dataset:
    """One dataset; ``not_found`` for another organisation's."""
    dataset = datasets_visible_to(actor).filter(pk=dataset_id).first()
    if dataset is None:
        raise NOT_FOUND("There is no dataset with this id, or it is not yours to see.")
    require(actor, DATASET_VIEW, dataset.order.organisation_id)
    return dataset


def files_of(*, actor: Actor, dataset_id: UUID) -> QuerySet[DatasetFile]:
    """Files of a dataset; none before it is ready, because only verified files are offered."""
    dataset = dataset_get(actor=actor, dataset_id=dataset_id)
    if dataset.state != DatasetState.READY:
        return DatasetFile.objects.none()
    return DatasetFile.objects.filter(dataset=dataset)


def progress_of(*, actor: Actor, dataset_id: UUID) -> BuildProgress:
    """How far the build of a dataset is, from its job."""
    dataset = dataset_get(actor=actor, dataset_id=dataset_id)
    kind, subject = (BUILD, dataset.order.public_id) if dataset.version == 1 else (REBUILD, dataset.public_id)
    job = Job.objects.filter(kind=kind, subject=subject).first()
    running = job is not None and dataset.state not in {DatasetState.READY, DatasetState.FAILED}
    stopped = job is not None and running and job.state in {JobState.DEAD, JobState.FAILED}
    return BuildProgress(
        state=DatasetState.FAILED if stopped else dataset.state,
        stage=(job.stage if job is not None and running else "") or dataset.state,
        stages=tuple(STAGES),
        done=job.progress_done if job else 0,
        total=job.progress_total if job else 0,
        heartbeat_at=job.heartbeat_at if job else None,
        attempt=job.attempt if job else 0,
        seconds_left=_seconds_left(job) if job is not None and running else None,
    )


def _seconds_left(job: Job) -> int | None:
    """Time left in the present stage, at the pace so far."""
    if job.stage_started_at is None or job.progress_done <= 0:
        return None
    elapsed = (now() - job.stage_started_at).total_seconds()
    return max(0, round(elapsed * (job.progress_total - job.progress_done) / job.progress_done))
