"""Signing heads of the log, and checking a signed head against the known keys."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from marketplace.transparency.adapters.jws import Jwk, decode
from marketplace.transparency.adapters.keys import StoredKey
from marketplace.transparency.domain.checkpoint import CheckpointError, Head, SignedHead, head_read, key_id


def head_sign(head: Head, key: StoredKey) -> str:
    """The head's text with the key's signature. The same head and key give the same text."""
    signature = key.private_key().sign(head.body().encode("utf-8"))
    return SignedHead(head, key_id(head.origin, decode(key.public.x)), signature).text()


def head_verify(text: str, keys: Sequence[Jwk]) -> Head:
    """What a signed head says, after every check; CheckpointError says which one failed."""
    signed = head_read(text)
    head = signed.head
    for key in keys:
        public = decode(key.x)
        if key_id(head.origin, public) == signed.key_id:
            break
    else:
        raise CheckpointError("signed by a key that is not in the key set")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed.signature, head.body().encode("utf-8"))
    except InvalidSignature as error:
        raise CheckpointError("the signature does not match") from error
    if not key.valid_at(head.signed_at):
        raise CheckpointError("the key was not valid when the head was signed")
    return head
