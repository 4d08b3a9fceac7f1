"""Room for an organisation's files: reserved when declared, used when stored, given back when not.

Every change is one UPDATE that compares and adds in the same statement, inside the transaction of the row it
is about. Two declarations at once wait for each other at that row, on both databases; none sees old sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from core.accounts.models import Organisation
from core.accounts.policy import Actor, require
from core.audit.services import record
from core.ids import NOT_FOUND, Prefix, public_id
from media_ingest.domain.actions import UPLOAD_EXPIRE
from media_ingest.domain.states import AssetState, UploadState
from media_ingest.domain.upload_errors import QUOTA_EXCEEDED
from media_ingest.models import Asset, Quota, Upload

UNDER_WAY = (UploadState.RECEIVING, UploadState.STORING)
"""States in which an upload holds room."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much an organisation may keep, and what of it is taken, in bytes."""

    limit_bytes: int
    used_bytes: int
    reserved_bytes: int

    @property
    def free_bytes(self) -> int:
        """What may still be declared; never less than nothing, even when the limit was lowered."""
        return max(0, self.limit_bytes - self.used_bytes - self.reserved_bytes)


def quota_reserve(*, organisation_id: UUID, size_bytes: int) -> None:
    """Take room for a declared file inside the caller's transaction, or refuse with ``quota_exceeded``."""
    _row(organisation_id)
    rows = (
        Quota.objects.filter(organisation_id=organisation_id)
        .annotate(
            taken=F("used_bytes") + F("reserved_bytes") + Value(size_bytes),
            most=Coalesce(F("limit_bytes"), Value(settings.OFFCUT.quota_bytes)),
        )
        .filter(taken__lte=F("most"))
        .update(reserved_bytes=F("reserved_bytes") + size_bytes)
    )
    if rows:
        return
    room = quota_room(organisation_id)
    raise QUOTA_EXCEEDED(
        f"{size_bytes} bytes are needed and {room.free_bytes} of {room.limit_bytes} are free, files under way "
        "counted. Cancel uploads you do not need, or ask us for more room; nothing was declared.",
        limit_bytes=room.limit_bytes,
        free_bytes=room.free_bytes,
    )


def quota_keep(*, organisation_id: UUID, size_bytes: int) -> None:
    """Turn reserved room into used room: the file is stored. Inside the caller's transaction."""
    _row(organisation_id).update(
        reserved_bytes=F("reserved_bytes") - size_bytes, used_bytes=F("used_bytes") + size_bytes
    )


def quota_release(*, organisation_id: UUID, size_bytes: int) -> None:
    """Give reserved room back: cancelled, expired, failed, or the bytes were here already."""
    _row(organisation_id).update(reserved_bytes=F("reserved_bytes") - size_bytes)


def quota_free(*, organisation_id: UUID, size_bytes: int) -> None:
    """Give used room back: whoever withdraws a file calls this in the same transaction."""
    _row(organisation_id).update(used_bytes=F("used_bytes") - size_bytes)


def quota_room(organisation_id: UUID) -> Room:
    """Return limit and sums of an organisation; counted when nothing was written down yet."""
    row = Quota.objects.filter(organisation_id=organisation_id).first()
    used, reserved = (row.used_bytes, row.reserved_bytes) if row else counted(organisation_id)
    agreed = row.limit_bytes if row else None
    return Room(settings.OFFCUT.quota_bytes if agreed is None else agreed, used, reserved)


def quota_limit_set(*, actor: Actor, organisation_id: UUID, limit_bytes: int | None) -> Room:
    """Agree on another limit with an organisation (None: the installation's own). Nothing kept is touched."""
    require(actor, UPLOAD_EXPIRE)
    if not Organisation.objects.filter(pk=organisation_id).exists():
        raise NOT_FOUND("There is no organisation with this id. Nothing was changed.")
    with transaction.atomic():
        before = quota_room(organisation_id).limit_bytes
        _row(organisation_id).update(limit_bytes=limit_bytes)
        record(
            actor=actor,
            action="quota.limit_set",
            subject=public_id(Prefix.ORGANISATION, organisation_id),
            organisation_id=organisation_id,
            before={"limit_bytes": before},
            after={"limit_bytes": limit_bytes},
        )
    return quota_room(organisation_id)


def quota_recount(*, organisation_id: UUID) -> Room:
    """Write the sums down anew from the rows they stand for; for an operator, after damage by hand."""
    with transaction.atomic():
        _row(organisation_id)
        row = Quota.objects.select_for_update().get(organisation_id=organisation_id)
        row.used_bytes, row.reserved_bytes = counted(organisation_id)
        Quota.objects.filter(pk=row.pk).update(used_bytes=row.used_bytes, reserved_bytes=row.reserved_bytes)
    return quota_room(organisation_id)


def counted(organisation_id: UUID) -> tuple[int, int]:
    """Return used and reserved bytes as the rows of assets and uploads say."""
    assets = Asset.objects.filter(organisation_id=organisation_id).exclude(state=AssetState.WITHDRAWN)
    uploads = Upload.objects.filter(organisation_id=organisation_id, state__in=UNDER_WAY)
    used = assets.aggregate(total=Sum("size_bytes"))["total"]
    reserved = uploads.aggregate(total=Sum("size_bytes"))["total"]
    return int(used or 0), int(reserved or 0)


def _row(organisation_id: UUID) -> QuerySet[Quota]:
    """Return the organisation's row, made from what is there when it has none yet.

    Nobody changes sums without this row, so what is counted before it exists cannot move meanwhile; of two
    that make it at once one is ignored.
    """
    rows = Quota.objects.filter(organisation_id=organisation_id)
    if not rows.exists():
        used, reserved = counted(organisation_id)
        fresh = Quota(organisation_id=organisation_id, used_bytes=used, reserved_bytes=reserved)
        Quota.objects.bulk_create([fresh], ignore_conflicts=True)
    return rows
