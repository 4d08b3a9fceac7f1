"""From the settings to a bucket: which store, which cache, who may send from a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from media_ingest.adapters.s3.bucket import Bucket
from media_ingest.adapters.s3.client import code_of, connect, in_our_words, patiently
from media_ingest.adapters.s3.parts import S3Parts
from media_ingest.adapters.s3.store import S3Store
from media_ingest.adapters.store_cache import StoreCache
from media_ingest.adapters.store_port import BlobMissing

_OURS_ALREADY: Final = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})
_FIRST_REGION: Final = "us-east-1"


class Bucketed(Protocol):
    """What is read of the settings' ``S3``."""

    @property
    def endpoint(self) -> str: ...
    @property
    def public_endpoint(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def bucket(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...
    @property
    def cold_class(self) -> str: ...


class _Keeping(Protocol):
    @property
    def s3(self) -> Bucketed | None: ...


class Installed(Protocol):
    """What is read of ``settings.OFFCUT``."""

    @property
    def keeping(self) -> _Keeping: ...
    @property
    def scratch_root(self) -> Path: ...
    @property
    def cache_bytes(self) -> int: ...
    @property
    def public_url(self) -> str: ...


def _settings(installed: Installed) -> Bucketed:
    if installed.keeping.s3 is None:
        message = "this installation keeps its files on a local disk"
        raise LookupError(message)
    return installed.keeping.s3


def s3_storage(installed: Installed) -> tuple[S3Store, S3Parts]:
    """Return store and part transport of an installation with a bucket. Makes no request."""
    s3 = _settings(installed)
    keys = {"region": s3.region, "access_key": s3.access_key, "secret_key": s3.secret_key}
    signer = connect(endpoint=s3.public_endpoint, **keys)
    bucket = Bucket(connect(endpoint=s3.endpoint, **keys), s3.bucket, s3.prefix, s3.cold_class)
    blobs = S3Store(bucket, StoreCache(installed.scratch_root / "cache", installed.cache_bytes), signer)
    return blobs, S3Parts(blobs, signer)


def s3_prepare(installed: Installed) -> None:
    """Make the bucket when there is none, and let the site's own pages send parts to it. Safe to repeat."""
    s3 = _settings(installed)
    client = connect(endpoint=s3.endpoint, region=s3.region, access_key=s3.access_key, secret_key=s3.secret_key)
    try:
        patiently(lambda: client.head_bucket(Bucket=s3.bucket))
    except BlobMissing:
        where = {} if s3.region == _FIRST_REGION else {"CreateBucketConfiguration": {"LocationConstraint": s3.region}}
        try:
            client.create_bucket(Bucket=s3.bucket, **where)  # type: ignore[arg-type]  # the region is data
        except (BotoCoreError, ClientError) as error:
            if code_of(error) not in _OURS_ALREADY:
                raise in_our_words(error) from error
    patiently(
        lambda: client.put_bucket_cors(
            Bucket=s3.bucket,
            CORSConfiguration={
                "CORSRules": [
                    {
                        "AllowedOrigins": [installed.public_url],
                        "AllowedMethods": ["PUT"],
                        "AllowedHeaders": ["*"],
                        "ExposeHeaders": ["ETag"],
                        "MaxAgeSeconds": 3600,
                    }
                ]
            },
        )
    )
