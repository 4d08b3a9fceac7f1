"""Whether an upload still takes bytes, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.clock import now
from media_ingest.domain.errors import UPLOAD_CLOSED, UPLOAD_GONE
from media_ingest.domain.states import UploadState
from media_ingest.domain.transport import Transport
from media_ingest.domain.upload_errors import UPLOAD_PAUSED, WRONG_TRANSPORT
from media_ingest.models import Upload

IDLE: Final = timedelta(days=14)
"""How long an upload waits for its next byte."""
CLOSED: Final = frozenset({UploadState.STORING, UploadState.RECEIVED})
"""States in which every byte is here."""


def upload_expired(upload: Upload) -> bool:
    """Whether its idle time is over, swept or not."""
    return upload.expires_at <= now()


def check_open(upload: Upload) -> None:
    """Refuse when all its bytes are here (``upload_closed``) or nothing of it is kept (``upload_gone``)."""
    if upload.state in CLOSED:
        raise UPLOAD_CLOSED("All its bytes are here already. Nothing was changed.", state=upload.state)
    if upload.state != UploadState.RECEIVING or upload_expired(upload):
        raise UPLOAD_GONE("Nothing of it is kept. Declare the file again and send it from its first byte.")


def check_wanted(upload: Upload, transport: Transport) -> None:
    """Refuse bytes that come the wrong way (``wrong_transport``) or while paused (``upload_paused``)."""
    if upload.transport != transport:
        way = "ask for links to its parts" if upload.transport == Transport.S3 else "send them to its upload_url (tus)"
        raise WRONG_TRANSPORT(f"For the bytes of this upload, {way}. Nothing was changed.", transport=upload.transport)
    if upload.paused_at is not None:
        raise UPLOAD_PAUSED("Resume it first. The bytes that are here stay here until it expires.")


def touched() -> dict[str, object]:
    """Return the columns of an upload that something came for just now: its idle time starts again."""
    moment = now()
    return {"active_at": moment, "expires_at": moment + IDLE, "warnings_sent": 0}
