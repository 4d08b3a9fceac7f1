"""Files on their way in, for tests: declared, sent in pieces, cut off."""

from __future__ import annotations

import hashlib
import io

from typing_extensions import override

from core.accounts.policy import Actor
from media_ingest.models import Upload
from media_ingest.services.receiving import upload_append
from media_ingest.services.uploads import upload_create

CONTENT = bytes(range(256)) * 4096 + b"the end"  # one MiB and a bit
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SIZE = len(CONTENT)


def declared(actor: Actor, content: bytes = CONTENT, name: str = "A001.mov", **facts: str) -> Upload:
    """Declare a file."""
    return upload_create(actor=actor, name=name, size_bytes=len(content), **facts)


def sent(actor: Actor, upload: Upload, start: int, end: int, content: bytes = CONTENT) -> Upload:
    """Send the bytes ``[start, end)``."""
    part = content[start:end]
    return upload_append(actor=actor, upload_id=upload.id, offset=start, stream=io.BytesIO(part), length=len(part))


def dies(*, actor: Actor, upload: Upload) -> Upload:
    """Stand in for a request that ends with the last byte."""
    return upload


class Vanishing(io.RawIOBase):
    """A sender that is gone after some bytes."""

    def __init__(self, content: bytes, after: int) -> None:
        self._inner, self._left = io.BytesIO(content), after

    @override
    def read(self, size: int = -1) -> bytes:
        if not self._left:
            raise ConnectionResetError
        block = self._inner.read(min(size, self._left))
        self._left -= len(block)
        return block
