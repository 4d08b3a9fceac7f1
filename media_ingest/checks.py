"""The library's invariants: every accepted byte is kept, known, and on its way to a final state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from core.clock import now
from core.ids import Prefix, public_id
from core.invariants import invariant
from core.jobs.owed import Subjects, has_heard, waits_for
from media_ingest.adapters.storage import BlobMissing, store
from media_ingest.domain.kinds import PROBE, WATCH
from media_ingest.domain.states import AssetState, UploadState
from media_ingest.models import (
    Asset,
    Derivative,
    Fingerprint,
    NearDuplicate,
    OwnershipCase,
    PrintTrack,
    Quota,
    Upload,
)
from media_ingest.services.finishing import RECEIVE
from media_ingest.services.probing import ASSET_READY
from media_ingest.services.quotas import UNDER_WAY
from media_ingest.services.sweeping import ORPHAN_AGE, storage_references
from media_ingest.services.watching import ASSET_WATCHED

_SLACK: Final = timedelta(days=2)
"""The nightly housekeeping may miss one night."""


def register() -> None:
    """Add the checks to ``manage.py verify``; calling it again changes nothing."""
    uploads, assets = Upload.objects.all(), Asset.objects.all()
    ready = assets.filter(state=AssetState.READY)
    waits_for(RECEIVE, _subjects(Prefix.UPLOAD, uploads.filter(state=UploadState.STORING)))
    waits_for(PROBE, _subjects(Prefix.ASSET, assets.filter(state__in=[AssetState.RECEIVED, AssetState.PROBING])))
    waits_for(WATCH, _subjects(Prefix.ASSET, ready.filter(watching__isnull=True)))
    has_heard(ASSET_READY, _subjects(Prefix.ASSET, ready))
    has_heard(ASSET_WATCHED, _subjects(Prefix.ASSET, ready.filter(watching__isnull=False)))
    invariant("uploads: none is open long after its end")(_overdue_uploads)
    invariant("duplicates: pairs are of one owner, cases of two; what was watched can be found")(_pairs)
    invariant("storage: every file that a row promises is there, whole")(_promised_files)
    invariant("storage: no file older than a day is forgotten")(_forgotten_files)
    invariant("storage: what an organisation uses and has reserved is the sum of its rows")(_sums)


def _subjects(prefix: Prefix, rows: QuerySet[Upload] | QuerySet[Asset]) -> Subjects:
    def subjects() -> Iterable[str]:
        return (public_id(prefix, key) for key in rows.order_by().values_list("pk", flat=True).iterator())

    return subjects


def _pairs() -> Iterator[str]:
    for pair in NearDuplicate.objects.exclude(asset__organisation=F("of__organisation")):
        yield f"{pair.public_id} is of two organisations"
    for case in OwnershipCase.objects.filter(asset__organisation=F("other__organisation")):
        yield f"{case.public_id} is about one organisation"
    entered = Fingerprint.objects.filter(asset=OuterRef("asset"))
    for track in PrintTrack.objects.filter(~Exists(entered), count__gt=0).only("asset_id"):
        yield f"{public_id(Prefix.ASSET, track.asset_id)} has prints and none is in the index"


def _overdue_uploads() -> Iterator[str]:
    for upload in Upload.objects.filter(state=UploadState.RECEIVING, expires_at__lt=now() - _SLACK):
        yield f"{upload.public_id} ended {upload.expires_at} and is still open"


def _promised_files() -> Iterator[str]:
    blobs = store()
    held = dict(blobs.listing())
    assets = Asset.objects.exclude(state=AssetState.WITHDRAWN)
    for rows, noun in ((assets, "footage"), (Derivative.objects.all(), "derivative")):
        promised = rows.order_by().values_list("storage_key", "size_bytes").distinct()
        for key, size in promised.iterator():
            if held.get(key) == size:
                continue
            try:
                found = blobs.size(key)  # the list may be older than the row
            except BlobMissing:
                yield f"{noun} {key} is not in storage"
                continue
            if found != size:
                yield f"{noun} {key} has {found} bytes instead of {size}"


def _forgotten_files() -> Iterator[str]:
    found = store().sweep(storage_references, older_than=2 * ORPHAN_AGE, dry=True)
    for key in found.removed:
        yield f"{key} is needed by nobody and was not swept"
    if found.aborted:
        yield f"{found.aborted} uploads in parts were begun, belong to nobody and were not swept"


def _sums() -> Iterator[str]:
    kept = _by_organisation(Asset.objects.exclude(state=AssetState.WITHDRAWN))
    coming = _by_organisation(Upload.objects.filter(state__in=UNDER_WAY))
    for row in Quota.objects.order_by("pk").iterator():
        counted = kept.get(row.organisation_id, 0), coming.get(row.organisation_id, 0)
        if counted != (row.used_bytes, row.reserved_bytes):
            owner = public_id(Prefix.ORGANISATION, row.organisation_id)
            noted = f"{row.used_bytes} + {row.reserved_bytes}"
            yield f"{owner} uses {noted} bytes, and its rows say {counted[0]} + {counted[1]}"


def _by_organisation(rows: QuerySet[Asset] | QuerySet[Upload]) -> dict[UUID, int]:
    return dict(rows.order_by().values_list("organisation_id").annotate(total=Sum("size_bytes")))
