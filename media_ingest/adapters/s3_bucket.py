"""One S3 bucket, seen through our keys: every request bounded, every piece checked, every fault typed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from media_ingest.adapters.s3_client import patiently, stream
from media_ingest.adapters.store_port import BlobMismatch, BlobMissing, StorageUnavailable
from media_ingest.domain.tiers import Tier

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3.client import S3Client

_SINGLE_BYTES: Final = 64 << 20
"""Up to here one request carries a whole file."""
_PIECE_BYTES: Final = 128 << 20
"""What one server-side copy takes at a time: far below S3's 5 GiB, so that each piece answers in time."""
_SENT_BYTES: Final = 16 << 20
"""What one piece of a larger upload carries; three are in memory at a time."""
_SENDERS: Final = 3
_MOST_PIECES: Final = 10_000
_STANDARD: Final = "STANDARD"

_PAGE: Final = 500

Span = tuple[int, int]
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


class Bucket:
    """One bucket (and a folder in it) seen through our keys; every request bounded and typed."""

    def __init__(self, client: S3Client, name: str, prefix: str, cold_class: str = "none") -> None:
        self.client = client
        self.name = name
        self.cold_class = cold_class
        self._folder = f"{prefix}/" if prefix else ""

    def class_of(self, tier: Tier) -> str:
        """Return the store's word for a tier."""
        return self.cold_class if tier is Tier.COLD else _STANDARD

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
        cold = self.cold_class != "none" and answer.get("StorageClass", _STANDARD) == self.cold_class
        tier = Tier.COLD if cold else Tier.HOT
        return Found(answer["ContentLength"], answer["ETag"], answer["LastModified"], tier)

    def _holds(self, key: str, size: int) -> bool | None:
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

    def send(self, path: Path, key: str, sha256: str, size: int) -> None:
        """Upload a file to a temporary key; the store checks the digest of everything it takes."""
        if size <= _SINGLE_BYTES:
            checksum = base64.b64encode(bytes.fromhex(sha256)).decode()

            def put() -> bool:
                with path.open("rb") as body:
                    self.client.put_object(
                        Bucket=self.name, Key=self.full(key), Body=body, ContentLength=size, ChecksumSHA256=checksum
                    )
                return True

            patiently(put, already=lambda: self._holds(key, size))
            return
        upload_id = self._begin(key)
        self._in_pieces(
            key, upload_id, _spans(size, _SENT_BYTES), lambda *piece: self._send_piece(path, key, upload_id, *piece)
        )
        self._join(key, upload_id, size)

    def copy(self, source: str, target: str, size: int, storage_class: str = _STANDARD) -> None:
        """Copy an object inside the store, and check that the copy is whole. Safe to repeat.

        Onto itself it changes the class, and makes the object young.
        """
        if size <= _PIECE_BYTES:
            patiently(
                lambda: self._copy_whole(source, target, storage_class),
                already=lambda: None if source == target else self._holds(target, size),
            )
        else:
            upload_id = self._begin(target, storage_class)
            self._in_pieces(
                target,
                upload_id,
                _spans(size, _PIECE_BYTES),
                lambda *piece: self._copy_piece(source, target, upload_id, *piece),
            )
            self._join(target, upload_id, size)
        if self.head(target).size != size:
            raise BlobMismatch("the copy has another length")

    def _copy_whole(self, source: str, target: str, storage_class: str) -> bool:
        itself = source == target
        self.client.copy_object(
            Bucket=self.name,
            Key=self.full(target),
            CopySource={"Bucket": self.name, "Key": self.full(source)},
            StorageClass=storage_class,  # type: ignore[arg-type]  # one of the store's words, from the settings
            MetadataDirective="REPLACE" if itself else "COPY",
        )
        return True

    def begin_now(self, key: str, storage_class: str = _STANDARD) -> str:
        """Open a multipart upload with one request and return the store's id of it."""
        return self.client.create_multipart_upload(
            Bucket=self.name,
            Key=self.full(key),
            StorageClass=storage_class,  # type: ignore[arg-type]  # one of the store's words, from the settings
        )["UploadId"]

    def _begin(self, key: str, storage_class: str = _STANDARD) -> str:
        return patiently(lambda: self.begin_now(key, storage_class))

    def _in_pieces(self, key: str, upload_id: str, spans: list[Span], work: Callable[[int, Span], None]) -> None:
        """Do every piece, a few at a time; when one fails the others are not started and the upload is dropped.

        A store that does not answer is not asked to drop anything: the sweep does it, a day later.
        """
        with ThreadPoolExecutor(_SENDERS) as pool:
            tasks = [pool.submit(work, number, span) for number, span in enumerate(spans, 1)]
            done, waiting = wait(tasks, return_when=FIRST_EXCEPTION)
            for task in waiting:
                task.cancel()
        try:
            for task in done:
                task.result()
        except StorageUnavailable:
            raise
        except BaseException:
            self.abort(key, upload_id)
            raise

    def _send_piece(self, path: Path, key: str, upload_id: str, number: int, span: Span) -> None:
        with path.open("rb") as source:
            source.seek(span[0])
            data = source.read(span[1] - span[0])
        digest = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        patiently(
            lambda: self.client.upload_part(
                Bucket=self.name,
                Key=self.full(key),
                UploadId=upload_id,
                PartNumber=number,
                Body=data,
                ContentMD5=digest,
            )
        )

    def _copy_piece(self, source: str, target: str, upload_id: str, number: int, span: Span) -> None:
        patiently(
            lambda: self.client.upload_part_copy(
                Bucket=self.name,
                Key=self.full(target),
                UploadId=upload_id,
                PartNumber=number,
                CopySource={"Bucket": self.name, "Key": self.full(source)},
                CopySourceRange=f"bytes={span[0]}-{span[1] - 1}",
            )
        )

    def _join(self, key: str, upload_id: str, size: int) -> None:
        """Make one object of all pieces that the store holds."""
        self.complete(key, upload_id, sorted(self.pieces(key, upload_id).items()), size)

    def complete(self, key: str, upload_id: str, pieces: list[tuple[int, str]], size: int) -> None:
        """Join pieces; safe to repeat, and an answer that got lost is found out."""
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in pieces]

        def join() -> bool:
            self.client.complete_multipart_upload(
                Bucket=self.name,
                Key=self.full(key),
                UploadId=upload_id,
                MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]  # a list of such parts
            )
            return True

        patiently(join, already=lambda: self._holds(key, size))

    def pieces(self, key: str, upload_id: str, length_of: Callable[[int], int] | None = None) -> dict[int, str]:
        """Return number and ETag of the pieces of an open multipart upload. Raises ``BlobMissing``."""
        found: dict[int, str] = {}
        marker = 0
        while True:
            ask: dict[str, Any] = {"PartNumberMarker": marker} if marker else {}
            answer = patiently(
                lambda ask=ask: self.client.list_parts(  # type: ignore[misc]  # bound to this round
                    Bucket=self.name, Key=self.full(key), UploadId=upload_id, **ask
                )
            )
            for part in answer.get("Parts", []):
                if length_of is None or part["Size"] == length_of(part["PartNumber"]):
                    found[part["PartNumber"]] = part["ETag"]
            if not answer.get("IsTruncated"):
                return found
            marker = int(answer["NextPartNumberMarker"])

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

    def abort(self, key: str, upload_id: str) -> None:
        """Drop an open multipart upload; an unknown one is fine."""
        try:
            patiently(
                lambda: self.client.abort_multipart_upload(Bucket=self.name, Key=self.full(key), UploadId=upload_id)
            )
        except BlobMissing:
            return


def _spans(size: int, usual: int) -> list[Span]:
    length = max(usual, -(-size // _MOST_PIECES))
    return [(start, min(start + length, size)) for start in range(0, size, length)]
