"""Masters that nobody needs: cold after two months, a word after a year, real figures, and nothing ever deleted."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.clock import now
from core.errors import DomainError
from core.jobs.runner import run_due
from media_ingest.adapters.storage import StorageUnavailable, Tier, store
from media_ingest.models import Asset, StoredObject, Upload
from media_ingest.selectors import storage_figures
from media_ingest.services import lifecycle
from media_ingest.services.lifecycle import ASSET_DORMANT, Lifecycle, lifecycle_run, object_used
from media_ingest.services.sweeping import SWEEP, storage_sweep, sweep_schedule
from tests.factories.clock import Clock, clock
from tests.factories.core import actor_as, key_of
from tests.factories.media_ingest import DerivativeFactory, upload_of

__all__ = ["clock"]
pytestmark = pytest.mark.django_db

MASTER = b"a master" * 1000
MONTHS = timedelta(days=61)
YEAR = timedelta(days=366)


@pytest.fixture(autouse=True)
def _a_cold_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a local disk: a folder on another one. An object store has classes."""
    keeping = dataclasses.replace(settings.OFFCUT.keeping, cold_root=tmp_path / "cold")
    monkeypatch.setattr(settings, "OFFCUT", dataclasses.replace(settings.OFFCUT, keeping=keeping))


@pytest.fixture
def studio() -> Actor:
    return actor_as()


@pytest.fixture
def master(studio: Actor) -> Asset:
    upload = upload_of(studio, MASTER + os.urandom(8))
    assert upload.asset is not None
    return upload.asset


def night() -> Lifecycle:
    return lifecycle_run(actor=Actor.system())


def read(asset: Asset) -> bytes:
    with store().open(asset.storage_key) as opened:
        return opened.read()


def test_a_master_nobody_uses_goes_cold_and_stays_readable(master: Asset, clock: Clock) -> None:
    before = read(master)
    assert night() == Lifecycle(looked_at=1, cooled=0, warmed=0, stuck=0, told=0)
    clock.ahead(MONTHS)
    assert night().cooled == 1
    assert store().tier(master.storage_key) is Tier.COLD
    assert StoredObject.objects.get(storage_key=master.storage_key).tier == Tier.COLD
    assert read(master) == before
    assert store().path(master.storage_key).read_bytes() == before
    assert night().cooled == 0
    assert store().size(master.storage_key) == len(before)


def test_use_keeps_it_hot_and_brings_it_back(master: Asset, clock: Clock) -> None:
    night()
    clock.ahead(timedelta(days=40))
    object_used(storage_key=master.storage_key)
    clock.ahead(timedelta(days=40))
    assert night().cooled == 0
    clock.ahead(timedelta(days=40))
    assert night().cooled == 1
    object_used(storage_key=master.storage_key)
    assert night().warmed == 1
    assert store().tier(master.storage_key) is Tier.HOT
    assert read(master)[: len(MASTER)] == MASTER


def test_a_floor_above_says_when_footage_was_sold(master: Asset, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.ahead(MONTHS)

    def sold_yesterday(keys: Sequence[str]) -> dict[str, datetime]:
        return {key: clock.now() - timedelta(days=1) for key in keys if key == master.storage_key}

    monkeypatch.setattr(lifecycle, "_sources", [sold_yesterday])
    assert night().cooled == 0
    monkeypatch.setattr(lifecycle, "_sources", [])
    assert night().cooled == 0  # what was heard once is kept


def test_after_a_year_every_owner_is_told_once_and_nothing_is_deleted(master: Asset, clock: Clock) -> None:
    other = upload_of(actor_as(), read(master)).asset
    assert other is not None
    clock.ahead(YEAR)
    assert night().told == 2
    assert night().told == 0
    told = AuditEvent.objects.filter(action="asset.dormant")
    assert {event.subject for event in told} == {master.public_id, other.public_id}
    assert {event.chain for event in told} == {master.organisation_id, other.organisation_id}
    assert store().exists(master.storage_key)
    object_used(storage_key=master.storage_key)
    night()
    assert StoredObject.objects.get(storage_key=master.storage_key).dormant_since is None
    clock.ahead(YEAR)
    assert night().told == 2


def test_the_topic_reaches_whoever_listens(master: Asset, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, str]] = []
    monkeypatch.setattr(lifecycle, "publish", lambda topic, subject, **_: heard.append((topic, subject)))
    clock.ahead(YEAR)
    night()
    assert heard == [(ASSET_DORMANT, master.public_id)]


def test_a_sweep_and_the_checker_find_a_cold_master_where_it_belongs(master: Asset, clock: Clock) -> None:
    run_due(["media_ingest.probe"])
    clock.ahead(MONTHS)
    night()
    assert master.storage_key not in storage_sweep(actor=Actor.system()).blobs.removed
    call_command("verify")
    assert read(master)[: len(MASTER)] == MASTER


def test_a_cold_object_that_nobody_needs_leaves_nothing_behind(master: Asset, clock: Clock, tmp_path: Path) -> None:
    clock.ahead(MONTHS)
    night()
    key = master.storage_key
    Upload.objects.all().delete()
    Asset.objects.filter(pk=master.pk).delete()
    clock.ahead(timedelta(days=2))
    assert key in storage_sweep(actor=Actor.system()).blobs.removed
    assert not store().exists(key)
    assert [path for path in (tmp_path / "cold").rglob("*") if path.is_file()] == []


@pytest.mark.local_disk
def test_a_cold_disk_that_is_away_is_not_a_missing_master(master: Asset, clock: Clock, tmp_path: Path) -> None:
    clock.ahead(MONTHS)
    night()
    (tmp_path / "cold").rename(tmp_path / "unplugged")
    with pytest.raises(StorageUnavailable):
        store().open(master.storage_key)
    (tmp_path / "unplugged").rename(tmp_path / "cold")
    assert read(master)[: len(MASTER)] == MASTER


@pytest.mark.local_disk
def test_without_a_cold_tier_everything_stays_and_it_is_said(
    master: Asset, studio: Actor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping = dataclasses.replace(settings.OFFCUT.keeping, cold_root=None)
    monkeypatch.setattr(settings, "OFFCUT", dataclasses.replace(settings.OFFCUT, keeping=keeping))
    clock.ahead(MONTHS)
    assert (night().cooled, night().stuck) == (0, 1)
    assert not storage_figures(studio).cold_tier


def test_the_figures_are_real_and_each_organisations_own(master: Asset, studio: Actor, clock: Clock) -> None:
    picture = DerivativeFactory.create(asset=master, size_bytes=5_000_000_000)
    Asset.objects.filter(pk=master.pk).update(size_bytes=2_000_000_000_000)
    upload_of(actor_as(), b"somebody else's")
    api = Client(headers={"Authorization": f"Bearer {key_of(studio)}"})
    first = api.get("/api/v1/storage").json()
    assert first["size_bytes"] == 2_000_000_000_000 + picture.size_bytes
    assert first["tiers"][0] == {
        "tier": "hot",
        "objects": 2,
        "size_bytes": 2_005_000_000_000,
        "gigabytes": "2005.000",
        "price_per_gigabyte_year": "0.276",
        "cost_per_year": {"amount": "553.38", "currency": "USD"},
    }
    assert (first["dormant"], first["cold_tier"]) == ([], True)
    clock.ahead(YEAR)
    night()
    later = api.get("/api/v1/storage").json()
    assert later["tiers"][1]["cost_per_year"] == {"amount": "96.00", "currency": "USD"}
    assert later["tiers"][1]["objects"] == later["tiers"][0]["objects"] == 1
    assert later["cost_per_year"] == {"amount": "97.38", "currency": "USD"}
    (sleeping,) = later["dormant"]
    assert (sleeping["asset_id"], sleeping["tier"]) == (master.public_id, "cold")
    assert sleeping["cost_per_year"] == {"amount": "96.00", "currency": "USD"}


def test_the_nightly_job_does_it_and_a_studio_may_not(master: Asset, studio: Actor) -> None:
    sweep_schedule(after=now() - timedelta(days=3))
    assert run_due([SWEEP]) == 1
    assert StoredObject.objects.filter(storage_key=master.storage_key).exists()
    with pytest.raises(DomainError) as refused:
        lifecycle_run(actor=studio)
    assert refused.value.code == "role_missing"


def test_a_night_that_is_cut_short_goes_on_the_next(studio: Actor, clock: Clock) -> None:
    for number in range(3):
        upload_of(studio, f"master {number}".encode() * 100)
    clock.ahead(MONTHS)
    answers: Iterator[bool] = iter([False, True, True, True])
    assert lifecycle_run(actor=Actor.system(), should_stop=lambda: next(answers)).cooled == 1
    assert night().cooled == 2
