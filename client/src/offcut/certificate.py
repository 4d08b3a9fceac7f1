"""Offline check of a dataset certificate: a compact JWS signed with Ed25519.

Strict on purpose: one algorithm, one type, the key found only by its RFC 7638 thumbprint, no other header member,
canonical base64url and canonical JSON only (RFC 8785), and the key must have been valid on the day of issue.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALGORITHM = "EdDSA"
TYPE = "offcut-certificate+jwt"
_HEADER_MEMBERS = frozenset({"alg", "kid", "typ"})
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_PUBLIC_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_PARTS = 3


class CertificateError(ValueError):
    """The certificate or the key set cannot be trusted; `code` says why, `file` which file is to blame."""

    def __init__(self, code: str, detail: str, file: str = "certificate.jws") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.file = file


@dataclass(frozen=True)
class Key:
    """A public key of the issuer and the interval `[not_before, expires)` (Unix seconds) in which it may sign.

    From `revoked_at` on somebody else may have held it: nothing dated later counts.
    """

    kid: str
    public: bytes
    not_before: int
    expires: int | None
    revoked_at: int | None = None

    def valid_at(self, moment: int) -> bool:
        """Whether a signature made at `moment` (Unix seconds) counts."""
        ends = [end for end in (self.expires, self.revoked_at) if end is not None]
        return self.not_before <= moment and all(moment < end for end in ends)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the raw public key in groups of four, to be read aloud and compared."""
        digest = hashlib.sha256(self.public).hexdigest()
        return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


@dataclass(frozen=True)
class Certificate:
    """A certificate whose signature was checked: its payload and the key that signed it."""

    payload: Mapping[str, Any]
    key: Key

    def text(self, *path: str) -> str:
        """The text at a path of member names, or "" when there is none."""
        value = self.value(*path)
        return value if isinstance(value, str) else ""

    def number(self, *path: str) -> int | None:
        """The integer at a path of member names."""
        value = self.value(*path)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def value(self, *path: str) -> object:
        """The value at a path of member names, or None."""
        node: object = self.payload
        for name in path:
            if not isinstance(node, Mapping):
                return None
            node = node.get(name)
        return node


def decode_base64url(text: str, file: str = "certificate.jws") -> bytes:
    """Decode unpadded base64url, refusing every spelling but the canonical one (spare bits must be zero)."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise CertificateError("malformed", "It holds characters that no certificate has.", file)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode_base64url(data) != text:
        raise CertificateError("non_canonical_base64", "It is not in canonical base64url form.", file)
    return data


def encode_base64url(data: bytes) -> str:
    """Unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def thumbprint(public: bytes) -> str:
    """RFC 7638 thumbprint (SHA-256) of an Ed25519 public key."""
    return encode_base64url(
        hashlib.sha256(rfc8785.dumps({"crv": "Ed25519", "kty": "OKP", "x": encode_base64url(public)})).digest()
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise CertificateError("duplicate_member", "The same JSON member is written twice.")
    return members


def _parse_object(data: bytes, file: str) -> dict[str, Any]:
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except CertificateError as error:
        raise CertificateError(error.code, error.detail, file) from None
    except (ValueError, RecursionError):
        raise CertificateError("malformed", "It is not valid JSON.", file) from None
    if not isinstance(value, dict):
        raise CertificateError("malformed", "It is not a JSON object.", file)
    return value


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_key(entry: Mapping[str, Any], file: str) -> Key:
    if entry.get("alg", ALGORITHM) != ALGORITHM or entry.get("use", "sig") != "sig" or "d" in entry:
        raise CertificateError("bad_key", "A key is not for EdDSA signatures, or is a private key.", file)
    text = entry.get("x")
    public = decode_base64url(text, file) if isinstance(text, str) else b""
    if len(public) != _PUBLIC_KEY_BYTES:
        raise CertificateError("bad_key", "A key does not have 32 bytes.", file)
    kid = thumbprint(public)
    if entry.get("kid") != kid:
        raise CertificateError("bad_key", "A key's id is not its thumbprint.", file)
    expires = entry.get("exp")
    if expires is not None and _integer(expires) is None:
        raise CertificateError("bad_key", "A key's end of validity is not a number.", file)
    not_before = _integer(entry.get("nbf", 0))
    if not_before is None:
        raise CertificateError("bad_key", "A key's start of validity is not a number.", file)
    return Key(kid, public, not_before, _integer(expires), _revoked_at(entry, file))


def _revoked_at(entry: Mapping[str, Any], file: str) -> int | None:
    """When a key was revoked, as OpenID Federation 1.0 writes it; a revocation without a time counts from the start."""
    revoked = entry.get("revoked")
    if revoked is None:
        return None
    if not isinstance(revoked, Mapping):
        raise CertificateError("bad_key", "A key's revocation is not understood.", file)
    moment = _integer(revoked.get("revoked_at"))
    return 0 if moment is None else moment


def read_jwks(data: bytes | Mapping[str, Any], file: str = "jwks.json") -> dict[str, Key]:
    """The Ed25519 keys of a JWK set by thumbprint; other kinds are ignored, a broken Ed25519 key is an error."""
    document = data if isinstance(data, Mapping) else _parse_object(data, file)
    entries = document.get("keys")
    if not isinstance(entries, list):
        raise CertificateError("malformed", "It holds no list of keys.", file)
    keys: dict[str, Key] = {}
    for entry in entries:
        if isinstance(entry, Mapping) and entry.get("kty") == "OKP" and entry.get("crv") == "Ed25519":
            key = _read_key(entry, file)
            keys[key.kid] = key
    return keys


def _check_header(header: Mapping[str, Any]) -> str:
    extra = sorted(set(header) - _HEADER_MEMBERS)
    if extra:
        raise CertificateError("header_member", f"Its header carries {', '.join(extra)!a}, which is never allowed.")
    if header.get("alg") != ALGORITHM:
        raise CertificateError("algorithm", "It is not signed with EdDSA.")
    if header.get("typ") != TYPE:
        raise CertificateError("type", "It is not an Offcut certificate.")
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise CertificateError("malformed", "It names no key.")
    return kid


def _canonical(part: str) -> dict[str, Any]:
    data = decode_base64url(part)
    members = _parse_object(data, "certificate.jws")
    try:
        canonical = rfc8785.dumps(members)
    except (rfc8785.CanonicalizationError, ValueError):
        canonical = b""
    if canonical != data:
        raise CertificateError("non_canonical_json", "Its JSON is not in canonical form.")
    return members


def claims_unverified(path: Path) -> tuple[str, str, str]:
    """(key id, issuer, dataset) that a certificate file claims; only good for choosing whom to ask about what."""
    try:
        header, payload, _ = path.read_bytes().removesuffix(b"\n").decode("ascii").split(".")
        claims, kid = _canonical(payload), _canonical(header).get("kid")
    except (OSError, ValueError):
        return "", "", ""
    kid, issuer, dataset = (
        claim if isinstance(claim, str) else "" for claim in (kid, claims.get("iss"), claims.get("dataset"))
    )
    return kid, issuer, dataset


def read_certificate(data: bytes, keys: Mapping[str, Key]) -> Certificate:
    """Check a compact JWS against trusted keys and return its payload.

    One final line feed is tolerated, nothing else around the token. Raises CertificateError with the reason.
    """
    try:
        token = data.removesuffix(b"\n").decode("ascii")
    except UnicodeDecodeError:
        raise CertificateError("malformed", "It holds characters that no certificate has.") from None
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise CertificateError("malformed", "It does not have three parts.")
    kid = _check_header(_canonical(parts[0]))
    key = keys.get(kid)
    if key is None:
        raise CertificateError("unknown_key", f"It is signed by key {kid}, which is not among the trusted keys.")
    signature = decode_base64url(parts[2])
    if len(signature) != _SIGNATURE_BYTES:
        raise CertificateError("signature", "Its signature does not have 64 bytes.")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, f"{parts[0]}.{parts[1]}".encode("ascii"))
    except InvalidSignature:
        raise CertificateError("signature", "Its signature does not match its content.") from None
    payload = _canonical(parts[1])
    if "kind" in payload:  # deletions were once certified under the same type
        raise CertificateError("type", "It is not an Offcut certificate.")
    issued = _integer(payload.get("iat"))
    if issued is None or not key.valid_at(issued):
        raise CertificateError("key_not_valid", "Its key was not valid on the day it was issued.")
    return Certificate(payload, key)
