"""What a certificate is worth today, told from the states of its licences and of the key that signed it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Standing(StrEnum):
    """What became of a certificate's licences."""

    VALID = "valid"
    """All of them stand."""
    WITHDRAWN = "withdrawn"
    """All stand, and a creator withdrew at least one clip: what the terms say about it runs."""
    UNDER_CLAIM = "under_claim"
    """All stand, and somebody claims a right on at least one."""
    PARTLY_ENDED = "partly_ended"
    """Some ended before their time."""
    ENDED = "ended"
    """None stands, and at least one ended before its time."""
    EXPIRED = "expired"
    """The time of all of them is over."""
    INVALID = "invalid"
    """The certificate itself does not verify."""


class KeyState(StrEnum):
    """Whether a key still signs."""

    ACTIVE = "active"
    CLOSING = "closing"
    """A newer key signs; this one is still valid for what was under way."""
    RETIRED = "retired"
    """It signs nothing any more; what it signed stays valid."""
    REVOKED = "revoked"
    """Somebody else may have held it from a certain time on: nothing dated later counts."""


def standing_of(licences: Mapping[str, int]) -> Standing:
    """Sum up counts by state: ``total``, ``expired``, ``terminated``, ``under_claim``, ``withdrawn``."""
    total, expired, terminated = (licences.get(name, 0) for name in ("total", "expired", "terminated"))
    if expired == total:
        return Standing.EXPIRED
    if terminated:
        return Standing.ENDED if expired + terminated == total else Standing.PARTLY_ENDED
    if licences.get("under_claim"):
        return Standing.UNDER_CLAIM
    return Standing.WITHDRAWN if licences.get("withdrawn") else Standing.VALID


def key_state(*, not_after: int | None, revoked_at: int | None, now: int) -> KeyState:
    """Where a key is in its life; times in seconds since 1970."""
    if revoked_at is not None:
        return KeyState.REVOKED
    if not_after is None:
        return KeyState.ACTIVE
    return KeyState.CLOSING if now < not_after else KeyState.RETIRED
