"""Bytes arriving: appended where the last ones ended, hashed on the way, kept whatever becomes of the sender."""

from __future__ import annotations

import errno
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core.accounts.policy import Actor, allowed, require
from core.clock import now
from core.errors import DomainError, Kind
from core.logging import get_logger
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
from media_ingest.domain.errors import (
    CHUNK_DAMAGED,
    NO_SPACE,
    OFFSET_MISMATCH,
    UPLOAD_BUSY,
    UPLOAD_CLOSED,
    UPLOAD_GONE,
    UPLOAD_TOO_LONG,
)
from media_ingest.domain.states import UploadState
from media_ingest.models import Upload
from media_ingest.selectors import upload_get
from media_ingest.services.finishing import upload_completed, upload_finish_now

IDLE: Final = timedelta(days=14)
"""How long an upload waits for its next byte."""
_BLOCK: Final = 256 << 10  # what a connection that is reset may cost
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED: Final = frozenset({UploadState.STORING, UploadState.RECEIVED})

log = get_logger(__name__)


class ByteSource(Protocol):
    """Where the bytes come from, such as the body of a request."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, none at the end; OSError when the sender is gone."""
        ...


@dataclass(frozen=True, slots=True)
class _Arrived:
    """Where the file ends after a chunk, and its hash so far."""

    end: int
    sha256: str
    full: bool = False


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
    last byte finishes the upload. Refused while another request writes (``upload_busy``).
    """
    require(actor, UPLOAD_WRITE)
    upload = upload_get(actor, upload_id)
    _check_open(upload)
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
    return _after(actor, upload)


def upload_resume(*, actor: Actor, upload_id: UUID) -> Upload:
    """Return an upload with the offset to go on from: what is on disk, whatever the row says.

    An upload whose last byte arrived just before a crash is finished here.
    """
    upload = upload_get(actor, upload_id)
    if upload.state != UploadState.RECEIVING:
        return upload
    on_disk = scratch_size(upload.id)
    if on_disk == upload.size_bytes and not _expired(upload) and allowed(actor, UPLOAD_WRITE):
        try:
            return upload_append(actor=actor, upload_id=upload_id, offset=on_disk, stream=io.BytesIO(), length=0)
        except DomainError as error:
            if error.kind not in {Kind.LOCKED, Kind.CONFLICT}:
                raise
            # The request that brought the last byte is still at it.
            upload = upload_get(actor, upload_id)
    upload.received_bytes = max(upload.received_bytes, on_disk) if upload.state in _CLOSED else on_disk
    return upload


def _after(actor: Actor, upload: Upload) -> Upload:
    """Do what follows the last byte."""
    if upload.state == UploadState.STORING:
        return upload_finish_now(actor=actor, upload=upload)
    if upload.state == UploadState.FAILED:
        scratch_drop(upload.id)
    return upload


def _expired(upload: Upload) -> bool:
    return upload.expires_at <= now()


def _check_open(upload: Upload) -> None:
    if upload.state in _CLOSED:
        raise UPLOAD_CLOSED("All its bytes are here already. Nothing was changed.", state=upload.state)
    if upload.state != UploadState.RECEIVING or _expired(upload):
        raise UPLOAD_GONE("Nothing of it is kept. Declare the file again and send it from its first byte.")


def _check_place(upload: Upload, file: ScratchFile, offset: int, length: int) -> None:
    _check_open(upload)
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
            received_bytes=on_disk, generation=F("generation") + 1
        )
        upload.received_bytes = on_disk
        upload.generation += 1
    return upload


def _forget_bytes(upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING, received_bytes=upload.received_bytes).update(
        received_bytes=0, generation=F("generation") + 1
    )


def _receive(upload: Upload, file: ScratchFile, stream: ByteSource, length: int, checksum: Checksum | None) -> _Arrived:
    key, start = (upload.id, upload.generation), file.size
    position, whole = RUNNING_HASHES.recall(key, start)
    file.hash_on(whole, position, start)
    chunk = checksum.hasher() if checksum else None
    end, full = start, False
    while end < start + length and (block := _next_block(stream, start + length - end)):
        if not _written(file, end, block):
            full = True
            break
        whole.update(block)
        if chunk is not None:
            chunk.update(block)
        end += len(block)
    if checksum and chunk is not None and (end < start + length or not checksum.met_by(chunk)):
        file.truncate(start)
        file.sync()
        if end == start + length:
            raise CHUNK_DAMAGED(f"Send it again from byte {start}; nothing of it was kept.", offset=start)
        return _Arrived(start, "", full)
    RUNNING_HASHES.remember(key, end, whole)
    return _Arrived(end, whole.hexdigest(), full)


def _next_block(stream: ByteSource, wanted: int) -> bytes:
    """Read on; a sender that is gone has nothing more to say."""
    try:
        return stream.read(min(_BLOCK, wanted))
    except OSError as error:
        log.info("upload.sender_gone", error=type(error).__name__)
        return b""


def _written(file: ScratchFile, offset: int, block: bytes) -> bool:
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
    moment = now()
    with transaction.atomic():
        row = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        _check_open(row)
        row.received_bytes, row.active_at, row.expires_at = arrived.end, moment, moment + IDLE
        Upload.objects.filter(pk=row.pk).update(
            received_bytes=arrived.end, active_at=row.active_at, expires_at=row.expires_at
        )
        if arrived.end == row.size_bytes:
            upload_completed(row, sha256=arrived.sha256)
    return row
