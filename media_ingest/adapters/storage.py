"""Where bytes are kept: the store of this installation, by its settings, and the words to speak with it."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from media_ingest.adapters.local_store import LocalStore
from media_ingest.adapters.store_port import (
    INCOMING,
    BlobMismatch,
    BlobMissing,
    BlobStore,
    PartLink,
    PartTransport,
    Published,
    References,
    StoppedError,
    StorageError,
    StorageUnavailable,
    Sweep,
    blob_key,
    incoming_key,
)
from media_ingest.domain.tiers import Tier

if TYPE_CHECKING:
    from media_ingest.adapters.s3.setup import Installed

__all__ = [
    "INCOMING",
    "BlobMismatch",
    "BlobMissing",
    "BlobStore",
    "LocalStore",
    "PartLink",
    "PartTransport",
    "Published",
    "References",
    "StoppedError",
    "StorageError",
    "StorageUnavailable",
    "Sweep",
    "Tier",
    "blob_key",
    "incoming_key",
    "part_transport",
    "storage_prepare",
    "store",
]


@cache
def _local(root: Path, cold_root: Path | None) -> LocalStore:
    return LocalStore(root, cold_root)


@cache
def _s3(installed: Installed, process: int) -> tuple[BlobStore, PartTransport]:
    """The bucket of the settings; connections belong to one process, hence ``process``."""
    from media_ingest.adapters.s3.setup import s3_storage  # noqa: PLC0415 - boto3 costs 20 MB that a local disk saves

    del process
    return s3_storage(installed)


def store() -> BlobStore:
    """Return the installation's blob store."""
    keeping = settings.OFFCUT.keeping
    if keeping.s3 is not None:
        return _s3(settings.OFFCUT, os.getpid())[0]
    return _local(settings.OFFCUT.media_root, keeping.cold_root)


def part_transport() -> PartTransport | None:
    """Return how parts go straight to object storage, or None where bytes come through tus (local disk)."""
    return _s3(settings.OFFCUT, os.getpid())[1] if settings.OFFCUT.keeping.s3 is not None else None


def storage_prepare() -> None:
    """Make the store ready to be used; safe to repeat. Raises ``StorageUnavailable``."""
    if settings.OFFCUT.keeping.s3 is None:
        settings.OFFCUT.media_root.mkdir(parents=True, exist_ok=True)
        return
    from media_ingest.adapters.s3.setup import s3_prepare  # noqa: PLC0415 - as above

    s3_prepare(settings.OFFCUT)
