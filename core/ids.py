"""Identifiers: UUIDv7 in the database (RFC 9562), prefixed TypeIDs outside."""

from __future__ import annotations

import os
import threading
import time
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.errors import ErrorCode, Kind

NOT_FOUND = ErrorCode("not_found", Kind.NOT_FOUND, "Nothing here under that id")

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_DECODE: Final = {character: value for value, character in enumerate(_ALPHABET)}
_SUFFIX_LENGTH: Final = 26
_TOP_CHARACTER: Final = "7"  # 26 characters hold 130 bits; the first may not exceed 3 bits

_lock = threading.Lock()
_last = [0, 0]


class Prefix(StrEnum):
    """The kind of thing an id names; written before the underscore of a public id."""

    ORGANISATION = "org"
    USER = "usr"
    TOKEN = "tok"  # noqa: S105 - a prefix, not a secret
    BATCH = "bat"
    UPLOAD = "upl"
    ASSET = "ast"
    CLIP = "clp"
    RELEASE = "rel"
    CONSENT_NODE = "con"
    CLAUSE = "cls"
    TERMS = "trm"
    AGREEMENT = "agr"
    CASE = "cas"
    DECISION = "dec"
    QUALITY_REVIEW = "qrv"
    OWNERSHIP_CASE = "own"
    NEAR_DUPLICATE = "dup"
    USE_CASE = "use"
    QUOTE = "qte"
    ORDER = "ord"
    LICENCE = "lic"
    DATASET = "dst"
    WITHDRAWAL = "wdr"
    NOTICE = "ntc"
    CLAIM = "clm"
    TRANSFER = "trf"
    PAYOUT = "pay"
    JOB = "job"
    EVENT = "evt"


def uuid7() -> UUID:
    """Return a new time-ordered UUID version 7, strictly increasing within this process.

    Layout as RFC 9562 section 5.7: 48 bits of Unix milliseconds, a 12-bit counter
    (method 1 of section 6.2) and 62 random bits.
    """
    with _lock:
        millisecond = time.time_ns() // 1_000_000
        if millisecond > _last[0]:
            _last[0], _last[1] = millisecond, int.from_bytes(os.urandom(1), "big")
        else:
            _last[1] += 1
            if _last[1] > 0xFFF:
                _last[0], _last[1] = _last[0] + 1, 0
        millisecond, counter = _last
    low = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=(millisecond << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | low)


def public_id(prefix: Prefix, value: UUID) -> str:
    """Return the TypeID text of an id, such as ``ast_01jd…`` (TypeID 0.3: Crockford base32)."""
    number = value.int
    characters = [_ALPHABET[(number >> (5 * place)) & 31] for place in range(_SUFFIX_LENGTH)]
    return f"{prefix}_{''.join(reversed(characters))}"


def parse_public_id(prefix: Prefix, text: str) -> UUID:
    """Return the UUID inside a public id; anything else, another prefix included, is ``not_found``."""
    head, _, suffix = text.partition("_")
    well_formed = (
        head == prefix
        and len(suffix) == _SUFFIX_LENGTH
        and suffix[0] <= _TOP_CHARACTER
        and all(character in _DECODE for character in suffix)
    )
    if not well_formed:
        raise NOT_FOUND(f"There is no {prefix.name.lower().replace('_', ' ')} with this id.")
    number = 0
    for character in suffix:
        number = (number << 5) | _DECODE[character]
    return UUID(int=number)
