"""Housekeeping: idle uploads, scratch files without an upload, stored objects without a row."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.accounts.policy import Actor, require
from core.jobs.models import Job
from core.jobs.services import enqueue_nightly
from core.logging import get_logger
from media_ingest.adapters.scratch import scratch_drop, scratch_ids
from media_ingest.adapters.storage import Sweep, store
from media_ingest.domain.actions import UPLOAD_EXPIRE
from media_ingest.domain.states import UploadState
from media_ingest.models import Upload
from media_ingest.selectors import storage_keys_referenced
from media_ingest.services.expiring import uploads_expire, uploads_warn

SWEEP: Final = "media_ingest.sweep"
"""Kind of the daily housekeeping job; its subject is the day."""
ORPHAN_AGE: Final = timedelta(hours=24)
"""Files younger than this are left alone: a row that refers to them may be on its way."""

References = Callable[[Sequence[str]], set[str]]
_sources: Final[list[References]] = [storage_keys_referenced]

log = get_logger(__name__)


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
    """Expire idle uploads and remove files that nothing refers to for a day; ``dry`` only counts."""
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
        dry=dry,
    )
    return found


def _scratch_sweep(*, dry: bool) -> int:
    """Remove the scratch files of uploads that are over or unknown, a day after their last byte."""
    limit = time.time() - ORPHAN_AGE.total_seconds()
    old = [upload_id for upload_id, changed in scratch_ids() if changed < limit]
    open_states = [UploadState.RECEIVING, UploadState.STORING]
    needed = set(Upload.objects.filter(pk__in=old, state__in=open_states).values_list("pk", flat=True))
    orphans = [upload_id for upload_id in old if upload_id not in needed]
    for upload_id in orphans if not dry else []:
        scratch_drop(upload_id)
    return len(orphans)


def sweep_schedule(*, after: datetime | None = None) -> Job:
    """Make sure that the housekeeping of the coming night is on the job list, once."""
    return enqueue_nightly(kind=SWEEP, after=after)
