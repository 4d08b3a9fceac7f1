"""The sampled hash: three MiB tell one file from another of the same name and size, however long it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

SAMPLE_BYTES = 1 << 20
_BLOCK_BYTES = 256 << 10


def sample_spans(size_bytes: int) -> tuple[tuple[int, int], ...]:
    """The stretches `(start, length)` that are hashed: first, middle and last MiB; all of a file of at most three."""
    if size_bytes <= 3 * SAMPLE_BYTES:
        return ((0, size_bytes),)
    middle = (size_bytes - SAMPLE_BYTES) // 2
    return ((0, SAMPLE_BYTES), (middle, SAMPLE_BYTES), (size_bytes - SAMPLE_BYTES, SAMPLE_BYTES))


def sample_sha256(path: Path, size_bytes: int) -> str:
    """SHA-256 (hex) over the sampled stretches and the size as eight bytes, most significant first.

    OSError when the file cannot be read; a file that is shorter than `size_bytes` gives a hash that fits nothing.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for start, length in sample_spans(size_bytes):
            stream.seek(start)
            left = length
            while left > 0:
                block = stream.read(min(_BLOCK_BYTES, left))
                if not block:
                    break
                digest.update(block)
                left -= len(block)
    digest.update(size_bytes.to_bytes(8, "big"))
    return digest.hexdigest()
