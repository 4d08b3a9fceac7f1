"""What a batch's owner gets in writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.accounts.policy import Actor
from core.clock import now
from core.ids import Prefix, public_id
from media_ingest.domain.receipts import ReceiptLine, VerifiedBy
from media_ingest.domain.upload_errors import NOT_ALL_RECEIVED
from media_ingest.models import Upload
from media_ingest.selectors import batch_get
from media_ingest.services.batches import BatchStanding, batch_standings, batch_uploads


@dataclass(frozen=True, slots=True)
class Receipt:
    """One batch, as it stands now."""

    batch: BatchStanding
    lines: Iterator[ReceiptLine]
    """One per file, by place on the card; read from the database as it is asked for."""
    made_at: datetime


def batch_receipt(*, actor: Actor, batch_id: UUID, partial: bool = False) -> Receipt:
    """Return the receipt of a visible batch; ``not_all_received`` while files are missing, unless ``partial``."""
    standing = batch_standings([batch_get(actor, batch_id)])[0]
    if standing.received < standing.files and not partial:
        raise NOT_ALL_RECEIVED(
            f"{standing.received} of {standing.files} files are here. Send the others, or ask with partial=true.",
            files=standing.files,
            received=standing.received,
        )
    return Receipt(standing, _lines(batch_id), now())


def _lines(batch_id: UUID) -> Iterator[ReceiptLine]:
    rows = batch_uploads([batch_id]).select_related("asset").order_by("folder", "name", "pk")
    return (_line(row) for row in rows.iterator(chunk_size=500))


def _line(upload: Upload) -> ReceiptLine:
    asset = upload.asset
    return ReceiptLine(
        folder=upload.folder,
        name=upload.name,
        size_bytes=upload.size_bytes,
        state=upload.state,
        received_at=(upload.stored_at or upload.active_at) if asset else None,
        modified_at=upload.modified_at,
        sha256=upload.sha256 if asset else "",
        sha1=upload.sha1 if asset else "",
        verified_by=_verified_by(upload),
        already_held=upload.duplicate,
        asset_id=public_id(Prefix.ASSET, asset.pk) if asset else "",
        asset_state=asset.state if asset else "",
        asset_reason=asset.reason if asset else "",
        upload_id=upload.public_id,
    )


def _verified_by(upload: Upload) -> VerifiedBy:
    if upload.declared_sha256 and upload.declared_sha256 == upload.sha256:
        return VerifiedBy.SENDER_SHA256
    return VerifiedBy.CHUNK_CHECKSUMS if upload.verified else VerifiedBy.NOTHING
