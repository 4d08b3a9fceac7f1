"""Uploads nobody sends on: warned about twice, then forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.jobs.services import publish
from core.logging import get_logger
from media_ingest.domain.actions import UPLOAD_EXPIRE
from media_ingest.domain.expiry import WARNED_BEFORE
from media_ingest.domain.states import UploadEvent, UploadState
from media_ingest.models import Upload
from media_ingest.services.finishing import upload_bytes_dropped
from media_ingest.services.uploads import upload_given_up

UPLOAD_EXPIRING: Final = "media_ingest.upload.expiring"
"""Topic: an upload will be forgotten unless bytes come. Payload: ``upload``, its public id, and ``days`` (7 or 1).

The subject differs for each warning, so that none is taken for an earlier one.
"""
_NIGHT: Final = timedelta(days=1)

log = get_logger(__name__)


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
            upload_given_up(actor, upload, UploadEvent.EXPIRE)
        upload_bytes_dropped(upload)
        log.info("upload.expired", upload=upload.public_id)
        yield upload


def uploads_warn(*, actor: Actor) -> list[Upload]:
    """Say once that an upload has a week left, and once that it has a day; return those warned about.

    Runs every night, so a warning comes up to a day early rather than late. An upload that is already in
    its last day gets only that warning. Bytes that come start the idle time, and the warnings, anew.
    """
    require(actor, UPLOAD_EXPIRE)
    warned = []
    for number, before in reversed(list(enumerate(WARNED_BEFORE, start=1))):
        near = Upload.objects.filter(
            state=UploadState.RECEIVING,
            warnings_sent__lt=number,
            expires_at__gt=now(),
            expires_at__lte=now() + before + _NIGHT,
        )
        for upload_id in list(near.order_by("id").values_list("id", flat=True)):
            with transaction.atomic():
                upload = near.select_for_update(of=("self",)).filter(pk=upload_id).first()
                if upload is not None:
                    _warn(actor, upload, number, before.days)
                    warned.append(upload)
    return warned


def _warn(actor: Actor, upload: Upload, number: int, days: int) -> None:
    upload.warnings_sent = number
    Upload.objects.filter(pk=upload.pk).update(warnings_sent=number)
    record(
        actor=actor,
        action="upload.expiring",
        subject=upload.public_id,
        organisation_id=upload.organisation_id,
        after={"days": days, "expires_at": upload.expires_at.isoformat(), "received_bytes": upload.received_bytes},
    )
    publish(
        topic=UPLOAD_EXPIRING,
        subject=f"{upload.public_id}:{days}:{upload.expires_at:%Y%m%dT%H%M%S}",
        payload={"upload": upload.public_id, "days": days},
    )
    log.info("upload.expiring", upload=upload.public_id, days=days)
