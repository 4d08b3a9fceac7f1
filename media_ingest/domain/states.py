"""The lives of an upload and of an asset, as data."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.states import Machine


class UploadState(StrEnum):
    """Where the bytes of one file are."""

    RECEIVING = "receiving"
    """Declared; bytes may arrive, at any speed, in any number of pieces."""
    STORING = "storing"
    """The last byte is there; the file is being published under its content hash."""
    RECEIVED = "received"
    """The file is stored and an asset stands for it."""
    FAILED = "failed"
    """The bytes are not what was declared, or were lost; nothing is kept. Send the file again."""
    CANCELLED = "cancelled"
    """The creator stopped it; its bytes are gone."""
    EXPIRED = "expired"
    """Nothing came for too long; its bytes are gone."""


class UploadEvent(StrEnum):
    """What can happen to an upload."""

    COMPLETE = "complete"
    STORE = "store"
    FAIL = "fail"
    CANCEL = "cancel"
    EXPIRE = "expire"


class AssetState(StrEnum):
    """What is known of a file."""

    RECEIVED = "received"
    """Stored, not looked at yet."""
    PROBING = "probing"
    """A worker is reading its facts."""
    READY = "ready"
    """Its facts are known and it may be offered."""
    REJECTED = "rejected"
    """It cannot be used; `reason` says why."""
    WITHDRAWN = "withdrawn"
    """Taken out of the library by its owner or by a rights holder."""


class AssetEvent(StrEnum):
    """What can happen to an asset."""

    PROBE = "probe"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"


UPLOAD: Final = Machine(
    "upload",
    {
        UploadState.RECEIVING: {
            UploadEvent.COMPLETE: UploadState.STORING,
            UploadEvent.FAIL: UploadState.FAILED,
            UploadEvent.CANCEL: UploadState.CANCELLED,
            UploadEvent.EXPIRE: UploadState.EXPIRED,
        },
        UploadState.STORING: {
            UploadEvent.STORE: UploadState.RECEIVED,
            UploadEvent.FAIL: UploadState.FAILED,
        },
        UploadState.RECEIVED: {},
        UploadState.FAILED: {},
        UploadState.CANCELLED: {},
        UploadState.EXPIRED: {},
    },
)

ASSET: Final = Machine(
    "asset",
    {
        AssetState.RECEIVED: {AssetEvent.PROBE: AssetState.PROBING, AssetEvent.WITHDRAW: AssetState.WITHDRAWN},
        AssetState.PROBING: {
            # A worker that died is followed by another one: probing again is legal.
            AssetEvent.PROBE: AssetState.PROBING,
            AssetEvent.ACCEPT: AssetState.READY,
            AssetEvent.REJECT: AssetState.REJECTED,
            AssetEvent.WITHDRAW: AssetState.WITHDRAWN,
        },
        AssetState.READY: {AssetEvent.WITHDRAW: AssetState.WITHDRAWN},
        AssetState.REJECTED: {AssetEvent.WITHDRAW: AssetState.WITHDRAWN},
        AssetState.WITHDRAWN: {},
    },
)
