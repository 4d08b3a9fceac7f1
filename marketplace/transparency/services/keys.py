"""Signing keys: the key set, and what an operator does with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from marketplace.transparency.adapters.jws import Jwk
from marketplace.transparency.adapters.keys import Keys, key_valid_at, keys_ensure, keys_revoke, keys_rotate
from marketplace.transparency.domain.errors import KEY_UNKNOWN

OVERLAP: Final = timedelta(hours=24)
"""How long the old key stays valid by default: longer than any build that began with it, and any cached key set."""


def seconds_now() -> int:
    """The present second since 1970: the unit of everything that is signed."""
    return int(now().timestamp())


def signing_key_ensure() -> Keys:
    """All signing keys, newest last; makes the key file with a first key when there is none."""
    return keys_ensure(settings.OFFCUT.key_file, now=seconds_now())


def signing_key_rotate(*, actor: Actor, overlap: timedelta = OVERLAP) -> Keys:
    """Start to sign with a new key. What was signed before keeps verifying: no public key is ever dropped."""
    keys = keys_rotate(settings.OFFCUT.key_file, now=seconds_now(), overlap_s=int(overlap.total_seconds()))
    new = keys[-1].public
    record(actor=actor, action="signing_key.rotated", subject=new.kid, after={"from": new.nbf, "keys": len(keys)})
    return keys


def signing_key_revoke(*, actor: Actor, kid: str, at: datetime) -> Keys:
    """Tell everybody that somebody else may have held a key since ``at``; a new one signs if none is left.

    Refused with ``key_unknown``.
    """
    moment = int(at.timestamp())
    try:
        keys = keys_revoke(settings.OFFCUT.key_file, kid=kid, at=moment, now=seconds_now())
    except LookupError:
        raise KEY_UNKNOWN("No key of this installation has this id. Nothing was changed; list them first.") from None
    record(actor=actor, action="signing_key.revoked", subject=kid, after={"revoked_at": moment})
    return keys


def issue_time(earlier: datetime | None, keys: Keys) -> datetime:
    """The time a certificate states: the earlier attempt's, as long as the key of that time can still sign."""
    if earlier is not None:
        try:
            key_valid_at(keys, int(earlier.timestamp())).private_key()
        except (LookupError, ValueError):
            pass
        else:
            return earlier
    return now().replace(microsecond=0)


def public_keys() -> list[Jwk]:
    """Every public key that ever signed here."""
    return [key.public for key in signing_key_ensure()]


def jwks() -> dict[str, Any]:
    """The same as a JSON Web Key Set."""
    return {"keys": [key.as_json() for key in public_keys()]}
