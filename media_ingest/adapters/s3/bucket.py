"""Writing into one S3 bucket: every piece checked by the store, large objects in pieces, copies inside the store."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Final

from media_ingest.adapters.s3.client import patiently
from media_ingest.adapters.s3.objects import STANDARD, Objects
from media_ingest.adapters.store_port import BlobMismatch, BlobMissing, StorageUnavailable

_SINGLE_BYTES: Final = 64 << 20
"""Up to here one request carries a whole file."""
_PIECE_BYTES: Final = 128 << 20
"""What one server-side copy takes at a time: far below S3's 5 GiB, so that each piece answers in time."""
_SENT_BYTES: Final = 16 << 20
"""What one piece of a larger upload carries; three are in memory at a time."""
_SENDERS: Final = 3
_MOST_PIECES: Final = 10_000

Span = tuple[int, int]


class Bucket(Objects):
    """One bucket, read and written."""

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

            patiently(put, already=lambda: self.holds_now(key, size))
            return
        upload_id = self._begin(key)
        self._in_pieces(
            key, upload_id, _spans(size, _SENT_BYTES), lambda *piece: self._send_piece(path, key, upload_id, *piece)
        )
        self._join(key, upload_id, size)

    def copy(self, source: str, target: str, size: int, storage_class: str = STANDARD) -> None:
        """Copy an object inside the store, and check that the copy is whole. Safe to repeat.

        Onto itself it changes the class, and makes the object young.
        """
        if size <= _PIECE_BYTES:
            patiently(
                lambda: self._copy_whole(source, target, storage_class),
                already=lambda: None if source == target else self.holds_now(target, size),
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

    def begin_now(self, key: str, storage_class: str = STANDARD) -> str:
        """Open a multipart upload with one request and return the store's id of it."""
        return self.client.create_multipart_upload(
            Bucket=self.name,
            Key=self.full(key),
            StorageClass=storage_class,  # type: ignore[arg-type]  # one of the store's words, from the settings
        )["UploadId"]

    def _begin(self, key: str, storage_class: str = STANDARD) -> str:
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

        patiently(join, already=lambda: self.holds_now(key, size))

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
