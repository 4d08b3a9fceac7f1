"""Streaming SHA-256 and BLAKE3 of files in one pass, with constant memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Digests:
    """Lower-case hex digests of the same bytes, and how many bytes there were."""

    sha256: str
    blake3: str
    size_bytes: int


class PairHasher:
    """SHA-256 and BLAKE3 over one stream of bytes."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget everything added so far."""
        self._sha256 = hashlib.sha256()
        self._blake3 = blake3()
        self.size_bytes = 0

    def update(self, data: bytes) -> None:
        """Add bytes."""
        self._sha256.update(data)
        self._blake3.update(data)
        self.size_bytes += len(data)

    def digests(self) -> Digests:
        """Digests of everything added so far."""
        return Digests(self._sha256.hexdigest(), self._blake3.hexdigest(), self.size_bytes)


def hash_stream(stream: BinaryIO, tick: Callable[[int], None] | None = None, limit: int | None = None) -> PairHasher:
    """Hash a stream from where it stands to its end, or at most `limit` bytes; `tick` hears the size of each block."""
    hasher = PairHasher()
    while limit is None or hasher.size_bytes < limit:
        want = BLOCK_BYTES if limit is None else min(BLOCK_BYTES, limit - hasher.size_bytes)
        block = stream.read(want)
        if not block:
            break
        hasher.update(block)
        if tick is not None:
            tick(len(block))
    return hasher


def hash_file(path: Path, tick: Callable[[int], None] | None = None) -> Digests:
    """Both digests of a file."""
    with path.open("rb") as stream:
        return hash_stream(stream, tick).digests()


class PrefixHash:
    """SHA-256 of the first N bytes of a file, extended as N grows; a smaller N starts again from the first byte."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sha256 = hashlib.sha256()
        self._done = 0

    def advance_to(self, offset: int) -> str:
        """Hex digest of the bytes [0, offset)."""
        if offset < self._done:
            self._sha256, self._done = hashlib.sha256(), 0
        with self._path.open("rb") as stream:
            stream.seek(self._done)
            while self._done < offset:
                block = stream.read(min(BLOCK_BYTES, offset - self._done))
                if not block:
                    break
                self._sha256.update(block)
                self._done += len(block)
        return self._sha256.hexdigest()
