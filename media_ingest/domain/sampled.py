"""The sampled hash: three looks into a file and its size, enough to find a file again without reading all of it.

It tells apart what cameras write; it proves nothing. Identity is the SHA-256 of every byte.
"""

from __future__ import annotations

import hashlib
from typing import BinaryIO, Final

SAMPLE_BYTES: Final = 1 << 20
"""Length of one look."""
_LOOKS: Final = 3


def sample_spans(size_bytes: int) -> tuple[tuple[int, int], ...]:
    """Return the looks as ``(offset, length)``: first, middle and last MiB; the whole of a file up to 3 MiB."""
    if size_bytes <= _LOOKS * SAMPLE_BYTES:
        return ((0, size_bytes),)
    last = size_bytes - SAMPLE_BYTES
    return ((0, SAMPLE_BYTES), (last // 2, SAMPLE_BYTES), (last, SAMPLE_BYTES))


def sampled_sha256(stream: BinaryIO, size_bytes: int) -> str:
    """Return the sampled hash in hexadecimal: SHA-256 over the looks, then the size as eight bytes, big-endian."""
    digest = hashlib.sha256()
    for offset, length in sample_spans(size_bytes):
        stream.seek(offset)
        digest.update(stream.read(length))
    digest.update(size_bytes.to_bytes(8, "big"))
    return digest.hexdigest()
