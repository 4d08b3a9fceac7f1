"""Where bytes are kept: the store of this installation, by its settings, and the words to speak with it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from media_ingest.adapters.local_store import LocalStore
from media_ingest.adapters.store_port import (
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
    Tier,
    blob_key,
    incoming_key,
)

__all__ = [
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
    "store",
]


@cache
def _local(root: Path) -> LocalStore:
    return LocalStore(root)


def store() -> BlobStore:
    """Return the installation's blob store."""
    return _local(settings.OFFCUT.media_root)


def part_transport() -> PartTransport | None:
    """Return how parts go straight to object storage, or None where bytes come through tus (local disk)."""
    return None
