"""The two hashes of a file's bytes, computed in one pass."""

from __future__ import annotations

import hashlib


class Digests:
    """SHA-256, which is the file's identity, and SHA-1, which is what card-offload tools can compare.

    Media hash lists know no SHA-256 (``domain.receipts``). SHA-1 guards against accidents only; with the
    processor's own instructions both cost less than half a second per GB.
    """

    __slots__ = ("_sha1", "_sha256")

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._sha1 = hashlib.sha1(usedforsecurity=False)

    def update(self, block: bytes | bytearray) -> None:
        """Go on with these bytes."""
        self._sha256.update(block)
        self._sha1.update(block)

    def copy(self) -> Digests:
        """Return a state that goes on by itself."""
        twin = Digests()
        twin._sha256, twin._sha1 = self._sha256.copy(), self._sha1.copy()
        return twin

    @property
    def sha256(self) -> str:
        """Hexadecimal, of all bytes so far."""
        return self._sha256.hexdigest()

    @property
    def sha1(self) -> str:
        """Hexadecimal, of all bytes so far."""
        return self._sha1.hexdigest()
