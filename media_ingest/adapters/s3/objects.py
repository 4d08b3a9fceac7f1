"""The objects of one S3 bucket, seen through our keys: found, read, listed, removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from media_ingest.adapters.s3.client import patiently, stream
from media_ingest.adapters.store_port import BlobMissing
from media_ingest.domain.tiers import Tier

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3.client import S3Client

STANDARD: Final = "STANDARD"
_PAGE: Final = 500

Unfinished = tuple[str, str, datetime]
"""Key, the store's id of the multipart upload, when it was begun."""
Listed = tuple[str, int, datetime]
"""Key, bytes, when the store last wrote it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the store says of an object."""

    size: int
    etag: str
    changed_at: datetime
    tier: Tier


class Objects:
    """What lies in one bucket (and a folder in it), seen through our keys; every request bounded and typed."""

    def __init__(self, client: S3Client, name: str, prefix: str, cold_class: str = "none") -> None:
        self.client = client
        self.name = name
        self.cold_class = cold_class
        self._folder = f"{prefix}/" if prefix else ""

    def class_of(self, tier: Tier) -> str:
        """Return the store's word for a tier."""
        return self.cold_class if tier is Tier.COLD else STANDARD

    def full(self, key: str) -> str:
        """Return the object's name in the bucket."""
        return self._folder + key

    def key(self, full: str) -> str:
        """Return our key of an object's name."""
        return full.removeprefix(self._folder)

    def head(self, key: str) -> Found:
        """Return what is known of an object. Raises ``BlobMissing``."""
        return patiently(lambda: self._head(key))

    def find(self, key: str) -> Found | None:
        """Return what is known of an object, or None."""
        try:
            return self.head(key)
        except BlobMissing:
            return None

    def _head(self, key: str) -> Found:
        answer = self.client.head_object(Bucket=self.name, Key=self.full(key))
        cold = self.cold_class != "none" and answer.get("StorageClass", STANDARD) == self.cold_class
        tier = Tier.COLD if cold else Tier.HOT
        return Found(answer["ContentLength"], answer["ETag"], answer["LastModified"], tier)

    def holds_now(self, key: str, size: int) -> bool | None:
        """One look: True when the object is there with this length, None otherwise (for ``patiently``)."""
        return True if self._head(key).size == size else None

    def read(self, key: str, found: Found, start: int = 0) -> Iterator[bytes]:
        """Yield an object's bytes from ``start`` on, resuming where an answer breaks off.

        ``found`` says which version is meant: bytes of another one are never mixed in (``BlobMismatch``).
        """

        def ask(position: int) -> StreamingBody:
            span = f"bytes={position}-{found.size - 1}"
            return self.client.get_object(Bucket=self.name, Key=self.full(key), Range=span, IfMatch=found.etag)["Body"]

        return stream(ask, start, found.size)

    def delete(self, key: str) -> None:
        """Remove an object if it is there."""
        patiently(lambda: self.client.delete_object(Bucket=self.name, Key=self.full(key)))

    def unfinished(self) -> Iterator[Unfinished]:
        """Yield every open multipart upload."""
        marker: tuple[str, str] | None = ("", "")
        while marker is not None:
            found, marker = patiently(lambda at=marker: self.unfinished_now("", *at))  # type: ignore[misc]  # this round's
            yield from found

    def unfinished_now(
        self, key: str, key_marker: str = "", id_marker: str = ""
    ) -> tuple[list[Unfinished], tuple[str, str] | None]:
        """Return one page of open multipart uploads whose key begins with ``key``, and where the next one starts."""
        answer = self.client.list_multipart_uploads(
            Bucket=self.name, Prefix=self.full(key), KeyMarker=key_marker, UploadIdMarker=id_marker
        )
        found = [(self.key(one["Key"]), one["UploadId"], one["Initiated"]) for one in answer.get("Uploads", [])]
        more = answer.get("IsTruncated")
        return found, (answer["NextKeyMarker"], answer["NextUploadIdMarker"]) if more else None

    def pages(self, folder: str) -> Iterator[list[Listed]]:
        """Yield what lies in a folder, in order of key, a few hundred at a time."""
        ask: dict[str, Any] = {}
        while True:
            answer = patiently(
                lambda ask=ask: self.client.list_objects_v2(  # type: ignore[misc]  # bound to this round
                    Bucket=self.name, Prefix=self.full(folder), MaxKeys=_PAGE, **ask
                )
            )
            yield [(self.key(one["Key"]), one["Size"], one["LastModified"]) for one in answer.get("Contents", [])]
            if not answer.get("IsTruncated"):
                return
            ask = {"ContinuationToken": answer["NextContinuationToken"]}
