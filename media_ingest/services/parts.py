"""Uploads that go straight to object storage in parts: begun, signed, looked up, completed.

Object storage is asked outside of transactions. What it holds is the truth: no row repeats it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.logging import get_logger
from media_ingest.adapters.storage import BlobMissing, PartLink, PartTransport, StorageUnavailable, part_transport
from media_ingest.domain.actions import UPLOAD_WRITE
from media_ingest.domain.parts import part_plan
from media_ingest.domain.states import UploadState
from media_ingest.domain.transport import Transport
from media_ingest.domain.upload_errors import PART_NUMBERS, PARTS_MISSING, STORAGE_AWAY
from media_ingest.models import Upload
from media_ingest.selectors import upload_get
from media_ingest.services.finishing import upload_bytes_dropped, upload_parts_completed
from media_ingest.services.standing import CLOSED, check_open, check_wanted, touched

_NAMED: Final = 1000
"""Missing parts that a refusal names; the others are named by the next one."""

log = get_logger(__name__)


def upload_parts_begun(upload: Upload) -> Upload:
    """Open the multipart upload of a declared file, unless that was done; safe to repeat and to run twice at once.

    When storage is away the declaration stays: ``storage_away`` says to ask again, with the same key.
    """
    if upload.part_handle or upload.state != UploadState.RECEIVING:
        return upload
    with _answering() as transport:
        handle = transport.begin(upload.id.hex, upload.size_bytes)
    mine = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING, part_handle="")
    if mine.update(part_handle=handle):
        upload.part_handle, upload.held_parts = handle, []
        return upload
    upload = Upload.objects.select_related("batch", "asset").get(pk=upload.pk)
    if upload.state != UploadState.RECEIVING:  # given up while storage answered
        with _answering() as transport:
            transport.abort(handle)
    return upload


def upload_parts_looked_up(upload: Upload) -> Upload:
    """Return the upload with the parts that storage holds whole, and their bytes as the offset."""
    if upload.state != UploadState.RECEIVING:
        return upload
    plan = part_plan(upload.size_bytes)
    upload.held_parts = sorted(_held(upload))
    upload.received_bytes = sum(plan.length(number) for number in upload.held_parts)
    return upload


def upload_parts_sign(*, actor: Actor, upload_id: UUID, numbers: Sequence[int]) -> tuple[PartLink, ...]:
    """Return a link for each part (numbers from 1), good for an hour, for PUT and exactly that part's length.

    Asking counts as a sign of life. Refused while paused; links given out before stay good until they end.
    """
    require(actor, UPLOAD_WRITE)
    upload = upload_get(actor, upload_id)
    check_wanted(upload, Transport.S3)
    check_open(upload)
    most = part_plan(upload.size_bytes).count
    if not numbers or not all(1 <= number <= most for number in numbers):
        raise PART_NUMBERS(f"The file has the parts 1 to {most}. No link was made.")
    upload = upload_parts_begun(upload)
    with _answering() as transport:
        links = transport.sign(upload.part_handle, numbers)
    Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING).update(**touched())
    return links


def upload_complete(
    *, actor: Actor, upload_id: UUID, parts: Mapping[int, str] | None = None, sha256: str = ""
) -> Upload:
    """Say that every part was sent: a job then joins them, reads the object once and stores it by its hash.

    ``parts`` may name the ETag that each PUT was answered with, ``sha256`` what the whole file hashes to; a
    part that storage does not hold, or holds otherwise, is named in ``parts_missing``. Repeating it is fine.
    """
    require(actor, UPLOAD_WRITE)
    upload = upload_get(actor, upload_id)
    if upload.transport == Transport.S3 and upload.state in CLOSED:
        return upload
    check_wanted(upload, Transport.S3)
    check_open(upload)
    held, told = _held(upload), parts or {}
    missing = [
        number
        for number in range(1, part_plan(upload.size_bytes).count + 1)
        if number not in held or _tag(told.get(number, held[number])) != _tag(held[number])
    ]
    if missing:
        raise PARTS_MISSING(
            f"{len(missing)} parts are not here as you sent them. Send those again; the others are safe.",
            missing=missing[:_NAMED],
        )
    with transaction.atomic():
        row = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if row.state in CLOSED:
            return row
        check_open(row)
        upload_parts_completed(row, sha256=sha256)
        record(
            actor=actor,
            action="upload.completed",
            subject=row.public_id,
            organisation_id=row.organisation_id,
            after={"parts": len(held), "sha256": sha256},
        )
    if row.state == UploadState.FAILED:
        upload_bytes_dropped(row)
    return row


def _held(upload: Upload) -> dict[int, str]:
    """Ask storage which parts are there; an upload that it forgot has none, and is begun anew."""
    if not upload.part_handle:
        return {}
    try:
        with _answering() as transport:
            return transport.held(upload.part_handle)
    except BlobMissing:
        log.warning("upload.parts_lost", upload=upload.public_id)
        Upload.objects.filter(pk=upload.pk, part_handle=upload.part_handle).update(part_handle="")
        return {}


def _tag(etag: str) -> str:
    return etag.strip().strip('"').lower()


@contextmanager
def _answering() -> Iterator[PartTransport]:
    """Speak with object storage; one that is away, or not configured any more, is ``storage_away``."""
    transport = part_transport()
    if transport is None:
        raise STORAGE_AWAY("This installation has no object storage now. Your parts are where they are; ask us.")
    try:
        yield transport
    except StorageUnavailable as error:
        raise STORAGE_AWAY("All parts that arrived are safe. Ask again in a moment.") from error
