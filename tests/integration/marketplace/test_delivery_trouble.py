"""What can go wrong in a build: nothing half-done is ever offered, and the reason is written down."""

from __future__ import annotations

import errno
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import now
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from core.jobs.services import job_retry
from marketplace.delivery.adapters import bench
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Certificate, Dataset
from marketplace.delivery.services import attempt, shards
from marketplace.delivery.services.verification import datasets_check
from marketplace.orders.domain.states import OrderState
from marketplace.orders.models import Order
from media_ingest.adapters.storage import store
from media_ingest.services.sweeping import storage_references
from tests.factories.delivery import rush, sale

pytestmark = pytest.mark.django_db


def test_a_full_disk_waits_and_goes_on_when_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    sold = sale(clips=1)
    with monkeypatch.context() as scarce:
        scarce.setattr(attempt, "free_bytes", lambda: 10)
        run_due([BUILD])
    job, dataset = Job.objects.get(kind=BUILD), Dataset.objects.get(order=sold.order)
    assert job.state == JobState.QUEUED
    assert "free some room" in job.last_error
    assert (dataset.state, dataset.files.count()) == (DatasetState.TRANSFORMING, 0)

    Job.objects.update(run_after=now() - timedelta(seconds=1))
    run_due([BUILD])
    assert Dataset.objects.get().state == DatasetState.READY


def test_a_disk_that_fills_up_while_packing_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sold = sale(clips=1)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as scarce:
        scarce.setattr(shards, "shard_write", full)
        run_due([BUILD])
    job = Job.objects.get(kind=BUILD)
    assert (job.state, "The disk is full" in job.last_error) == (JobState.QUEUED, True)
    assert Dataset.objects.get(order=sold.order).files.count() == 0
    assert list(bench.bench_root().iterdir()) == []
    Job.objects.update(run_after=now() - timedelta(seconds=1))
    run_due([BUILD])
    assert Dataset.objects.get().state == DatasetState.READY


def test_a_missing_source_fails_the_dataset_with_a_reason_and_can_be_tried_again(tmp_path: Path) -> None:
    sold = sale(clips=1)
    asset = sold.clips[0].asset
    original = tmp_path / "rush0.mp4"
    original.write_bytes(rush(0))
    store().delete(asset.storage_key)
    run_due([BUILD])
    job, dataset = Job.objects.get(kind=BUILD), Dataset.objects.get(order=sold.order)
    assert (job.state, dataset.state) == (JobState.FAILED, DatasetState.FAILED)
    assert sold.clips[0].public_id in dataset.reason
    assert "missing" in dataset.reason
    assert Certificate.objects.count() == 0

    store().put_file(original, asset.sha256, asset.size_bytes, keep=True)
    job_retry(job_id=job.pk)
    run_due([BUILD])
    dataset.refresh_from_db()
    assert (dataset.state, dataset.reason) == (DatasetState.READY, "")


def test_a_sample_shorter_than_its_licence_is_never_delivered() -> None:
    sale(clips=1, pretended_ms=9000)
    run_due([BUILD])
    dataset = Dataset.objects.get()
    assert dataset.state == DatasetState.FAILED
    assert "2000 ms came out where 9000 ms are licensed" in dataset.reason


def test_an_order_that_was_refunded_is_not_built() -> None:
    sold = sale(clips=1)
    Order.objects.filter(pk=sold.order.pk).update(state=OrderState.REFUNDED)
    run_due([BUILD])
    job = Job.objects.get(kind=BUILD)
    assert (job.state, "dataset_not_buildable" in job.last_error) == (JobState.FAILED, True)
    assert Dataset.objects.count() == 0


def test_what_a_dataset_needs_survives_the_sweep_and_loss_is_found() -> None:
    sale(clips=1)
    run_due([BUILD])
    dataset = Dataset.objects.get()
    Order.objects.update(state=OrderState.READY, ready_at=now())
    keys = list(dataset.files.values_list("storage_key", flat=True))
    assert storage_references([*keys, "blobs/un/kn/own"]) == set(keys)
    assert list(datasets_check()) == []

    lost = dataset.files.get(path="README.md")
    store().delete(lost.storage_key)
    assert list(datasets_check()) == [f"dataset {dataset.public_id}: README.md is not in the store"]
    sums = dataset.files.get(path="SHA256SUMS")
    type(sums).objects.filter(pk=sums.pk).update(sha256="00" * 32)
    code = dataset.certificate.code
    assert f"certificate {code} is not about the files of dataset {dataset.public_id}" in list(datasets_check())
    Dataset.objects.update(state=DatasetState.VERIFYING, ready_at=None)
    assert len(list(datasets_check())) == 2
