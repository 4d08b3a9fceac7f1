"""Talking to S3: one client per process, bounded waiting, and every fault in our own words.

A request is tried three times at most. Before each further try the caller may look whether the effect of
the last one is there already: an answer that got lost on the way is not a request that failed. With these
numbers a store that hangs is given up after about 50 seconds, one that refuses after two.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from core.logging import get_logger
from media_ingest.adapters.store_port import BlobMismatch, BlobMissing, StorageError, StorageUnavailable

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3.client import S3Client

TRIES: Final = 3
CONNECT_S: Final = 3
READ_S: Final = 9
"""Seconds without a byte after which a request has failed."""
_FIRST_PAUSE_S: Final = 0.3
_BLOCK: Final = 1 << 20
_CONNECTIONS: Final = 16
_SERVER_FAULT: Final = 500
_TRY_AGAIN: Final = frozenset(
    {"RequestTimeout", "SlowDown", "ThrottlingException", "TooManyRequests", "InternalError", "OperationAborted"}
)
_MISSING: Final = frozenset({"404", "NoSuchKey", "NoSuchUpload", "NotFound"})
_OTHER_BYTES: Final = frozenset(
    {
        "BadDigest",
        "InvalidDigest",
        "XAmzContentSHA256Mismatch",
        "InvalidPart",
        "InvalidPartOrder",
        "EntityTooSmall",
        "EntityTooLarge",
        "PreconditionFailed",
        "412",
        "InvalidRange",
        "416",
        "IncompleteBody",
    }
)

T = TypeVar("T")
log = get_logger(__name__)


def connect(*, endpoint: str, region: str, access_key: str, secret_key: str) -> S3Client:
    """Return this process's client for an endpoint. Retries are ours (``patiently``), not the library's."""
    return _client(endpoint, region, access_key, secret_key, os.getpid())


@cache
def _client(endpoint: str, region: str, access_key: str, secret_key: str, process: int) -> S3Client:
    """Connections are not shared with a forked child: hence ``process``."""
    del process
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=CONNECT_S,
            read_timeout=READ_S,
            retries={"total_max_attempts": 1},
            max_pool_connections=_CONNECTIONS,
            # Digests are given where they mean something; older stores know no trailing checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def nothing_yet() -> None:
    """Say that no effect is known (the usual ``already``)."""


def patiently(ask: Callable[[], T], *, already: Callable[[], T | None] = nothing_yet) -> T:
    """Make a request, up to three times when the store stumbles; raise our own errors.

    ``already`` is asked before each further try and may return the answer if the effect is there. It makes
    one request itself; its own faults are taken as "not known".
    """
    for number in range(1, TRIES + 1):
        try:
            return ask()
        except (BotoCoreError, ClientError) as error:
            typed = in_our_words(error)
            if number == TRIES or not isinstance(typed, StorageUnavailable) or not passing(error):
                raise typed from error
            log.warning("storage.retried", error=type(error).__name__, attempt=number)
        threading.Event().wait(_FIRST_PAUSE_S * 3 ** (number - 1))
        found = _look(already)
        if found is not None:
            return found
    raise AssertionError  # pragma: no cover - the loop returns or raises


def _look(already: Callable[[], T | None]) -> T | None:
    try:
        return already()
    except (BotoCoreError, ClientError, StorageError) as unknown:
        log.warning("storage.effect_unknown", error=type(unknown).__name__)
        return None


def code_of(error: BotoCoreError | ClientError) -> str:
    """Return the store's own code of an error, or ""."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def passing(error: BotoCoreError | ClientError) -> bool:
    """Whether the same request may succeed in a moment."""
    if isinstance(error, ClientError):
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        return status >= _SERVER_FAULT or code_of(error) in _TRY_AGAIN
    return isinstance(error, HTTPClientError) or type(error).__name__ in {
        "IncompleteReadError",
        "ResponseStreamingError",
    }


def in_our_words(error: BotoCoreError | ClientError) -> StorageError:
    """Return the typed error: missing, other bytes than announced, or not available. No address, no key in it."""
    code = code_of(error)
    if code in _MISSING:
        return BlobMissing(code)
    if code in _OTHER_BYTES:
        return BlobMismatch(f"the store refused the bytes: {code}")
    return StorageUnavailable(f"object storage: {code or type(error).__name__}")


def stream(ask: Callable[[int], StreamingBody], start: int, size: int) -> Iterator[bytes]:
    """Yield the bytes ``[start, size)`` of an object; wherever an answer breaks off, ``ask`` for the rest from there.

    Raises ``BlobMismatch`` when the object is another one by now, ``StorageUnavailable`` after three answers
    in a row that brought less than one block.
    """
    position, failed = start, 0
    while position < size:
        before = position
        try:
            with ask(position) as body:
                while block := body.read(_BLOCK):
                    position += len(block)
                    yield block
            fault: BotoCoreError | ClientError | None = None
        except (BotoCoreError, ClientError) as error:
            if not passing(error):
                raise in_our_words(error) from error
            fault = error
        if position < size:
            failed = 1 if position - before >= _BLOCK else failed + 1
            if failed == TRIES:
                raise StorageUnavailable("object storage: the answer broke off three times") from fault
            log.warning("storage.resumed", error=type(fault).__name__, at=position)
            threading.Event().wait(_FIRST_PAUSE_S * 3 ** (failed - 1))
