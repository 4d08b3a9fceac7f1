"""Reading an object as a file: in ranges, seekable, and whole although answers break off."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

from typing_extensions import Buffer, override

from media_ingest.adapters.s3.objects import Found, Objects

_NEAR: Final = 1 << 20
"""A seek forward of less than this reads on instead of asking anew."""


class S3File(io.RawIOBase):
    """An object, read in ranges and seekable; every answer that breaks off is asked for again from there."""

    def __init__(self, bucket: Objects, key: str, found: Found) -> None:
        self._bucket, self._key, self._found = bucket, key, found
        self._at = 0
        self._blocks: Iterator[bytes] | None = None
        self._rest = memoryview(b"")

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def tell(self) -> int:
        return self._at

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        target = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._found.size}[whence])
        ahead = target - self._at
        if self._blocks is not None and 0 <= ahead <= _NEAR:
            while ahead and (skipped := self.readinto(bytearray(ahead))):
                ahead -= skipped
        else:
            self._forget()
        self._at = target
        return target

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        if self._at >= self._found.size:
            return 0
        if not self._rest:
            if self._blocks is None:
                self._blocks = self._bucket.read(self._key, self._found, self._at)
            self._rest = memoryview(next(self._blocks, b""))
        view = memoryview(buffer).cast("B")
        length = min(len(view), len(self._rest))
        view[:length] = self._rest[:length]
        self._rest = self._rest[length:]
        self._at += length
        return length

    @override
    def close(self) -> None:
        self._forget()
        super().close()

    def _forget(self) -> None:
        self._rest, blocks = memoryview(b""), self._blocks
        self._blocks = None
        if blocks is not None:
            blocks.close()  # type: ignore[attr-defined]  # a generator: ends the answer being read
