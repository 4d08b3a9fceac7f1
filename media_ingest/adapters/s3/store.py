"""Blobs in an S3 bucket: content-addressed, verified on the way in, read through a cache on this machine."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from uuid import uuid4

from botocore.exceptions import ClientError

from core.clock import now
from core.logging import get_logger
from media_ingest.adapters.files import file_sha256, require_regular
from media_ingest.adapters.s3.bucket import Bucket
from media_ingest.adapters.s3.client import code_of
from media_ingest.adapters.s3.file import S3File
from media_ingest.adapters.store_cache import StoreCache
from media_ingest.adapters.store_port import (
    INCOMING,
    KEY,
    BlobMismatch,
    BlobMissing,
    References,
    StorageError,
    Sweep,
    blob_key,
)
from media_ingest.domain.tiers import Tier

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_YOUNG: Final = timedelta(hours=12)
"""An object put again is made young unless it is: the sweep takes nothing under a day."""
_BUFFER: Final = 1 << 20

log = get_logger(__name__)


class S3Store:
    """Blobs in a bucket. Several processes on several machines may use it at once; they share nothing else.

    Reading by ``path`` goes through ``cache``, reading by ``open`` straight to the store.
    """

    def __init__(self, bucket: Bucket, cache: StoreCache, signer: S3Client) -> None:
        self.bucket = bucket
        self.cache = cache
        self._signer = signer

    def put_file(self, path: Path, sha256: str, size: int, *, hashed: bool = False, keep: bool = False) -> str:
        """See ``BlobStore.put_file``: to a temporary key, verified by the store, copied to the final one."""
        key = blob_key(sha256)
        if not _there(path, size):
            if not self.refresh(key, size):
                raise BlobMissing(f"neither a file to store nor an object {key}")
            return key
        if not hashed and file_sha256(path) != sha256:
            raise BlobMismatch("the bytes hash to something else")
        if not self.refresh(key, size):
            temporary = f"{INCOMING}/put-{uuid4().hex}"
            try:
                self.bucket.send(path, temporary, sha256, size)
            except FileNotFoundError as error:
                raise BlobMissing(f"the file went away before it was stored as {key}") from error
            self.publish(temporary, key, size)
            self.bucket.delete(temporary)
        if not keep:
            self.cache.adopt(path, sha256)
        return key

    def publish(self, temporary: str, key: str, size: int) -> None:
        """Copy a verified temporary object to its final key, unless it is there whole."""
        if not self.refresh(key, size):
            self.bucket.copy(temporary, key, size)

    def refresh(self, key: str, size: int) -> bool:
        """Whether the object is there whole; if so it is young again, so that no sweep takes it meanwhile.

        One of another length is damage and is replaced by whoever asked.
        """
        found = self.bucket.find(key)
        if found is None or found.size != size:
            return False
        if now() - found.changed_at > _YOUNG:
            try:
                self.bucket.copy(key, key, size, self.bucket.class_of(found.tier))
            except BlobMissing:
                return False
        return True

    def open(self, key: str) -> BinaryIO:
        """See ``BlobStore.open``: reads in ranges, and goes on where an answer breaks off."""
        found = self.bucket.head(_checked(key))
        return io.BufferedReader(S3File(self.bucket, key, found), _BUFFER)

    def path(self, key: str) -> Path:
        """See ``BlobStore.path``: from the cache, fetched and verified when it is not there."""
        sha256 = _checked(key).rpartition("/")[2]
        cached = self.cache.find(sha256)
        if cached is not None:
            return cached
        found = self.bucket.head(key)
        return self.cache.fetch(sha256, found.size, lambda: self.bucket.read(key, found))

    def exists(self, key: str) -> bool:
        """See ``BlobStore.exists``."""
        return self.bucket.find(_checked(key)) is not None

    def size(self, key: str) -> int:
        """See ``BlobStore.size``."""
        return self.bucket.head(_checked(key)).size

    def delete(self, key: str) -> None:
        """See ``BlobStore.delete``."""
        self.bucket.delete(_checked(key))
        self.cache.drop(key.rpartition("/")[2])

    def link(self, key: str, *, expires_in_s: int, filename: str = "") -> str | None:
        """See ``BlobStore.link``: a presigned GET."""
        ask: dict[str, Any] = {"Bucket": self.bucket.name, "Key": self.bucket.full(_checked(key))}
        if filename:
            safe = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in filename)
            ask["ResponseContentDisposition"] = f'attachment; filename="{safe}"'
        return self._signer.generate_presigned_url("get_object", Params=ask, ExpiresIn=expires_in_s)

    def tier(self, key: str) -> Tier:
        """See ``BlobStore.tier``."""
        return self.bucket.head(_checked(key)).tier

    def move(self, key: str, tier: Tier) -> bool:
        """See ``BlobStore.move``: a copy onto itself in another storage class."""
        found = self.bucket.head(_checked(key))
        if found.tier is tier:
            return True
        if self.bucket.cold_class == "none":
            return False
        try:
            self.bucket.copy(key, key, found.size, self.bucket.class_of(tier))
        except StorageError as refused:
            if isinstance(refused.__cause__, ClientError) and code_of(refused.__cause__) == "InvalidStorageClass":
                log.warning("storage.no_such_class", storage_class=self.bucket.cold_class)
                return False
            raise
        return True

    def keys(self) -> Iterator[str]:
        """Yield every key, in order of hash."""
        for page in self.bucket.pages("blobs/"):
            yield from (key for key, _, _ in page)

    def listing(self) -> Iterator[tuple[str, int]]:
        """See ``BlobStore.listing``: a thousand objects a request."""
        for page in self.bucket.pages("blobs/"):
            yield from ((key, size) for key, size, _written in page)

    def sweep(self, referenced: References, *, older_than: timedelta, dry: bool) -> Sweep:
        """See ``BlobStore.sweep``: objects, temporary objects, and multipart uploads that nobody finished.

        Age is when the store last wrote the object; putting one again makes it young. Both age and references
        are asked once more right before an object goes.
        """
        limit = now() - older_than
        kept, removed, removed_bytes = 0, list[str](), 0
        for folder in ("blobs/", f"{INCOMING}/"):
            for page in self.bucket.pages(folder):
                old = [(key, size) for key, size, changed_at in page if changed_at < limit]
                needed = referenced([key for key, _ in old]) if old else set()
                kept += len(page) - len(old) if folder == "blobs/" else 0
                for key, size in old:
                    if key not in needed and self._drop_old(key, referenced, limit, dry=dry):
                        removed.append(key)
                        removed_bytes += size
                    elif folder == "blobs/":
                        kept += 1
        return Sweep(kept, tuple(removed), removed_bytes, self._abort_old(referenced, limit, dry=dry))

    def _drop_old(self, key: str, referenced: References, limit: datetime, *, dry: bool) -> bool:
        """Remove an object that is still old and still not needed; False when it was spared."""
        if dry:
            return True
        if referenced([key]):
            return False
        found = self.bucket.find(key)
        if found is None or found.changed_at >= limit:
            return False
        self.bucket.delete(key)
        return True

    def _abort_old(self, referenced: References, limit: datetime, *, dry: bool) -> int:
        """Drop unfinished multipart uploads: of closed uploads, and of our own interrupted writing."""
        old = [(key, upload_id) for key, upload_id, begun_at in self.bucket.unfinished() if begun_at < limit]
        needed = referenced([key for key, _ in old if key.startswith(f"{INCOMING}/")]) if old else set()
        dangling = [(key, upload_id) for key, upload_id in old if key not in needed]
        for key, upload_id in dangling if not dry else []:
            self.bucket.abort(key, upload_id)
        return len(dangling)


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise BlobMissing("not a key of this store")
    return key


def _there(path: Path, size: int) -> bool:
    """Whether there is a regular file of this length; False when there is none at all."""
    try:
        require_regular(path, size)
    except FileNotFoundError:
        return False
    return True
