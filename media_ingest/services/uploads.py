"""Declaring a file, giving it up, and forgetting what nobody sent on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.clock import now
from core.idempotency.services import IDEMPOTENCY_MISMATCH
from core.logging import get_logger
from core.transitions import advance
from media_ingest.adapters.scratch import scratch_drop, scratch_free, scratch_open
from media_ingest.domain.actions import UPLOAD_EXPIRE, UPLOAD_WRITE
from media_ingest.domain.errors import NO_SPACE, UPLOAD_CLOSED, UPLOAD_NAME, UPLOAD_TOO_LARGE
from media_ingest.domain.names import display_name, display_text
from media_ingest.domain.states import UPLOAD, AssetState, UploadEvent, UploadState
from media_ingest.models import Asset, Batch, Upload
from media_ingest.selectors import upload_get
from media_ingest.services.finishing import upload_completed, upload_finish_now
from media_ingest.services.receiving import IDLE

KEPT_FREE: Final = 256 << 20
"""Bytes of the scratch disk that uploads leave alone."""
_BATCH_NAME_LENGTH: Final = 120

log = get_logger(__name__)


def upload_create(
    *, actor: Actor, name: str, size_bytes: int, batch: str = "", sha256: str = "", request_key: str = ""
) -> Upload:
    """Declare a file; its bytes may then arrive in any number of pieces within fourteen idle days.

    ``batch`` groups files under a name. ``sha256`` (optional) is what the whole file hashes to: when the
    organisation already has these bytes the upload is ``received`` at once, and bytes that turn out
    different fail. ``request_key`` makes repeating the same declaration return the first one. Refused
    when larger than the installation accepts or than there is room for.
    """
    require(actor, UPLOAD_WRITE)
    if actor.organisation_id is None:
        raise ROLE_MISSING("Files belong to an organisation; act for one. Nothing was changed.")
    shown = display_name(name)
    if not shown:
        raise UPLOAD_NAME("Send the file's own name, such as A001_C004.mov. Nothing was declared.")
    earlier = _declared_before(actor.organisation_id, request_key, shown, size_bytes)
    if earlier is not None:
        return earlier
    held = _asset_held(actor.organisation_id, sha256, size_bytes) if sha256 else None
    if held is None:
        _check_room(actor.organisation_id, size_bytes)
    try:
        with transaction.atomic():
            upload = _insert(
                actor=actor,
                organisation_id=actor.organisation_id,
                name=shown,
                size_bytes=size_bytes,
                batch=batch,
                sha256=sha256,
                request_key=request_key,
                held=held,
            )
    except IntegrityError:
        # The same declaration, sent twice at once: the other one won.
        earlier = _declared_before(actor.organisation_id, request_key, shown, size_bytes)
        if earlier is None:
            raise
        return earlier
    return upload if held or size_bytes else _complete_empty(actor, upload)


def _insert(
    *,
    actor: Actor,
    organisation_id: UUID,
    name: str,
    size_bytes: int,
    batch: str,
    sha256: str,
    request_key: str,
    held: Asset | None,
) -> Upload:
    moment = now()
    upload = Upload.objects.create(
        organisation_id=organisation_id,
        created_by_id=actor.user_id,
        batch=_batch_named(organisation_id, batch),
        request_key=request_key,
        name=name,
        size_bytes=size_bytes,
        received_bytes=size_bytes if held else 0,
        declared_sha256=sha256,
        sha256=sha256 if held else "",
        state=UploadState.RECEIVED if held else UploadState.RECEIVING,
        asset=held,
        duplicate=held is not None,
        active_at=moment,
        expires_at=moment + IDLE,
    )
    record(
        actor=actor,
        action="upload.declared",
        subject=upload.public_id,
        organisation_id=organisation_id,
        after={"name": name, "size_bytes": size_bytes, "already_held": held is not None},
    )
    return upload


def _declared_before(organisation_id: UUID, request_key: str, name: str, size_bytes: int) -> Upload | None:
    if not request_key:
        return None
    earlier = Upload.objects.filter(organisation_id=organisation_id, request_key=request_key).first()
    if earlier is not None and (earlier.name, earlier.size_bytes) != (name, size_bytes):
        raise IDEMPOTENCY_MISMATCH("This key already declared another file. Use a new one; nothing was changed.")
    return earlier


def _asset_held(organisation_id: UUID, sha256: str, size_bytes: int) -> Asset | None:
    held = Asset.objects.filter(organisation_id=organisation_id, sha256=sha256, size_bytes=size_bytes)
    return held.exclude(state=AssetState.WITHDRAWN).first()


def _batch_named(organisation_id: UUID, name: str) -> Batch | None:
    shown = display_text(name, limit=_BATCH_NAME_LENGTH)
    if not shown:
        return None
    return Batch.objects.get_or_create(organisation_id=organisation_id, name=shown)[0]


def _check_room(organisation_id: UUID, size_bytes: int) -> None:
    """Refuse what cannot be taken, before a byte is sent.

    What the organisation declared and did not send yet counts as taken; a disk that fills up all the
    same refuses the chunk, not the file.
    """
    largest = settings.OFFCUT.upload_max_bytes
    if size_bytes > largest:
        raise UPLOAD_TOO_LARGE(f"Files up to {largest} bytes are accepted. Nothing was declared.", limit=largest)
    waiting = Upload.objects.filter(organisation_id=organisation_id, state=UploadState.RECEIVING).aggregate(
        missing=Sum(F("size_bytes") - F("received_bytes"))
    )
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
    with transaction.atomic():
        upload_completed(upload, sha256=hashlib.sha256().hexdigest())
    return upload_finish_now(actor=actor, upload=upload)


def upload_cancel(*, actor: Actor, upload_id: UUID) -> Upload:
    """Give an upload up and drop its bytes. Cancelling twice is fine; a received file is not undone by it."""
    require(actor, UPLOAD_WRITE)
    upload_get(actor, upload_id)
    with transaction.atomic():
        upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
        if upload.state in {UploadState.STORING, UploadState.RECEIVED}:
            raise UPLOAD_CLOSED("The file is here already. Withdraw it from the library instead; nothing was changed.")
        if upload.state == UploadState.RECEIVING:
            advance(upload, UPLOAD, UploadEvent.CANCEL)
            record(
                actor=actor,
                action="upload.cancelled",
                subject=upload.public_id,
                organisation_id=upload.organisation_id,
                before={"received_bytes": upload.received_bytes},
            )
    scratch_drop(upload.id)
    return upload


def uploads_expire(*, actor: Actor) -> list[Upload]:
    """Forget every upload that got no byte for fourteen days, with its bytes; return them."""
    require(actor, UPLOAD_EXPIRE)
    idle = Upload.objects.filter(state=UploadState.RECEIVING, expires_at__lte=now()).order_by("id")
    return list(_expired(actor, idle.values_list("id", flat=True)))


def _expired(actor: Actor, ids: Iterable[UUID]) -> Iterable[Upload]:
    for upload_id in list(ids):
        with transaction.atomic():
            upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
            if upload.state != UploadState.RECEIVING or upload.expires_at > now():
                continue
            advance(upload, UPLOAD, UploadEvent.EXPIRE)
            record(
                actor=actor,
                action="upload.expired",
                subject=upload.public_id,
                organisation_id=upload.organisation_id,
                before={"received_bytes": upload.received_bytes},
            )
        scratch_drop(upload_id)
        log.info("upload.expired", upload=upload.public_id)
        yield upload
