"""Bytes arriving: appended where the last ones ended, hashed on the way, kept whatever becomes of the sender."""

from __future__ import annotations

import errno
import io
import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core.accounts.policy import Actor, allowed, require
from core.errors import DomainError, Kind
from core.logging import get_logger
from media_ingest.adapters.bodies import Block, ByteSource
from media_ingest.adapters.hashing import Hashing
from media_ingest.adapters.scratch import (
    RUNNING_HASHES,
    ScratchBusy,
    ScratchFile,
    ScratchGone,
    scratch_drop,
    scratch_open,
    scratch_size,
)
from media_ingest.domain.actions import UPLOAD_WRITE
from media_ingest.domain.checksum import Checksum
from media_ingest.domain.digests import Digests
from media_ingest.domain.errors import (
    CHUNK_DAMAGED,
    NO_SPACE,
    OFFSET_MISMATCH,
    UPLOAD_BUSY,
    UPLOAD_TOO_LONG,
)
from media_ingest.domain.states import UploadState
from media_ingest.domain.transport import Transport
from media_ingest.models import Upload
from media_ingest.selectors import upload_get
from media_ingest.services.finishing import upload_completed, upload_finish_now
from media_ingest.services.parts import upload_parts_looked_up
from media_ingest.services.standing import CLOSED, check_open, check_wanted, touched, upload_expired

_BLOCK: Final = 256 << 10  # what a connection that is reset may cost
_LOOK_EVERY_S: Final = 5.0
"""How often a long request asks whether its bytes are still wanted, and says that it lives."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Arrived:
    """Where the file ends after a chunk, and its hash so far."""

    end: int
    digests: Digests
    full: bool = False
    checked: int = 0
    """Bytes of it that met their sender's checksum."""


def upload_append(
    *,
    actor: Actor,
    upload_id: UUID,
    offset: int,
    stream: ByteSource,
    length: int,
    checksum: Checksum | None = None,
) -> Upload:
    """Add up to ``length`` bytes at ``offset`` and return the upload with what it now has.

    The offset must be where the file on disk ends (``offset_mismatch`` tells where). Bytes are kept when
    the sender vanishes half-way; with a ``checksum`` a damaged or cut chunk is thrown away whole. The
    last byte finishes the upload. Refused while another request writes (``upload_busy``) and while the
    upload is paused; pausing or cancelling also ends a request that is under way, within seconds.
    """
    require(actor, UPLOAD_WRITE)
    upload = upload_get(actor, upload_id)
    check_open(upload)
    check_wanted(upload, Transport.TUS)
    try:
        with scratch_open(upload.id, create=upload.received_bytes == 0) as file:
            upload = _reconciled(upload_get(actor, upload_id), file)
            _check_place(upload, file, offset, length)
            arrived = _receive(upload, file, stream, length, checksum)
            file.sync()
            upload = _note(upload, arrived)
    except ScratchBusy as error:
        raise UPLOAD_BUSY("Wait for it to end, ask for the offset, then go on. All bytes are safe.") from error
    except ScratchGone as error:
        _forget_bytes(upload)
        raise OFFSET_MISMATCH("The bytes sent so far were lost here. Ask for the offset and go on from it.") from error
    if arrived.full:
        raise NO_SPACE(f"The disk is full. {arrived.end} bytes are safe; go on later from there.")
    if arrived.end < offset + length:
        check_wanted(upload, Transport.TUS)  # paused meanwhile: the bytes are kept, the sender is told
    return _after(actor, upload)


def upload_resume(*, actor: Actor, upload_id: UUID) -> Upload:
    """Return an upload with the offset to go on from: what is on disk (or in storage), whatever the row says.

    An upload whose last byte arrived just before a crash is finished here.
    """
    upload = upload_get(actor, upload_id)
    if upload.transport == Transport.S3:
        return upload_parts_looked_up(upload)
    if upload.state != UploadState.RECEIVING:
        return upload
    on_disk = scratch_size(upload.id)
    wanted = not upload_expired(upload) and upload.paused_at is None
    if on_disk == upload.size_bytes and wanted and allowed(actor, UPLOAD_WRITE):
        try:
            return upload_append(actor=actor, upload_id=upload_id, offset=on_disk, stream=io.BytesIO(), length=0)
        except DomainError as error:
            if error.kind not in {Kind.LOCKED, Kind.CONFLICT}:
                raise
            # The request that brought the last byte is still at it.
            upload = upload_get(actor, upload_id)
    upload.received_bytes = max(upload.received_bytes, on_disk) if upload.state in CLOSED else on_disk
    return upload


def _after(actor: Actor, upload: Upload) -> Upload:
    """Do what follows the last byte."""
    if upload.state == UploadState.STORING:
        return upload_finish_now(actor=actor, upload=upload)
    if upload.state == UploadState.FAILED:
        scratch_drop(upload.id)
    return upload


def _check_place(upload: Upload, file: ScratchFile, offset: int, length: int) -> None:
    check_open(upload)
    if offset != file.size:
        raise OFFSET_MISMATCH(
            f"The next byte wanted is number {file.size}. All bytes before it are safe.", offset=file.size
        )
    if offset + length > upload.size_bytes:
        raise UPLOAD_TOO_LONG(f"{upload.size_bytes} bytes were declared. Nothing of this chunk was kept.")


def _reconciled(upload: Upload, file: ScratchFile) -> Upload:
    """Believe the disk: when it holds less than the row says, running hashes made since are void."""
    on_disk = file.size
    if on_disk < upload.received_bytes:
        log.warning("upload.bytes_missing", upload=upload.public_id, on_disk=on_disk, noted=upload.received_bytes)
        Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING).update(
            received_bytes=on_disk, checked_bytes=0, generation=F("generation") + 1
        )
        upload.received_bytes, upload.checked_bytes = on_disk, 0
        upload.generation += 1
    return upload


def _forget_bytes(upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING, received_bytes=upload.received_bytes).update(
        received_bytes=0, checked_bytes=0, generation=F("generation") + 1
    )


def _receive(upload: Upload, file: ScratchFile, stream: ByteSource, length: int, checksum: Checksum | None) -> _Arrived:
    key, start = (upload.id, upload.generation), file.size
    position, whole = RUNNING_HASHES.recall(key, start)
    file.hash_on(whole, position, start)
    before = whole.copy()
    chunk = checksum.hasher() if checksum else None
    with Hashing(whole, *([chunk] if chunk else []), expected_bytes=length) as hashing:
        end, full = _written_on(upload, file, stream, length, hashing)
    if checksum and chunk is not None and (end < start + length or not checksum.met_by(chunk)):
        file.truncate(start)
        file.sync()
        if end == start + length:
            raise CHUNK_DAMAGED(f"Send it again from byte {start}; nothing of it was kept.", offset=start)
        return _Arrived(start, before, full)
    RUNNING_HASHES.remember(key, end, whole)
    return _Arrived(end, whole, full, checked=end - start if checksum else 0)


def _written_on(
    upload: Upload, file: ScratchFile, stream: ByteSource, length: int, hashing: Hashing
) -> tuple[int, bool]:
    """Write what comes while it is wanted; return where the file ends and whether the disk is full."""
    start = end = file.size
    look = time.monotonic() + _LOOK_EVERY_S
    while end < start + length and (block := _next_block(stream, start + length - end)):
        if not _written(file, end, block):
            return end, True
        hashing.feed(block)
        end += len(block)
        file.write_out(end)
        if time.monotonic() >= look:
            if not _still_wanted(upload):
                break
            look = time.monotonic() + _LOOK_EVERY_S
    return end, False


def _still_wanted(upload: Upload) -> bool:
    """Say that bytes arrive; False when the upload was paused or given up meanwhile."""
    wanted = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING, paused_at__isnull=True)
    return wanted.update(**touched()) == 1


def _next_block(stream: ByteSource, wanted: int) -> Block:
    """Read on; a sender that is gone has nothing more to say."""
    try:
        return stream.read(min(_BLOCK, wanted))
    except OSError as error:
        log.info("upload.sender_gone", error=type(error).__name__)
        return b""


def _written(file: ScratchFile, offset: int, block: Block) -> bool:
    """Write a block whole; False when the disk is full, and then the file ends where it did."""
    try:
        file.write_at(offset, block)
    except OSError as error:
        file.truncate(offset)
        if error.errno not in _FULL:
            raise
        return False
    return True


def _note(upload: Upload, arrived: _Arrived) -> Upload:
    """Write down what is on disk; with the last byte, that the file is complete."""
    with transaction.atomic():
        row = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        check_open(row)
        noted = {
            "received_bytes": arrived.end,
            "checked_bytes": upload.checked_bytes + arrived.checked,
            **touched(),
        }
        Upload.objects.filter(pk=row.pk).update(**noted)
        for column, value in noted.items():
            setattr(row, column, value)
        if arrived.end == row.size_bytes:
            upload_completed(row, sha256=arrived.digests.sha256, sha1=arrived.digests.sha1)
    return row
