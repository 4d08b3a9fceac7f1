"""Housekeeping: idle uploads, scratch files without an upload, stored objects without a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.accounts.policy import Actor, require
from core.clock import now
from core.jobs.models import Job
from core.jobs.services import enqueue_nightly
from core.logging import get_logger
from media_ingest.adapters.scratch import scratch_drop, scratch_ids
from media_ingest.adapters.storage import INCOMING, References, Sweep, store
from media_ingest.domain.actions import UPLOAD_EXPIRE
from media_ingest.domain.states import UploadState
from media_ingest.models import Upload
from media_ingest.selectors import storage_keys_referenced
from media_ingest.services.expiring import uploads_expire, uploads_warn

SWEEP: Final = "media_ingest.sweep"
"""Kind of the daily housekeeping job; its subject is the day."""
ORPHAN_AGE: Final = timedelta(hours=24)
"""Files younger than this are left alone: a row that refers to them may be on its way."""

_OPEN: Final = (UploadState.RECEIVING, UploadState.STORING)

log = get_logger(__name__)


def incoming_keys_needed(keys: Sequence[str]) -> set[str]:
    """Return those temporary keys (``incoming/<upload id>``) whose upload is still open."""
    uploads = {upload_id: key for key in keys if (upload_id := _upload_of(key)) is not None}
    open_ones = Upload.objects.filter(pk__in=list(uploads), state__in=_OPEN).values_list("pk", flat=True)
    return {uploads[upload_id] for upload_id in open_ones} if uploads else set()


def _upload_of(key: str) -> UUID | None:
    folder, _, name = key.partition("/")
    try:
        return UUID(hex=name) if folder == INCOMING else None
    except ValueError:
        return None


_sources: Final[list[References]] = [storage_keys_referenced, incoming_keys_needed]


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """What was found, and removed unless it was a dry run."""

    expired_uploads: int
    scratch_files: int
    blobs: Sweep


def references_from(source: References) -> None:
    """Let a floor above protect objects it refers to: ``source`` gets keys and returns those it needs.

    Call it from ``AppConfig.ready``. An object that no source names is removed after a day.
    """
    if source not in _sources:
        _sources.append(source)


def storage_references(keys: Sequence[str]) -> set[str]:
    """Return those of ``keys`` that any floor needs."""
    return set().union(*(source(keys) for source in _sources))


def storage_sweep(*, actor: Actor, dry: bool = False) -> Housekeeping:
    """Expire idle uploads and remove what nothing refers to for a day; ``dry`` only counts.

    Objects, temporary objects and unfinished multipart uploads of the store, wherever it is; and the scratch
    files of this machine: where several machines receive files, each keeps its own house.
    """
    require(actor, UPLOAD_EXPIRE)
    expired = [] if dry else uploads_expire(actor=actor)
    if not dry:
        uploads_warn(actor=actor)
    found = Housekeeping(
        len(expired), _scratch_sweep(dry=dry), store().sweep(storage_references, older_than=ORPHAN_AGE, dry=dry)
    )
    log.info(
        "storage.swept",
        expired_uploads=found.expired_uploads,
        scratch_files=found.scratch_files,
        blobs_removed=len(found.blobs.removed),
        blobs_kept=found.blobs.kept,
        uploads_aborted=found.blobs.aborted,
        dry=dry,
    )
    return found


def _scratch_sweep(*, dry: bool) -> int:
    """Remove the scratch files of uploads that are over or unknown, a day after their last byte."""
    limit = (now() - ORPHAN_AGE).timestamp()
    old = [upload_id for upload_id, changed in scratch_ids() if changed < limit]
    needed = set(Upload.objects.filter(pk__in=old, state__in=_OPEN).values_list("pk", flat=True))
    orphans = [upload_id for upload_id in old if upload_id not in needed]
    for upload_id in orphans if not dry else []:
        scratch_drop(upload_id)
    return len(orphans)


def sweep_schedule(*, after: datetime | None = None) -> Job:
    """Make sure that the housekeeping of the coming night is on the job list, once."""
    return enqueue_nightly(kind=SWEEP, after=after)
