"""The buyer's client says that everything arrived whole: this closes the delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.jobs.services import publish
from marketplace.delivery.domain.actions import DATASET_CONFIRM
from marketplace.delivery.domain.errors import DATASET_NOT_READY, REPORT_MISMATCH
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.domain.sums import UNLISTED
from marketplace.delivery.domain.topics import DATASET_DELIVERED
from marketplace.delivery.models import Dataset
from marketplace.delivery.selectors import dataset_get


@dataclass(frozen=True, slots=True)
class Report:
    """What a client verified: how many listed files and bytes, and which files were wrong."""

    ok: bool
    files: int
    bytes: int
    bad_files: Sequence[str]


def dataset_confirm(*, actor: Actor, dataset_id: UUID, report: Report) -> Dataset:
    """Take a verification report; a clean one for every file marks the dataset delivered, once.

    A report of damaged files is kept in the audit trail and changes nothing else. Refused with
    ``dataset_not_ready``, or ``report_mismatch`` when a clean report does not cover the whole dataset.
    """
    with transaction.atomic():
        dataset = dataset_get(actor=actor, dataset_id=dataset_id)
        require(actor, DATASET_CONFIRM, dataset.order.organisation_id)
        dataset = Dataset.objects.select_for_update(of=("self",)).select_related("order").get(pk=dataset.pk)
        if dataset.state != DatasetState.READY:
            raise DATASET_NOT_READY("The dataset is not ready, so there is nothing to confirm. Nothing was changed.")
        if not report.ok or report.bad_files:
            _record_damage(actor, dataset, report)
            return dataset
        _require_complete(dataset, report)
        if dataset.delivered_at is None:
            _mark_delivered(actor, dataset, report)
    return dataset


def _require_complete(dataset: Dataset, report: Report) -> None:
    listed = dataset.files.exclude(path__in=UNLISTED)
    count, size = listed.count(), listed.aggregate(bytes=Sum("size_bytes"))["bytes"] or 0
    if (report.files, report.bytes) != (count, size):
        raise REPORT_MISMATCH(
            f"The report covers {report.files} files and {report.bytes} bytes; the dataset has {count} files and"
            f" {size} bytes. Nothing was changed; download what is missing and verify again."
        )


def _record_damage(actor: Actor, dataset: Dataset, report: Report) -> None:
    record(
        actor=actor,
        action="dataset.reported_damaged",
        subject=dataset.public_id,
        after={"files": report.files, "bad_files": list(report.bad_files)[:100]},
    )


def _mark_delivered(actor: Actor, dataset: Dataset, report: Report) -> None:
    moment = now()
    Dataset.objects.filter(pk=dataset.pk).update(delivered_at=moment)
    dataset.delivered_at = moment
    record(
        actor=actor,
        action="dataset.delivered",
        subject=dataset.public_id,
        after={"files": report.files, "bytes": report.bytes},
    )
    publish(topic=DATASET_DELIVERED, subject=dataset.public_id, payload={"order": dataset.order.public_id})
