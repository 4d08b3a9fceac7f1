"""Receipts for people without an account: what they signed, as a JWS that anybody can check with the public keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import rfc8785
from django.conf import settings

from core.clock import now
from marketplace.transparency.adapters.jws import ALGORITHM, encode
from marketplace.transparency.adapters.keys import key_valid_at, keys_ensure

RECEIPT_TYPE: Final = "offcut-release-receipt+jwt"
"""Another type than a certificate's, so that neither passes for the other."""


def receipt_sign(*, facts: Mapping[str, str | int | None]) -> str:
    """Sign what a receipt says (canonical JSON, RFC 8785) with the key in use; `iat` is the present second."""
    moment = int(now().timestamp())
    key = key_valid_at(keys_ensure(settings.OFFCUT.key_file, now=moment), moment)
    header = encode(rfc8785.dumps({"alg": ALGORITHM, "kid": key.public.kid, "typ": RECEIPT_TYPE}))
    signed = f"{header}.{encode(rfc8785.dumps({**facts, 'iat': moment}))}"
    return f"{signed}.{encode(key.private_key().sign(signed.encode('ascii')))}"
