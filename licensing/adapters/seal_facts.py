"""What is said of seals: apart from making and checking them, which loads a library that takes most of a second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class StampUnavailable(Exception):
    """The time stamping authority did not answer, or not with a time stamp. Nothing was sealed: try again later."""


class SealBroken(ValueError):
    """The bytes are not a document sealed with one of the known certificates; the message says why."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal that holds. `stamped_at` is the authority's time; `stamp_trusted` when its certificate is a known one."""

    signer: str
    certificate_sha256: str
    sealed_at: datetime
    stamped_at: datetime | None
    stamp_trusted: bool
    unsealed_bytes: int
    """How many of the first bytes are the document before it was sealed."""
