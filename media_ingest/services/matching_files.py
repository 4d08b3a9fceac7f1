"""Finding files again: what of a card is here already, and what only began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Q

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.clock import now
from media_ingest.adapters.scratch import scratch_size
from media_ingest.domain.actions import UPLOAD_WRITE
from media_ingest.domain.names import display_name
from media_ingest.domain.states import AssetState, UploadState
from media_ingest.domain.transport import Transport
from media_ingest.models import Upload
from media_ingest.services.parts import upload_parts_looked_up

_Key = tuple[str, int, str]


class MatchResult(StrEnum):
    """What to do with a file."""

    CONTINUE = "continue"
    """It began to arrive: go on from ``offset``, or with the parts that are not held."""
    RECEIVED = "received"
    """It is here: do not send it."""
    UNKNOWN = "unknown"
    """Declare it."""


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A file on its owner's card."""

    name: str
    size_bytes: int
    sample_sha256: str = ""


@dataclass(frozen=True, slots=True)
class FileMatch:
    """What is known of one file, in the order asked."""

    name: str
    size_bytes: int
    result: MatchResult
    upload_id: UUID | None = None
    offset: int = 0
    parts_held: list[int] | None = None
    asset_id: UUID | None = None


def uploads_match(*, actor: Actor, files: Sequence[WantedFile]) -> list[FileMatch]:
    """Tell for each file whether the organisation has it, has begun it, or does not know it.

    A file is known by name, size **and** sampled hash. Without a sample on either side it is unknown: going
    on with a file of the same name that changed meanwhile would mix two files into one.
    """
    require(actor, UPLOAD_WRITE)
    if actor.organisation_id is None:
        raise ROLE_MISSING("Files belong to an organisation; act for one.")
    found = _found(actor.organisation_id, [_key(file) for file in files if file.sample_sha256])
    return [_match(file, found.get(_key(file)) if file.sample_sha256 else None) for file in files]


def _key(file: WantedFile) -> _Key:
    return display_name(file.name), file.size_bytes, file.sample_sha256


def _found(organisation_id: UUID, keys: Sequence[_Key]) -> dict[_Key, Upload]:
    """Return the upload to name for each key: a received one before one whose bytes are all here, the newest last."""
    begun = Q(state=UploadState.RECEIVING, expires_at__gt=now())
    here = Q(state=UploadState.RECEIVED) & ~Q(asset__state=AssetState.WITHDRAWN)
    rows = Upload.objects.filter(
        begun | here | Q(state=UploadState.STORING),
        organisation_id=organisation_id,
        name__in={name for name, _, _ in keys},
        sample_sha256__in={sample for _, _, sample in keys},
    )
    order = (UploadState.RECEIVING, UploadState.STORING, UploadState.RECEIVED)
    best: dict[_Key, Upload] = {}
    for row in sorted(rows, key=lambda row: (order.index(UploadState(row.state)), row.pk)):
        best[row.name, row.size_bytes, row.sample_sha256] = row
    return best


def _match(file: WantedFile, upload: Upload | None) -> FileMatch:
    if upload is None:
        return FileMatch(file.name, file.size_bytes, MatchResult.UNKNOWN)
    if upload.state == UploadState.RECEIVED:
        return FileMatch(
            file.name, file.size_bytes, MatchResult.RECEIVED, upload.pk, upload.size_bytes, None, upload.asset_id
        )
    if upload.state == UploadState.RECEIVING:
        if upload.transport == Transport.S3:
            upload = upload_parts_looked_up(upload)
        else:
            upload.received_bytes = scratch_size(upload.pk)
    return FileMatch(
        file.name, file.size_bytes, MatchResult.CONTINUE, upload.pk, upload.received_bytes, upload.held_parts
    )
