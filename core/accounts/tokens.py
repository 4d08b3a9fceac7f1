"""The text of an API key: readable prefix, random secret, checksum for scanners. Pure."""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib
from dataclasses import dataclass
from typing import Final

_ALPHABET: Final = string.digits + string.ascii_letters
_MARK: Final = "oc_live"
LOOKUP_LENGTH: Final = 8
_SECRET_LENGTH: Final = 32  # 190 bits: a fast hash is enough to store it
_CHECK_LENGTH: Final = 6


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(text: str) -> str:
    number, characters = zlib.crc32(text.encode()), ""
    for _ in range(_CHECK_LENGTH):
        number, remainder = divmod(number, len(_ALPHABET))
        characters = _ALPHABET[remainder] + characters
    return characters


@dataclass(frozen=True, slots=True)
class TokenText:
    """A freshly made key: show ``text`` once, store ``lookup`` and ``digest``."""

    text: str
    lookup: str
    digest: str


def digest_of(text: str) -> str:
    """Return the SHA-256 of a key, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def token_make() -> TokenText:
    """Make a new random key: ``oc_live_<8 id>_<32 base62>_<6 checksum>``."""
    lookup = _random(LOOKUP_LENGTH)
    body = f"{_MARK}_{lookup}_{_random(_SECRET_LENGTH)}"
    text = f"{body}_{_checksum(body)}"
    return TokenText(text, lookup, digest_of(text))


def lookup_of(text: str) -> str | None:
    """Return the public part of a well-formed key, or None when the text cannot be one."""
    body, _, check = text.rpartition("_")
    parts = body.split("_")
    well_formed = (
        len(parts) == 4
        and "_".join(parts[:2]) == _MARK
        and len(parts[2]) == LOOKUP_LENGTH
        and secrets.compare_digest(check.encode(), _checksum(body).encode())
    )
    return parts[2] if well_formed else None
