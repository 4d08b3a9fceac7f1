"""The library's invariants: every accepted byte is kept, known, and on its way to a final state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet

from core.ids import Prefix, public_id
from core.invariants import invariant
from core.jobs.models import Job, JobState
from media_ingest.adapters.storage import BlobMissing, store
from media_ingest.domain.states import AssetState, UploadState
from media_ingest.models import Asset, Derivative, Quota, Upload
from media_ingest.services.finishing import RECEIVE
from media_ingest.services.progress import PROBE
from media_ingest.services.quotas import counted
from media_ingest.services.sweeping import ORPHAN_AGE, storage_references

_ALIVE: Final = (JobState.QUEUED, JobState.RUNNING)


def register() -> None:
    """Add the checks to ``manage.py verify``; calling it again changes nothing."""
    invariant("uploads: whatever is complete is stored or has a job that stores it")(_complete_uploads)
    invariant("room: what is written down for an organisation is what its files and uploads add up to")(_room)
    invariant("footage: whatever was received has an answer or a job that finds it")(_received_assets)
    invariant("storage: every file that a row promises is there, whole")(_promised_files)
    invariant("storage: no file older than a day is forgotten")(_forgotten_files)


def _complete_uploads() -> Iterator[str]:
    waiting = Upload.objects.filter(state=UploadState.STORING)
    for subject in _without_job(waiting, Prefix.UPLOAD, RECEIVE):
        yield f"{subject} has all its bytes, and no job stores them"


def _room() -> Iterator[str]:
    for row in Quota.objects.all():
        used, reserved = counted(row.organisation_id)
        if (row.used_bytes, row.reserved_bytes) != (used, reserved):
            owner = public_id(Prefix.ORGANISATION, row.organisation_id)
            yield (
                f"{owner} has {row.used_bytes} bytes used and {row.reserved_bytes} reserved written down; "
                f"its files are {used} and its uploads {reserved}"
            )


def _received_assets() -> Iterator[str]:
    waiting = Asset.objects.filter(state__in=[AssetState.RECEIVED, AssetState.PROBING])
    for subject in _without_job(waiting, Prefix.ASSET, PROBE):
        yield f"{subject} was received, and no job looks at it"


def _without_job(waiting: QuerySet[Upload] | QuerySet[Asset], prefix: Prefix, kind: str) -> Iterator[str]:
    subjects = [public_id(prefix, key) for key in waiting.values_list("pk", flat=True)]
    alive = Job.objects.filter(kind=kind, subject__in=subjects, state__in=_ALIVE).values_list("subject", flat=True)
    yield from sorted(set(subjects) - set(alive))


def _promised_files() -> Iterator[str]:
    blobs = store()
    assets = Asset.objects.exclude(state=AssetState.WITHDRAWN)
    for rows, noun in ((assets, "footage"), (Derivative.objects.all(), "derivative")):
        for key, size in rows.values_list("storage_key", "size_bytes").distinct().iterator():
            try:
                found = blobs.size(key)
            except BlobMissing:
                yield f"{noun} {key} is not in storage"
                continue
            if found != size:
                yield f"{noun} {key} has {found} bytes instead of {size}"


def _forgotten_files() -> Iterator[str]:
    for key in store().sweep(storage_references, older_than=2 * ORPHAN_AGE, dry=True).removed:
        yield f"{key} is needed by nobody and was not swept"
