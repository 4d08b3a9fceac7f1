"""Declaring a file, stopping for a while, giving it up."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.clock import now
from core.idempotency.services import IDEMPOTENCY_MISMATCH
from core.transitions import advance
from media_ingest.adapters.scratch import scratch_free, scratch_open
from media_ingest.adapters.storage import part_transport
from media_ingest.domain.actions import UPLOAD_WRITE
from media_ingest.domain.digests import Digests
from media_ingest.domain.errors import NO_SPACE, UPLOAD_CLOSED, UPLOAD_NAME, UPLOAD_TOO_LARGE
from media_ingest.domain.names import display_folder, display_name
from media_ingest.domain.states import UPLOAD, AssetState, UploadEvent, UploadState
from media_ingest.domain.transport import Transport
from media_ingest.models import Asset, Upload
from media_ingest.selectors import upload_get
from media_ingest.services.batches import batch_named
from media_ingest.services.finishing import upload_bytes_dropped, upload_completed, upload_finish_now
from media_ingest.services.parts import upload_parts_begun
from media_ingest.services.quotas import quota_release, quota_reserve
from media_ingest.services.standing import CLOSED, IDLE, check_open

KEPT_FREE: Final = 256 << 20
"""Bytes of the scratch disk that uploads leave alone."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a sender says about a file before its bytes come. Texts are data: they never name a file of ours."""

    name: str
    size_bytes: int
    batch: str = ""
    folder: str = ""
    """Where it lies on the sender's card, relative."""
    sha256: str = ""
    """What the whole file hashes to; empty when not known yet."""
    sample_sha256: str = ""
    modified_at: datetime | None = None
    straight: bool = False
    """Whether the sender can put parts into object storage itself, where the installation has one."""


def upload_create(
    *, actor: Actor, name: str, size_bytes: int, batch: str = "", sha256: str = "", request_key: str = ""
) -> Upload:
    """Declare a file whose bytes come through this server; see ``upload_declare``."""
    declared = Declared(name=name, size_bytes=size_bytes, batch=batch, sha256=sha256)
    return upload_declare(actor=actor, declared=declared, request_key=request_key)


def upload_declare(*, actor: Actor, declared: Declared, request_key: str = "") -> Upload:
    """Declare a file; its bytes may then arrive in any number of pieces within fourteen idle days.

    Room is reserved in the organisation's quota, or ``quota_exceeded``. When the organisation already has
    the bytes that ``sha256`` names, the upload is ``received`` at once. ``request_key`` makes repeating the
    same declaration return the first one. Refused when larger than the installation accepts.
    """
    require(actor, UPLOAD_WRITE)
    if actor.organisation_id is None:
        raise ROLE_MISSING("Files belong to an organisation; act for one. Nothing was changed.")
    shown = display_name(declared.name)
    if not shown:
        raise UPLOAD_NAME("Send the file's own name, such as A001_C004.mov. Nothing was declared.")
    upload = _declared_before(actor.organisation_id, request_key, shown, declared.size_bytes)
    if upload is None:
        upload = _declared_now(actor, actor.organisation_id, replace(declared, name=shown), request_key)
    if upload.state != UploadState.RECEIVING:
        return upload
    if upload.transport == Transport.S3:
        return upload_parts_begun(upload)
    return upload if upload.size_bytes else _complete_empty(actor, upload)


def _declared_now(actor: Actor, organisation_id: UUID, declared: Declared, request_key: str) -> Upload:
    held = _asset_held(organisation_id, declared.sha256, declared.size_bytes) if declared.sha256 else None
    row = _row_of_held(held, declared) if held is not None else _row_of_coming(organisation_id, declared)
    try:
        with transaction.atomic():
            if held is None:
                quota_reserve(organisation_id=organisation_id, size_bytes=declared.size_bytes)
            row.organisation_id, row.created_by_id, row.request_key = organisation_id, actor.user_id, request_key
            row.batch = batch_named(organisation_id, declared.batch)
            row.save(force_insert=True)
            record(
                actor=actor,
                action="upload.declared",
                subject=row.public_id,
                organisation_id=organisation_id,
                after={"name": row.name, "size_bytes": row.size_bytes, "already_held": held is not None},
            )
    except IntegrityError:
        # The same declaration, sent twice at once: the other one won.
        earlier = _declared_before(organisation_id, request_key, declared.name, declared.size_bytes)
        if earlier is None:
            raise
        return earlier
    return row


def _row_of_coming(organisation_id: UUID, declared: Declared) -> Upload:
    """Return the row of a file whose bytes will come, the way they will; refused when there is no place for them."""
    _check_size(declared.size_bytes)
    straight = declared.straight and declared.size_bytes > 0 and part_transport() is not None
    if not straight:
        _check_room(organisation_id, declared.size_bytes)
    return _row(declared, transport=Transport.S3 if straight else Transport.TUS)


def _row_of_held(held: Asset, declared: Declared) -> Upload:
    """Return the row of a file that is here already: received when declared."""
    row = _row(declared, state=UploadState.RECEIVED, asset=held, duplicate=True, sha256=held.sha256)
    row.received_bytes, row.stored_at = declared.size_bytes, row.active_at
    row.sha1 = held.uploads.exclude(sha1="").values_list("sha1", flat=True).first() or ""
    return row


def _row(declared: Declared, **facts: Any) -> Upload:
    moment = now()
    return Upload(
        name=declared.name,
        folder=display_folder(declared.folder),
        modified_at=declared.modified_at,
        size_bytes=declared.size_bytes,
        sample_sha256=declared.sample_sha256,
        declared_sha256=declared.sha256,
        active_at=moment,
        expires_at=moment + IDLE,
        **facts,
    )


def _declared_before(organisation_id: UUID, request_key: str, name: str, size_bytes: int) -> Upload | None:
    if not request_key:
        return None
    known = Upload.objects.select_related("batch", "asset")
    earlier = known.filter(organisation_id=organisation_id, request_key=request_key).first()
    if earlier is not None and (earlier.name, earlier.size_bytes) != (name, size_bytes):
        raise IDEMPOTENCY_MISMATCH("This key already declared another file. Use a new one; nothing was changed.")
    return earlier


def _asset_held(organisation_id: UUID, sha256: str, size_bytes: int) -> Asset | None:
    held = Asset.objects.filter(organisation_id=organisation_id, sha256=sha256, size_bytes=size_bytes)
    return held.exclude(state=AssetState.WITHDRAWN).first()


def _check_size(size_bytes: int) -> None:
    largest = settings.OFFCUT.upload_max_bytes
    if size_bytes > largest:
        raise UPLOAD_TOO_LARGE(f"Files up to {largest} bytes are accepted. Nothing was declared.", limit=largest)


def _check_room(organisation_id: UUID, size_bytes: int) -> None:
    """Refuse what the scratch disk cannot take, before a byte is sent.

    What the organisation declared and did not send yet counts as taken; a disk that fills up all the
    same refuses the chunk, not the file.
    """
    waiting = Upload.objects.filter(
        organisation_id=organisation_id, state=UploadState.RECEIVING, transport=Transport.TUS
    ).aggregate(missing=Sum(F("size_bytes") - F("received_bytes")))
    room = scratch_free() - KEPT_FREE - int(waiting["missing"] or 0)
    if size_bytes > room:
        raise NO_SPACE(
            f"{size_bytes} bytes are needed and {max(room, 0)} are free, files under way counted. "
            "Finish or cancel others, or try later; nothing was declared."
        )


def _complete_empty(actor: Actor, upload: Upload) -> Upload:
    """A file of no bytes is complete when declared; the probe will say what to do about it."""
    with scratch_open(upload.id, create=True):
        pass
    nothing = Digests()
    with transaction.atomic():
        upload_completed(upload, sha256=hashlib.sha256().hexdigest(), sha1=nothing.sha1)
    return upload_finish_now(actor=actor, upload=upload)


def upload_pause(*, actor: Actor, upload_id: UUID) -> Upload:
    """Take no bytes until it is resumed. Its bytes and its room are kept; its idle time runs. Twice is fine."""
    return _paused(actor, upload_id, paused=True)


def upload_unpause(*, actor: Actor, upload_id: UUID) -> Upload:
    """Take bytes again, from where they ended. Twice is fine."""
    return _paused(actor, upload_id, paused=False)


def _paused(actor: Actor, upload_id: UUID, *, paused: bool) -> Upload:
    require(actor, UPLOAD_WRITE)
    upload_get(actor, upload_id)
    with transaction.atomic():
        upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
        check_open(upload)
        if (upload.paused_at is not None) is not paused:
            upload.paused_at = now() if paused else None
            Upload.objects.filter(pk=upload.pk).update(paused_at=upload.paused_at)
            record(
                actor=actor,
                action="upload.paused" if paused else "upload.resumed",
                subject=upload.public_id,
                organisation_id=upload.organisation_id,
            )
    return upload


def upload_cancel(*, actor: Actor, upload_id: UUID) -> Upload:
    """Give an upload up and drop its bytes. Cancelling twice is fine; a received file is not undone by it."""
    require(actor, UPLOAD_WRITE)
    upload_get(actor, upload_id)
    with transaction.atomic():
        upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
        if upload.state in CLOSED:
            raise UPLOAD_CLOSED("The file is here already. Withdraw it from the library instead; nothing was changed.")
        if upload.state == UploadState.RECEIVING:
            upload_given_up(actor, upload, UploadEvent.CANCEL)
    upload_bytes_dropped(upload)
    return upload


def upload_given_up(actor: Actor, upload: Upload, event: UploadEvent) -> None:
    """Cancel or expire a locked upload inside the caller's transaction; its room is free again."""
    quota_release(organisation_id=upload.organisation_id, size_bytes=upload.size_bytes)
    state = advance(upload, UPLOAD, event)
    record(
        actor=actor,
        action=f"upload.{state}",
        subject=upload.public_id,
        organisation_id=upload.organisation_id,
        before={"received_bytes": upload.received_bytes},
    )
