"""The last step of an upload: into storage, and an asset comes to be. Safe to repeat, at any crash."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from core.accounts.policy import Actor
from core.audit.services import record
from core.ids import Prefix, public_id
from core.jobs.services import enqueue, publish
from core.logging import get_logger
from core.transitions import advance
from media_ingest.adapters.scratch import RUNNING_HASHES, scratch_drop, scratch_path
from media_ingest.adapters.storage import StorageError, store
from media_ingest.domain.failures import Failure
from media_ingest.domain.states import UPLOAD, AssetState, UploadEvent, UploadState
from media_ingest.models import Asset, Upload

RECEIVE: Final = "media_ingest.receive"
"""Kind of the job that finishes an upload should the request that sent the last byte not live to do it."""
ASSET_RECEIVED: Final = "media_ingest.asset.received"
"""Topic: a file is in storage and waits to be probed. Subject: the asset's public id."""

log = get_logger(__name__)


def upload_completed(upload: Upload, *, sha256: str) -> None:
    """Note inside the caller's transaction that every byte is here, and make sure somebody stores them.

    A file that is not what its sender declared it to be fails here; nothing of it is kept.
    """
    if upload.declared_sha256 not in {"", sha256}:
        advance(
            upload,
            UPLOAD,
            UploadEvent.FAIL,
            failure=Failure.CHECKSUM_MISMATCH,
            received_bytes=upload.size_bytes,
            sha256=sha256,
        )
        record(
            actor=Actor.system(),
            action="upload.failed",
            subject=upload.public_id,
            organisation_id=upload.organisation_id,
            after={"failure": Failure.CHECKSUM_MISMATCH, "declared": upload.declared_sha256, "sha256": sha256},
        )
        return
    advance(upload, UPLOAD, UploadEvent.COMPLETE, received_bytes=upload.size_bytes, sha256=sha256)
    enqueue(kind=RECEIVE, subject=upload.public_id, payload={"upload": upload.public_id})


def upload_finish(*, actor: Actor, upload_id: UUID) -> Upload:
    """Move a complete upload into storage and give it its asset, exactly once however often it is called.

    The same bytes again in the same organisation become the same asset. The same bytes of another
    organisation become an asset of their own on one stored object, and a case for the desk.
    Raises OSError when the disk refuses; the job then tries again and nothing is lost.
    """
    upload = Upload.objects.get(pk=upload_id)
    if upload.state == UploadState.STORING:
        try:
            key = store().put_file(scratch_path(upload.id), upload.sha256, upload.size_bytes, hashed=True)
        except StorageError as error:
            upload = _lost(actor, upload_id, str(error))
        else:
            upload = _settle(actor, upload_id, key)
    if upload.state != UploadState.STORING:
        RUNNING_HASHES.forget((upload.id, upload.generation))
        scratch_drop(upload.id)
    return upload


def upload_finish_now(*, actor: Actor, upload: Upload) -> Upload:
    """Finish without waiting for a worker, if the disk lets us; otherwise the job does it in a moment."""
    try:
        return upload_finish(actor=actor, upload_id=upload.id)
    except OSError as error:
        log.warning("upload.finish_postponed", upload=upload.public_id, error=type(error).__name__)
        return upload


def _settle(actor: Actor, upload_id: UUID, key: str) -> Upload:
    with transaction.atomic():
        upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
        if upload.state != UploadState.STORING:
            return upload
        _lock_content(upload.sha256)
        asset = _same_bytes(upload).filter(organisation_id=upload.organisation_id).first()
        duplicate = asset is not None
        if asset is None:
            asset = _asset_create(actor, upload, key)
        advance(upload, UPLOAD, UploadEvent.STORE, asset=asset, duplicate=duplicate)
        record(
            actor=actor,
            action="upload.received",
            subject=upload.public_id,
            organisation_id=upload.organisation_id,
            after={"asset": asset.public_id, "duplicate": duplicate, "sha256": upload.sha256},
        )
    log.info("upload.received", upload=upload.public_id, asset=asset.public_id, duplicate=duplicate)
    return upload


def _same_bytes(upload: Upload) -> QuerySet[Asset]:
    return Asset.objects.filter(sha256=upload.sha256).exclude(state=AssetState.WITHDRAWN)


def _asset_create(actor: Actor, upload: Upload, key: str) -> Asset:
    others = list(_same_bytes(upload).order_by("id").values_list("id", "organisation_id"))
    asset = Asset.objects.create(
        organisation_id=upload.organisation_id,
        batch_id=upload.batch_id,
        original_name=upload.name,
        sha256=upload.sha256,
        size_bytes=upload.size_bytes,
        storage_key=key,
    )
    record(
        actor=actor,
        action="asset.received",
        subject=asset.public_id,
        organisation_id=asset.organisation_id,
        after={"sha256": asset.sha256, "size_bytes": asset.size_bytes},
    )
    if others:
        # On the platform's own chain: neither owner learns of the other from it.
        record(
            actor=Actor.system(),
            action="asset.ownership_case",
            subject=asset.public_id,
            after={
                "sha256": asset.sha256,
                "organisation": public_id(Prefix.ORGANISATION, asset.organisation_id),
                "held_before": [
                    {"asset": public_id(Prefix.ASSET, other), "organisation": public_id(Prefix.ORGANISATION, owner)}
                    for other, owner in others
                ],
            },
        )
    publish(topic=ASSET_RECEIVED, subject=asset.public_id, payload={"asset": asset.public_id})
    return asset


def _lost(actor: Actor, upload_id: UUID, why: str) -> Upload:
    """The bytes are no longer in scratch nor in storage: say so, instead of promising a file we do not have."""
    with transaction.atomic():
        upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
        if upload.state != UploadState.STORING:
            return upload
        advance(upload, UPLOAD, UploadEvent.FAIL, failure=Failure.BYTES_LOST)
        record(
            actor=actor,
            action="upload.failed",
            subject=upload.public_id,
            organisation_id=upload.organisation_id,
            after={"failure": Failure.BYTES_LOST},
        )
    log.error("upload.bytes_lost", upload=upload.public_id, error=why)
    return upload


def _lock_content(sha256: str) -> None:
    """Let one transaction at a time decide who has certain bytes first.

    There is no row to lock yet. SQLite has a single writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])
