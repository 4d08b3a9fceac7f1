"""A worker killed in the middle of a build: the next one ends with the same bytes, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from core.clock import now
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from core.jobs.services import LeaseLost, claim_next
from marketplace.delivery.adapters.bench import bench_root
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.domain.sums import PROOF
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Certificate, Dataset, SignedCopy
from marketplace.delivery.tasks import build
from media_ingest.adapters.storage import store
from tests.factories.delivery import Sale, sale
from tests.victims import worker_killed


def hashes_of(dataset: Dataset) -> dict[str, str]:
    """All but the proof, whose salts and head a build that is rolled back makes anew."""
    return dict(dataset.files.exclude(path=PROOF).values_list("path", "sha256"))


def built(sold: Sale) -> Dataset:
    run_due([BUILD])
    dataset = Dataset.objects.get(order=sold.order)
    assert dataset.state == DatasetState.READY, (dataset.reason, Job.objects.get(kind=BUILD).last_error)
    return dataset


def undisturbed(sold: Sale) -> dict[str, str]:
    """What a build that nobody kills gives; nothing of it remains but how the videos were signed."""
    with transaction.atomic():
        dataset = built(sold)
        expected = hashes_of(dataset)
        for file in dataset.files.all():
            store().delete(file.storage_key)
        signed = list(SignedCopy.objects.all())
        transaction.set_rollback(True)
    SignedCopy.objects.bulk_create(signed)
    return expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("stage", "after"), [("selecting", 0), ("transforming", 2), ("packing", 0), ("verifying", 2)])
def test_a_build_killed_at_any_stage_ends_the_same(stage: str, after: int) -> None:
    sold = sale()
    Dataset.objects.create(order=sold.order, shard_bytes=1, issued_at=now().replace(microsecond=0))
    expected = undisturbed(sold)

    worker_killed(BUILD, stage=stage, after=after)
    dataset = Dataset.objects.get()
    assert dataset.state == stage
    noted = hashes_of(dataset)
    assert noted.items() <= expected.items()
    assert bool(noted) == (stage != "selecting")
    assert Job.objects.get(kind=BUILD).state == JobState.RUNNING

    Job.objects.filter(kind=BUILD).update(lease_until=now() - timedelta(seconds=1))
    assert hashes_of(built(sold)) == expected
    assert (Dataset.objects.count(), Certificate.objects.count()) == (1, 1)
    assert Job.objects.filter(kind="marketplace.order.mark_ready").count() <= 1
    assert list(bench_root().iterdir()) == []


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_changes_nothing() -> None:
    sold = sale(clips=1)
    stale = claim_next(kinds=[BUILD])
    assert stale is not None
    Job.objects.filter(kind=BUILD).update(lease_until=now() - timedelta(seconds=1))
    dataset = built(sold)
    before = hashes_of(dataset)
    Dataset.objects.filter(pk=dataset.pk).update(state=DatasetState.VERIFYING, ready_at=None)
    with pytest.raises(LeaseLost):
        build(stale)
    dataset.refresh_from_db()
    assert dataset.state == DatasetState.VERIFYING
    assert hashes_of(dataset) == before
