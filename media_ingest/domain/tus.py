"""The headers of tus 1.0, the protocol of resumable uploads (https://tus.io/protocols/resumable-upload)."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from typing import Final

from media_ingest.domain.errors import UPLOAD_HEADER

VERSION: Final = "1.0.0"
EXTENSIONS: Final = ("creation", "creation-with-upload", "checksum", "termination", "expiration")
OVERRIDE: Final = "X-HTTP-Method-Override"
"""Names the method of a request whose sender can only POST; the protocol asks servers to obey it."""
OVERRIDABLE: Final = frozenset({"HEAD", "PATCH", "DELETE"})
CHUNK_TYPE: Final = "application/offset+octet-stream"
_LONGEST_NUMBER: Final = 18
_LONGEST_METADATA: Final = 8192
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def number(text: str | None, header: str) -> int:
    """Return the non-negative whole number in a header; refused when it is missing or anything else."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > _LONGEST_NUMBER:
        raise UPLOAD_HEADER(f"{header} must be a whole number of bytes. Nothing was changed.")
    return int(text)


def metadata(text: str) -> dict[str, str]:
    """Return what ``Upload-Metadata`` says: comma-separated pairs of a key and a base64 value; a key comes once.

    Values are read as UTF-8; bytes that are not become U+FFFD. They are data to be cleaned, never paths.
    """
    if len(text) > _LONGEST_METADATA:
        raise UPLOAD_HEADER("Upload-Metadata is too long. Nothing was declared.")
    pairs: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        key, _, encoded = item.partition(" ")
        if key in pairs:
            raise UPLOAD_HEADER("A key comes twice in Upload-Metadata. Nothing was declared.")
        try:
            pairs[key] = b64decode(encoded.strip(), validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError) as error:
            raise UPLOAD_HEADER("A value in Upload-Metadata is not base64. Nothing was declared.") from error
    return pairs


def metadata_text(pairs: dict[str, str]) -> str:
    """Write pairs as ``Upload-Metadata``."""
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in pairs.items())


def sha256(text: str, what: str) -> str:
    """Return a SHA-256 in hexadecimal as it was sent, or nothing; refused when it is anything else."""
    if text and not _SHA256.fullmatch(text):
        raise UPLOAD_HEADER(f"{what} is 64 digits and letters a to f. Nothing was declared.")
    return text
