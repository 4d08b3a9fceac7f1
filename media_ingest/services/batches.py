"""Groups of files: made, listed, and what of them is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from media_ingest.domain.actions import UPLOAD_WRITE
from media_ingest.domain.names import display_text
from media_ingest.domain.states import UploadState
from media_ingest.domain.upload_errors import BATCH_NAME, BATCH_NAME_TAKEN
from media_ingest.models import Batch, Upload

BATCH_NAME_LENGTH: Final = 120
_OVER: Final = (UploadState.CANCELLED, UploadState.EXPIRED, UploadState.FAILED)


@dataclass(frozen=True, slots=True)
class BatchStanding:
    """A batch and how much of it is here."""

    id: UUID
    name: str
    created_at: datetime
    files: int
    """Files declared in it; one that was given up and sent again counts once."""
    received: int
    verified: int
    """Received files whose bytes met a hash of their sender's."""
    left_out: int
    """Files that were given up, expired or failed, and not sent again."""
    bytes: int
    received_bytes: int

    @property
    def safe_to_erase(self) -> bool:
        """Whether every file that was ever declared in it is stored here, and verified against its sender's hash."""
        return 0 < self.files == self.verified


def batch_named(organisation_id: UUID, name: str) -> Batch | None:
    """Return the organisation's batch of this name, made if need be; None for an empty name."""
    shown = display_text(name, limit=BATCH_NAME_LENGTH)
    if not shown:
        return None
    return Batch.objects.get_or_create(organisation_id=organisation_id, name=shown)[0]


def batch_create(*, actor: Actor, name: str) -> BatchStanding:
    """Make an empty batch. A name is used once in an organisation: ``batch_name_taken`` tells whose id has it."""
    require(actor, UPLOAD_WRITE)
    if actor.organisation_id is None:
        raise ROLE_MISSING("Batches belong to an organisation; act for one. Nothing was changed.")
    shown = display_text(name, limit=BATCH_NAME_LENGTH)
    if not shown:
        raise BATCH_NAME("Name it after the card, the day or the job. Nothing was changed.")
    try:
        with transaction.atomic():
            batch = Batch.objects.create(organisation_id=actor.organisation_id, name=shown)
            record(actor=actor, action="batch.created", subject=batch.public_id, after={"name": shown})
    except IntegrityError as error:
        known = Batch.objects.get(organisation_id=actor.organisation_id, name=shown)
        raise BATCH_NAME_TAKEN("Add files to that one, or choose another name.", batch_id=known.public_id) from error
    return batch_standings([batch])[0]


def batch_uploads(batch_ids: Sequence[UUID]) -> QuerySet[Upload]:
    """Return the uploads that stand for the files of batches: not those given up and sent again since."""
    same = Upload.objects.filter(
        batch=OuterRef("batch"), folder=OuterRef("folder"), name=OuterRef("name"), size_bytes=OuterRef("size_bytes")
    )
    again = same.exclude(state__in=_OVER) | same.filter(pk__gt=OuterRef("pk"))
    return Upload.objects.filter(batch_id__in=batch_ids).exclude(Q(state__in=_OVER) & Exists(again))


def batch_standings(batches: Sequence[Batch]) -> list[BatchStanding]:
    """Return how much of each batch is here, with one query for all of them."""
    here = Q(state=UploadState.RECEIVED)
    rows = (
        batch_uploads([batch.pk for batch in batches])
        .order_by()
        .values("batch_id")
        .annotate(
            declared=Count("id"),
            here=Count("id", filter=here),
            proven=Count("id", filter=here & (Q(declared_sha256=F("sha256")) | Q(checked_bytes=F("size_bytes")))),
            left=Count("id", filter=Q(state__in=_OVER)),
            all_bytes=Sum("size_bytes"),
            here_bytes=Sum("received_bytes", filter=~Q(state__in=_OVER)),
        )
        .values_list("batch_id", "declared", "here", "proven", "left", "all_bytes", "here_bytes")
    )
    counts = {batch_id: [int(count or 0) for count in found] for batch_id, *found in rows}
    standings = []
    for batch in batches:
        files, received, verified, left_out, size, received_bytes = counts.get(batch.pk, [0] * 6)
        standings.append(
            BatchStanding(
                id=batch.pk,
                name=batch.name,
                created_at=batch.created_at,
                files=files,
                received=received,
                verified=verified,
                left_out=left_out,
                bytes=size,
                received_bytes=received_bytes,
            )
        )
    return standings
