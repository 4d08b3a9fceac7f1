"""Masters that nobody needs: to the cold tier after two months, a word to their owner after a year, never deleted.

A master is in use when it was received, when somebody looked at more of it than its preview, and when it was
sold. What only this floor knows is noted by ``object_used``; floors above tell theirs through ``uses_from``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.jobs.services import publish
from core.logging import get_logger
from media_ingest.adapters.storage import BlobMissing, store
from media_ingest.domain.actions import STORAGE_KEEP
from media_ingest.domain.states import AssetState
from media_ingest.domain.tiers import Tier, due_tier, is_dormant
from media_ingest.models import Asset, StoredObject

ASSET_DORMANT: Final = "media_ingest.asset.dormant"
"""Topic: a file was neither read nor sold for a year; its owner decides what becomes of it. Subject: the asset's id."""

Uses = Callable[[Sequence[str]], dict[str, datetime]]
"""Gets storage keys and returns when each was last needed; keys without any use are left out."""

_BATCH: Final = 200
_ONE_DAY: Final = timedelta(days=1)
_sources: Final[list[Uses]] = []

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What one night changed. ``stuck`` counts masters for which this installation has no cold tier."""

    looked_at: int
    cooled: int
    warmed: int
    stuck: int
    told: int


def uses_from(source: Uses) -> None:
    """Let a floor above say when footage was last needed there. Call it from ``AppConfig.ready``."""
    if source not in _sources:
        _sources.append(source)


def object_used(*, storage_key: str) -> None:
    """Note that a master was read for somebody; writes at most once a day. Call it outside of hot loops."""
    moment = now()
    StoredObject.objects.filter(storage_key=storage_key, last_used_at__lt=moment - _ONE_DAY).update(
        last_used_at=moment, dormant_since=None
    )


def lifecycle_run(*, actor: Actor, should_stop: Callable[[], bool] = lambda: False) -> Lifecycle:
    """Bring every master to the tier where it belongs, and tell owners of footage that sleeps.

    Safe to repeat and to stop at any point. Moving is outside of transactions; readers notice nothing.
    Raises ``StorageUnavailable`` when the store is away: what was done is done, the rest waits for the next night.
    """
    require(actor, STORAGE_KEEP)
    looked_at = cooled = warmed = stuck = told = 0
    for batch in _masters():
        for item in _known(batch):
            if should_stop():
                break
            looked_at += 1
            moved = _moved(item)
            cooled += moved is Tier.COLD
            warmed += moved is Tier.HOT
            stuck += moved is None and item.tier != _due(item)
            told += _told(actor, item)
    done = Lifecycle(looked_at, cooled, warmed, stuck, told)
    log.info("storage.aged", looked_at=looked_at, cooled=cooled, warmed=warmed, stuck=stuck, told=told)
    return done


def _masters() -> Iterator[list[StoredObject]]:
    """Yield what each master's row would be if it were new, in order of key."""
    last = ""
    while True:
        found = list(
            Asset.objects.filter(storage_key__gt=last)
            .order_by("storage_key")
            .values("storage_key")
            .annotate(size=Min("size_bytes"), received_at=Max("created_at"))[:_BATCH]
        )
        if not found:
            return
        last = found[-1]["storage_key"]
        yield [
            StoredObject(storage_key=one["storage_key"], size_bytes=one["size"], last_used_at=one["received_at"])
            for one in found
        ]


def _known(fresh: list[StoredObject]) -> list[StoredObject]:
    """Return the rows of a batch, written where they were missing, with the latest use that anybody knows of."""
    keys = [one.storage_key for one in fresh]
    received = {one.storage_key: one.last_used_at for one in fresh}
    StoredObject.objects.bulk_create(fresh, ignore_conflicts=True)
    uses = [source(keys) for source in _sources]
    rows = list(StoredObject.objects.filter(storage_key__in=keys).order_by("storage_key"))
    for row in rows:
        told = [found[row.storage_key] for found in uses if row.storage_key in found]
        latest = max([row.last_used_at, received[row.storage_key], *told])
        if latest > row.last_used_at:
            row.last_used_at = latest
            StoredObject.objects.filter(pk=row.pk, last_used_at__lt=latest).update(last_used_at=latest)
    return rows


def _due(item: StoredObject) -> Tier:
    cold_after = timedelta(days=settings.OFFCUT.keeping.cold_after_days)
    return due_tier(last_used_at=item.last_used_at, at=now(), cold_after=cold_after)


def _moved(item: StoredObject) -> Tier | None:
    """Move a master to the tier where it belongs; None when it stays."""
    due = _due(item)
    if item.tier == due:
        return None
    try:
        if not store().move(item.storage_key, due):
            return None
    except BlobMissing:
        log.warning("storage.master_missing", key=item.storage_key)  # `manage.py verify` says whose it is
        return None
    # Used again meanwhile: the next night moves it back.
    StoredObject.objects.filter(pk=item.pk).update(tier=due)
    item.tier = due
    return due


def _told(actor: Actor, item: StoredObject) -> int:
    """Tell the owners of a master that sleeps, once until it is used again; return how many were told."""
    dormant_after = timedelta(days=settings.OFFCUT.keeping.dormant_after_days)
    sleeps = is_dormant(last_used_at=item.last_used_at, at=now(), dormant_after=dormant_after)
    rows = StoredObject.objects.filter(pk=item.pk)
    if not sleeps:
        rows.exclude(dormant_since=None).update(dormant_since=None)
        return 0
    owners = Asset.objects.filter(storage_key=item.storage_key).exclude(state=AssetState.WITHDRAWN)
    with transaction.atomic():
        assets = list(owners.order_by("id"))
        if not assets or not rows.filter(dormant_since=None).update(dormant_since=now()):
            return 0
        for asset in assets:
            record(
                actor=actor,
                action="asset.dormant",
                subject=asset.public_id,
                organisation_id=asset.organisation_id,
                after={"last_used_at": item.last_used_at.isoformat(), "size_bytes": asset.size_bytes},
            )
            publish(topic=ASSET_DORMANT, subject=asset.public_id, payload={"asset": asset.public_id})
    return len(assets)
