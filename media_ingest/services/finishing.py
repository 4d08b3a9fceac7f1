"""The last step of an upload: into storage, and an asset comes to be. Safe to repeat, at any crash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.jobs.services import Claim, enqueue, publish
from core.logging import get_logger
from core.transitions import advance
from media_ingest.adapters.scratch import RUNNING_HASHES, scratch_drop, scratch_path
from media_ingest.adapters.storage import (
    BlobMismatch,
    BlobMissing,
    StoppedError,
    StorageError,
    StorageUnavailable,
    incoming_key,
    part_transport,
    store,
)
from media_ingest.domain.failures import Failure
from media_ingest.domain.ownership import CaseKind
from media_ingest.domain.states import UPLOAD, AssetState, UploadEvent, UploadState
from media_ingest.domain.transport import Transport
from media_ingest.models import Asset, Upload
from media_ingest.services.cases import ownership_case_open
from media_ingest.services.quotas import quota_keep, quota_release

RECEIVE: Final = "media_ingest.receive"
"""Kind of the job that finishes an upload should the request that sent the last byte not live to do it."""
ASSET_RECEIVED: Final = "media_ingest.asset.received"
"""Topic: a file is in storage and waits to be probed. Subject: the asset's public id."""

_ELSEWHERE: Final = 8
"""Attempts of a worker before bytes that it does not find count as lost; some four minutes."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A file in storage, and what its bytes hashed to."""

    key: str
    sha256: str
    sha1: str


def upload_completed(upload: Upload, *, sha256: str, sha1: str) -> None:
    """Note inside the caller's transaction that every byte is here, and make sure somebody stores them.

    A file that is not what its sender declared it to be fails here; nothing of it is kept.
    """
    if upload.declared_sha256 not in {"", sha256}:
        _fail(upload, Failure.CHECKSUM_MISMATCH, sha256=sha256)
        return
    advance(upload, UPLOAD, UploadEvent.COMPLETE, received_bytes=upload.size_bytes, sha256=sha256, sha1=sha1)
    enqueue(kind=RECEIVE, subject=upload.public_id, payload={"upload": upload.public_id})


def upload_parts_completed(upload: Upload, *, sha256: str) -> None:
    """Note inside the caller's transaction that every part is in object storage; a job reads and stores them.

    A sender who announced one hash and now says another has changed the file: nothing of it is kept.
    """
    if upload.declared_sha256 and sha256 not in {"", upload.declared_sha256}:
        _fail(upload, Failure.CHECKSUM_MISMATCH, sha256=sha256)
        return
    declared = sha256 or upload.declared_sha256
    advance(upload, UPLOAD, UploadEvent.COMPLETE, received_bytes=upload.size_bytes, declared_sha256=declared)
    enqueue(kind=RECEIVE, subject=upload.public_id, payload={"upload": upload.public_id})


def upload_finish(*, actor: Actor, upload_id: UUID, claim: Claim | None = None) -> Upload:
    """Move a complete upload into storage and give it its asset, exactly once however often it is called.

    The same bytes again in the same organisation become the same asset. The same bytes of another
    organisation become an asset of their own on one stored object, and a case for the desk. Parts are
    joined and read once on the way; ``claim`` is then told how far that is.
    Raises OSError when disk or storage refuse; the job then tries again and nothing is lost.
    """
    upload = Upload.objects.get(pk=upload_id)
    if upload.state == UploadState.STORING:
        try:
            stored = _joined(upload, claim) if upload.transport == Transport.S3 else _moved(upload, claim)
        except StorageUnavailable:
            raise
        except StorageError as error:
            upload = _given_up(upload_id, error)
        except StoppedError:
            return upload
        else:
            upload = _settle(actor, upload_id, stored)
    if upload.state != UploadState.STORING:
        upload_bytes_dropped(upload)
    return upload


def upload_finish_now(*, actor: Actor, upload: Upload) -> Upload:
    """Finish without waiting for a worker, if the disk lets us; otherwise the job does it in a moment."""
    try:
        return upload_finish(actor=actor, upload_id=upload.id)
    except OSError as error:
        log.warning("upload.finish_postponed", upload=upload.public_id, error=type(error).__name__)
        return upload


def upload_bytes_dropped(upload: Upload) -> None:
    """Let go of the bytes of an upload that is over; what cannot be dropped now the nightly sweep drops."""
    RUNNING_HASHES.forget((upload.id, upload.generation))
    scratch_drop(upload.id)
    transport = part_transport()
    if upload.part_handle and transport is not None:
        try:
            transport.abort(upload.part_handle)
        except StorageUnavailable as error:
            log.warning("upload.parts_kept", upload=upload.public_id, error=str(error))


def _moved(upload: Upload, claim: Claim | None) -> _Stored:
    """Put the scratch file, hashed as it came, into storage.

    With object storage, web servers and workers need not share a disk: a worker that does not find the file
    leaves it to the server that took it for a while before it calls the bytes lost.
    """
    try:
        key = store().put_file(scratch_path(upload.id), upload.sha256, upload.size_bytes, hashed=True)
    except BlobMissing as error:
        if claim is not None and claim.attempt < _ELSEWHERE and part_transport() is not None:
            detail = "the bytes are on the machine that took them, or lost"
            raise StorageUnavailable(detail) from error
        raise
    return _Stored(key, upload.sha256, upload.sha1)


def _joined(upload: Upload, claim: Claim | None) -> _Stored:
    """Join the parts, read the object once, and publish it under its hash."""
    transport = part_transport()
    if transport is None:
        detail = "this installation has no object storage any more"
        raise StorageUnavailable(detail)
    try:
        held = transport.held(upload.part_handle)
        temporary = transport.complete(upload.part_handle, sorted(held.items()))
    except BlobMissing:  # joined by an attempt that did not live to settle; if not, the next line says so
        temporary = incoming_key(upload.id.hex)
    published = transport.publish_incoming(
        temporary,
        upload.size_bytes,
        expected_sha256=upload.declared_sha256,
        should_stop=claim.lost if claim else lambda: False,
        on_progress=(lambda done: claim.progress("store", done, upload.size_bytes)) if claim else None,
    )
    return _Stored(published.key, published.sha256, published.sha1)


def _settle(actor: Actor, upload_id: UUID, stored: _Stored) -> Upload:
    with transaction.atomic():
        upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
        if upload.state != UploadState.STORING:
            return upload
        upload.sha256 = stored.sha256
        _lock_content(stored.sha256)
        asset = _same_bytes(upload).filter(organisation_id=upload.organisation_id).first()
        duplicate = asset is not None
        change = quota_release if duplicate else quota_keep
        change(organisation_id=upload.organisation_id, size_bytes=upload.size_bytes)
        if asset is None:
            asset = _asset_create(actor, upload, stored.key)
        advance(
            upload,
            UPLOAD,
            UploadEvent.STORE,
            asset=asset,
            duplicate=duplicate,
            sha256=stored.sha256,
            sha1=stored.sha1,
            stored_at=now(),
        )
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
    others = list(_same_bytes(upload).order_by("id"))
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
        ownership_case_open(
            kind=CaseKind.SAME_BYTES,
            asset=asset,
            others=others,
            evidence={"sha256": asset.sha256, "size_bytes": asset.size_bytes},
        )
    publish(topic=ASSET_RECEIVED, subject=asset.public_id, payload={"asset": asset.public_id})
    return asset


def _given_up(upload_id: UUID, error: StorageError) -> Upload:
    """The bytes are gone, or not the announced ones: say so, instead of promising a file we do not have."""
    failure = Failure.CHECKSUM_MISMATCH if isinstance(error, BlobMismatch) else Failure.BYTES_LOST
    with transaction.atomic():
        upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
        if upload.state != UploadState.STORING:
            return upload
        _fail(upload, failure)
    log.error("upload.failed", upload=upload.public_id, failure=str(failure), error=str(error))
    return upload


def _fail(upload: Upload, failure: Failure, *, sha256: str = "") -> None:
    """End an upload without a file, inside the caller's transaction; its room is given back."""
    quota_release(organisation_id=upload.organisation_id, size_bytes=upload.size_bytes)
    found = {"sha256": sha256, "received_bytes": upload.size_bytes} if sha256 else {}
    advance(upload, UPLOAD, UploadEvent.FAIL, failure=failure, **found)
    told = {"declared": upload.declared_sha256, "sha256": sha256} if sha256 else {}
    record(
        actor=Actor.system(),
        action="upload.failed",
        subject=upload.public_id,
        organisation_id=upload.organisation_id,
        after={"failure": failure, **told},
    )


def _lock_content(sha256: str) -> None:
    """Let one transaction at a time decide who has certain bytes first.

    There is no row to lock yet. SQLite has a single writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])
