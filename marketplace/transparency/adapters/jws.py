"""Certificates as compact JWS (RFC 7515) with Ed25519: signing, and a verifier that accepts one spelling only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = "EdDSA"
TYPE = "offcut-certificate+jwt"
"""Of what certifies a delivery; deletions were certified under it, too, before they had a type of their own."""
DELETION_TYPE = "offcut-deletion+jwt"
DELETION = "deletion"
"""What `kind` says in the certificate of a deletion; that of a delivery has no such member."""
_HEADER_MEMBERS = {"alg", "kid", "typ"}
_PARTS = 3
_KEY_BYTES = 32


class CertificateError(ValueError):
    """The text is not a certificate signed by one of the known keys; the message says why."""


@dataclass(frozen=True, slots=True)
class Jwk:
    """A public Ed25519 key with its validity in seconds since 1970; ``exp`` None means still in use.

    What a key signs from ``revoked_at`` on, the moment from which somebody else may have held it, never counts.
    """

    x: str
    nbf: int
    exp: int | None
    revoked_at: int | None = None

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint of the key."""
        members = {"crv": "Ed25519", "kty": "OKP", "x": self.x}
        return encode(hashlib.sha256(rfc8785.dumps(members)).digest())

    def valid_at(self, moment: int) -> bool:
        """Whether what says that it was signed at ``moment`` counts."""
        ends = [end for end in (self.exp, self.revoked_at) if end is not None]
        return self.nbf <= moment and all(moment < end for end in ends)

    def as_json(self) -> dict[str, Any]:
        """The key as a member of a JSON Web Key Set (RFC 8037); revoked as OpenID Federation 1.0 writes it (8.7)."""
        revoked = {"revoked_at": self.revoked_at, "reason": "compromised"}
        return {
            **({} if self.revoked_at is None else {"revoked": revoked}),
            "kty": "OKP",
            "crv": "Ed25519",
            "x": self.x,
            "kid": self.kid,
            "alg": ALGORITHM,
            "use": "sig",
            "nbf": self.nbf,
            "exp": self.exp,
        }


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Base64url in its one canonical spelling; CertificateError for anything else."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CertificateError("a part is not base64url") from error
    if encode(data) != text:
        raise CertificateError("a part is not in canonical base64url")
    return data


def sign(payload: Mapping[str, Any], *, private_key: Ed25519PrivateKey, typ: str = TYPE) -> str:
    """Sign a payload (canonical JSON, RFC 8785). The same payload, key and type give the same text."""
    key = Jwk(x=encode(private_key.public_key().public_bytes_raw()), nbf=0, exp=None)
    header = encode(rfc8785.dumps({"alg": ALGORITHM, "kid": key.kid, "typ": typ}))
    signed = f"{header}.{encode(rfc8785.dumps(dict(payload)))}"
    return f"{signed}.{encode(private_key.sign(signed.encode('ascii')))}"


def _canonical_object(data: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
        same = isinstance(value, dict) and rfc8785.dumps(value) == data
    except (ValueError, RecursionError) as error:
        raise CertificateError(f"the {what} is not JSON") from error
    if not same:
        raise CertificateError(f"the {what} is not canonical JSON")
    result: dict[str, Any] = value
    return result


def _key_for(kid: object, keys: Sequence[Jwk]) -> Jwk:
    for key in keys:
        if key.kid == kid:
            return key
    raise CertificateError("signed by a key that is not in the key set")


def _checked_header(part: str) -> dict[str, Any]:
    header = _canonical_object(decode(part), "header")
    if set(header) != _HEADER_MEMBERS:
        raise CertificateError("the header has other members than alg, kid and typ")
    if header["alg"] != ALGORITHM or header["typ"] not in {TYPE, DELETION_TYPE}:
        raise CertificateError("the header names another algorithm or type")
    return header


def verify(token: str, keys: Sequence[Jwk]) -> dict[str, Any]:
    """Payload of a delivery's certificate after every check; CertificateError says which check failed.

    The algorithm and the type are fixed, the key is found by its thumbprint only, every part has one
    spelling, and the key must have been valid when the certificate was issued (``iat``).
    """
    typ, payload = _opened(token, keys)
    if typ != TYPE or "kind" in payload:
        raise CertificateError("it certifies something else than a delivery")
    return payload


def verify_deletion(token: str, keys: Sequence[Jwk]) -> dict[str, Any]:
    """Payload of a deletion's certificate after the same checks, also of those from before it had a type of its own."""
    _, payload = _opened(token, keys)
    if payload.get("kind") != DELETION:
        raise CertificateError("it certifies something else than a deletion")
    return payload


def _opened(token: str, keys: Sequence[Jwk]) -> tuple[str, dict[str, Any]]:
    """The type and the payload of what one of the keys signed while it was valid."""
    parts = token.split(".")
    if len(parts) != _PARTS or not token.isascii():
        raise CertificateError("not three parts joined by dots")
    header = _checked_header(parts[0])
    key = _key_for(header["kid"], keys)
    public = decode(key.x)
    if len(public) != _KEY_BYTES:
        raise CertificateError("the key has the wrong length")
    try:
        signed = f"{parts[0]}.{parts[1]}".encode("ascii")
        Ed25519PublicKey.from_public_bytes(public).verify(decode(parts[2]), signed)
    except InvalidSignature as error:
        raise CertificateError("the signature does not match") from error
    payload = _canonical_object(decode(parts[1]), "payload")
    issued = payload.get("iat")
    if not isinstance(issued, int) or isinstance(issued, bool):
        raise CertificateError("the certificate does not say when it was issued")
    if not key.valid_at(issued):
        raise CertificateError("the key was not valid when the certificate was issued")
    return header["typ"], payload
