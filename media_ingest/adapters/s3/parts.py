"""Uploads straight into the bucket, in parts, by presigned links."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from media_ingest.adapters.s3.client import patiently
from media_ingest.adapters.s3.store import S3Store
from media_ingest.adapters.store_port import (
    BlobMismatch,
    BlobMissing,
    PartLink,
    Published,
    StoppedError,
    blob_key,
    incoming_key,
)
from media_ingest.domain.parts import PartPlan, part_plan

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LINK_S: Final = 3600
"""How long a link to put one part is good, in seconds."""


@dataclass(frozen=True, slots=True)
class _Handle:
    """What a handle says: our upload, its size, and the store's own id."""

    upload_key: str
    size: int
    upload_id: str

    @classmethod
    def read(cls, text: str) -> _Handle:
        upload_key, _, rest = text.partition(".")
        size, _, upload_id = rest.partition(".")
        if not (upload_key and size.isdecimal() and upload_id):
            raise BlobMissing("not a handle of this store")
        return cls(upload_key, int(size), upload_id)

    @property
    def text(self) -> str:
        return f"{self.upload_key}.{self.size}.{self.upload_id}"

    @property
    def key(self) -> str:
        return incoming_key(self.upload_key)

    @property
    def plan(self) -> PartPlan:
        return part_plan(self.size)


class S3Parts:
    """``PartTransport`` on a bucket. ``signer`` is a client for the address that uploaders use."""

    def __init__(self, blobs: S3Store, signer: S3Client) -> None:
        self._blobs = blobs
        self._bucket = blobs.bucket
        self._signer = signer

    def begin(self, upload_key: str, size: int) -> str:
        """See ``PartTransport.begin``."""
        key = incoming_key(upload_key)
        open_one = patiently(lambda: self._open_now(key) or "")
        if not open_one:
            open_one = patiently(lambda: self._bucket.begin_now(key), already=lambda: self._open_now(key))
        return _Handle(upload_key, size, open_one).text

    def _open_now(self, key: str) -> str | None:
        """The oldest open multipart upload of exactly this key, by one request."""
        found = [
            (begun_at, upload_id) for name, upload_id, begun_at in self._bucket.unfinished_now(key)[0] if name == key
        ]
        return min(found)[1] if found else None

    def sign(self, handle: str, numbers: Sequence[int]) -> tuple[PartLink, ...]:
        """See ``PartTransport.sign``: the length is part of what is signed, as a header."""
        one = _Handle.read(handle)
        return tuple(self._link(one, number, one.plan.length(number)) for number in numbers)

    def _link(self, one: _Handle, number: int, length: int) -> PartLink:
        url = self._signer.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self._bucket.name,
                "Key": self._bucket.full(one.key),
                "UploadId": one.upload_id,
                "PartNumber": number,
                "ContentLength": length,
            },
            ExpiresIn=LINK_S,
        )
        return PartLink(number, url, LINK_S, length)

    def held(self, handle: str) -> dict[int, str]:
        """See ``PartTransport.held``; a part of another length than planned is not held."""
        one = _Handle.read(handle)
        return self._bucket.pieces(one.key, one.upload_id, self._length_of(one))

    @staticmethod
    def _length_of(one: _Handle) -> Callable[[int], int]:
        plan = one.plan
        return lambda number: plan.length(number) if number <= plan.count else -1

    def complete(self, handle: str, parts: Sequence[tuple[int, str]] | None = None) -> str:
        """See ``PartTransport.complete``."""
        one = _Handle.read(handle)
        if parts is None:
            joined = self._bucket.find(one.key)
            if joined is not None and joined.size == one.size:
                return one.key
            parts = list(self.held(handle).items())
        if [number for number, _ in sorted(parts)] != list(range(1, one.plan.count + 1)):
            raise BlobMismatch("not every part was named exactly once")
        try:
            self._bucket.complete(one.key, one.upload_id, sorted(parts), one.size)
        except BlobMissing:
            if self._bucket.find(one.key) is None:
                raise
        if self._bucket.head(one.key).size != one.size:
            raise BlobMismatch("the joined object has another length than the file was announced with")
        return one.key

    def publish_incoming(
        self,
        temporary_key: str,
        size: int,
        *,
        expected_sha256: str = "",
        should_stop: Callable[[], bool] = bool,
        on_progress: Callable[[int], None] | None = None,
    ) -> Published:
        """See ``PartTransport.publish_incoming``: one pass over the bytes, then a copy inside the store."""
        found = self._bucket.head(temporary_key)
        if found.size != size:
            raise BlobMismatch(f"{found.size} bytes arrived, {size} announced")
        blocks = self._bucket.read(temporary_key, found)
        sha1 = hashlib.sha1(usedforsecurity=False)
        watched = _watched(blocks, sha1.update, should_stop, on_progress)
        sha256, read, pinned = self._blobs.cache.take_in(watched, size)
        if read != size or expected_sha256 not in {"", sha256}:
            del pinned
            self._blobs.cache.drop(sha256)
            raise BlobMismatch("the bytes hash to something else than was announced")
        key = blob_key(sha256)
        self._blobs.publish(temporary_key, key, size)
        return Published(key, sha256, sha1.hexdigest())

    def abort(self, handle: str) -> None:
        """See ``PartTransport.abort``."""
        try:
            one = _Handle.read(handle)
        except BlobMissing:
            return
        self._bucket.abort(one.key, one.upload_id)
        self._bucket.delete(one.key)


def _watched(
    blocks: Iterator[bytes],
    also: Callable[[bytes], None],
    should_stop: Callable[[], bool],
    on_progress: Callable[[int], None] | None,
) -> Iterator[bytes]:
    """Pass the blocks on, tell how far that is, and stop when asked to."""
    done = 0
    for block in blocks:
        if should_stop():
            raise StoppedError
        done += len(block)
        also(block)
        yield block
        if on_progress is not None:
            on_progress(done)
