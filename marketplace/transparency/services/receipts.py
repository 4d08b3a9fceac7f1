"""Receipts for people without an account: what they signed, as a JWS that anybody can check with the public keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import rfc8785

from marketplace.transparency.adapters.jws import ALGORITHM, encode
from marketplace.transparency.adapters.keys import key_valid_at
from marketplace.transparency.services.keys import seconds_now, signing_key_ensure

RECEIPT_TYPE: Final = "offcut-release-receipt+jwt"
"""Another type than a certificate's, so that neither passes for the other."""


def receipt_sign(*, facts: Mapping[str, str | int | None]) -> str:
    """Sign what a receipt says (canonical JSON, RFC 8785) with the key in use; `iat` is the present second."""
    keys, moment = signing_key_ensure(), seconds_now()
    key = key_valid_at(keys, moment)
    header = encode(rfc8785.dumps({"alg": ALGORITHM, "kid": key.public.kid, "typ": RECEIPT_TYPE}))
    signed = f"{header}.{encode(rfc8785.dumps({**facts, 'iat': moment}))}"
    return f"{signed}.{encode(key.private_key().sign(signed.encode('ascii')))}"
