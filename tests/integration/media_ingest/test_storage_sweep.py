"""Housekeeping across rows and disks: what a row refers to stays, whatever its age (T37)."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from core.accounts.policy import Actor
from core.clock import now
from core.errors import DomainError
from core.jobs.models import Job
from core.jobs.runner import run_due
from media_ingest.adapters.scratch import scratch_open, scratch_path
from media_ingest.adapters.storage import store
from media_ingest.models import Asset
from media_ingest.services.sweeping import SWEEP, storage_sweep, sweep_schedule
from media_ingest.services.uploads import upload_create
from tests.factories.clock import Clock, clock
from tests.factories.core import actor_as
from tests.factories.media_ingest import upload_of

__all__ = ["clock"]
pytestmark = pytest.mark.django_db


def aged(path: Path) -> None:
    then = now().timestamp() - 2 * 24 * 3600
    os.utime(path, (then, then))


def test_old_objects_go_only_when_no_row_needs_them(clock: Clock) -> None:
    """T37: two days later, on either store."""
    kept, dropped = upload_of(actor_as(), b"kept for its row"), upload_of(actor_as(), b"whose row is gone")
    assert kept.asset is not None
    assert dropped.asset is not None
    keys = kept.asset.storage_key, dropped.asset.storage_key
    dropped_id = dropped.asset.id
    dropped.delete()
    Asset.objects.filter(pk=dropped_id).delete()
    assert storage_sweep(actor=Actor.system()).blobs.removed == ()
    clock.ahead(timedelta(days=2))
    removed = storage_sweep(actor=Actor.system()).blobs.removed
    assert keys[1] in removed
    assert keys[0] not in removed
    assert [store().exists(key) for key in keys] == [True, False]


def test_scratch_files_without_an_open_upload_go_after_a_day() -> None:
    actor = actor_as()
    open_upload = upload_create(actor=actor, name="a.mov", size_bytes=10)
    stray, young = uuid4(), uuid4()
    for upload_id in (open_upload.id, stray, young):
        with scratch_open(upload_id, create=True) as file:
            file.write_at(0, b"12345")
    aged(scratch_path(open_upload.id))
    aged(scratch_path(stray))
    storage_sweep(actor=Actor.system())
    assert [scratch_path(one).exists() for one in (open_upload.id, stray, young)] == [True, False, True]
    scratch_path(young).unlink()


def test_a_dry_run_removes_nothing() -> None:
    stray = uuid4()
    with scratch_open(stray, create=True) as file:
        file.write_at(0, b"12345")
    aged(scratch_path(stray))
    assert storage_sweep(actor=Actor.system(), dry=True).scratch_files >= 1
    assert scratch_path(stray).exists()
    scratch_path(stray).unlink()


def test_nobody_from_a_studio_may_keep_house() -> None:
    with pytest.raises(DomainError) as refused:
        storage_sweep(actor=actor_as())
    assert refused.value.code == "role_missing"


def test_each_night_plans_the_next_one() -> None:
    first = sweep_schedule(after=now() - timedelta(days=3))
    assert sweep_schedule(after=now() - timedelta(days=3)).id == first.id
    assert run_due([SWEEP]) == 1
    following = Job.objects.filter(kind=SWEEP).exclude(pk=first.pk).get()
    assert following.run_after > now()
    assert following.run_after - now() < timedelta(days=2)
