"""What the log says: one short JSON text per event, with no name in it.

An entry names things by the SHA-256 of their public id and commits to its private facts by a salted hash: whoever
knows a clip's id can find its entries, and only who was told the salt can show whose licence it was.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

VERSION: Final = 1
SALT_BYTES: Final = 32
_MEMBERS: Final = {"about", "at", "commitment", "event", "v"}
_HEX: Final = re.compile(r"[0-9a-f]{64}")


class LogEvent(StrEnum):
    """What happened to a licence, or to the certificate of an order."""

    ISSUED = "issued"
    """A licence was granted."""
    WITHDRAWN = "withdrawn"
    """The creator withdrew the clip: the holder was told, and what the terms say now runs."""
    CLAIMED = "claimed"
    """Somebody claims a right; the licence stands until it is decided."""
    CLEARED = "cleared"
    """The claim was decided for the licence."""
    TERMINATED = "terminated"
    """The licence ended before its time."""
    EXPIRED = "expired"
    """The licence's time is over."""
    DELETION_ATTESTED = "deletion_attested"
    """The holder declared that the footage is deleted."""
    CERTIFIED = "certified"
    """A certificate was signed."""


class EntryError(ValueError):
    """The text is not an entry of the log."""


def canonical(value: Mapping[str, object]) -> bytes:
    """Canonical JSON (RFC 8785) of an object that holds only ASCII text, whole numbers and lists of these."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def thing(public_id: str) -> bytes:
    """How the log names a thing: SHA-256 of its public id. Ids of different kinds differ by their prefix."""
    return hashlib.sha256(public_id.encode("ascii")).digest()


def commitment(salt: bytes, facts: Mapping[str, str]) -> str:
    """Hex of SHA-256 over the salt and the canonical JSON of the private facts."""
    return hashlib.sha256(salt + canonical(facts)).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: when (seconds since 1970), about which things (hex of ``thing``), with which commitment (hex)."""

    event: LogEvent
    at: int
    about: tuple[str, ...]
    commitment: str

    def data(self) -> bytes:
        """The leaf's data; one spelling only."""
        return canonical(
            {
                "about": list(self.about),
                "at": self.at,
                "commitment": self.commitment,
                "event": str(self.event),
                "v": VERSION,
            }
        )


def entry_read(data: bytes) -> Entry:
    """Read what ``Entry.data`` wrote; EntryError for anything else, another spelling included."""
    try:
        members = json.loads(data)
        if not isinstance(members, dict) or set(members) != _MEMBERS or members["v"] != VERSION:
            raise EntryError("an entry has the members about, at, commitment, event and v")
        entry = Entry(LogEvent(members["event"]), members["at"], tuple(members["about"]), members["commitment"])
        same = entry.data() == data
    except (TypeError, ValueError, RecursionError) as error:
        raise EntryError(f"not an entry: {error}") from error
    if not same or type(entry.at) is not int or not all(_is_hex(text) for text in (*entry.about, entry.commitment)):
        raise EntryError("an entry is canonical JSON of hashes and a time")
    return entry


def _is_hex(text: object) -> bool:
    return isinstance(text, str) and _HEX.fullmatch(text) is not None
