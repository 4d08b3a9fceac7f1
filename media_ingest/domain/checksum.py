"""The checksum of one chunk of an upload (tus checksum extension)."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from dataclasses import dataclass
from typing import Final

from media_ingest.domain.errors import UPLOAD_HEADER

ALGORITHMS: Final = ("sha256", "sha1")
"""``sha1`` because the protocol demands it; it guards against accidents, ours is the SHA-256 of the whole file."""
_LENGTH: Final = {"sha256": 32, "sha1": 20}


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a chunk should hash to."""

    algorithm: str
    digest: bytes

    @classmethod
    def parse(cls, text: str) -> Checksum:
        """Read ``Upload-Checksum: sha256 <base64>``; refused when unknown or malformed."""
        algorithm, _, encoded = text.strip().partition(" ")
        if algorithm not in _LENGTH:
            raise UPLOAD_HEADER(f"Upload-Checksum may be {' or '.join(ALGORITHMS)}. No byte was kept.")
        try:
            digest = b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError) as error:
            raise UPLOAD_HEADER("The checksum is not base64. No byte was kept.") from error
        if len(digest) != _LENGTH[algorithm]:
            raise UPLOAD_HEADER(f"A {algorithm} checksum has another length. No byte was kept.")
        return cls(algorithm, digest)

    def hasher(self) -> hashlib._Hash:
        """Return a fresh hash of this algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def met_by(self, hasher: hashlib._Hash) -> bool:
        """Whether a finished hash is the announced one."""
        return hasher.digest() == self.digest
