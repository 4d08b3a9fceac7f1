"""Offline checks of the transparency log: signed heads, entries, and whether the log holds anything about a thing.

A head is a C2SP checkpoint. Every text has one spelling: whatever differs by a byte is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from offcut import merkle
from offcut.certificate import CertificateError, Key

PROOF = "proof.json"
EMPTY = bytes(32)
_NUMBER = r"(0|[1-9][0-9]{0,15})"
_NOTE = re.compile(rf"([^\s+]+)\n{_NUMBER}\n(\S+)\nmap (\S+)\ntime {_NUMBER}\n\n— (\S+) (\S+)\n")
_HEX = re.compile(r"[0-9a-f]{64}")
_ENTRY_MEMBERS = {"about", "at", "commitment", "event", "v"}
_KEY_BITS = 256


def refuse(code: str, detail: str, file: str = PROOF) -> CertificateError:
    """The error for something in a proof that is not as it must be."""
    return CertificateError(code, detail, file)


@dataclass(frozen=True)
class Head:
    """A signed head that was checked: the log's name, its size, both roots, when it was signed, and by which key."""

    origin: str
    size: int
    root: bytes
    map_root: bytes
    signed_at: int
    key: Key


@dataclass(frozen=True)
class Entry:
    """One entry of the log: what happened, when, about which things (hex), and what it commits to (hex)."""

    event: str
    at: int
    about: tuple[str, ...]
    commitment: str


def _base64(text: str, size: int) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != size or base64.b64encode(data).decode("ascii") != text:
        raise refuse("head", "The signed head of the log is malformed.")
    return data


def read_head(text: str, keys: Mapping[str, Key]) -> Head:
    """Check a signed head against trusted keys; raises CertificateError with the reason."""
    found = _NOTE.fullmatch(text)
    if found is None or found[6] != found[1]:
        raise refuse("head", "The signed head of the log is malformed.")
    signed = _base64(found[7], 68)
    origin, body = found[1], text.split("\n\n", 1)[0] + "\n"
    for key in keys.values():
        if hashlib.sha256(origin.encode() + b"\n\x01" + key.public).digest()[:4] == signed[:4]:
            break
    else:
        raise refuse("head_key", "The head of the log is signed by a key that is not among the trusted keys.")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signed[4:], body.encode())
    except InvalidSignature:
        raise refuse("head", "The signature of the log's head does not match.") from None
    if not key.valid_at(int(found[5])):
        raise refuse("head_key", "The key of the log's head was not valid when it was signed.")
    return Head(origin, int(found[2]), _base64(found[3], 32), _base64(found[4], 32), int(found[5]), key)


def thing(public_id: str) -> bytes:
    """How the log names a thing: SHA-256 of its public id."""
    return hashlib.sha256(public_id.encode()).digest()


def read_entry(text: str) -> Entry:
    """Read an entry, in its one spelling."""
    try:
        members = json.loads(text)
        same = isinstance(members, dict) and rfc8785.dumps(members) == text.encode()
    except (ValueError, RecursionError):
        same = False
    if not same or set(members) != _ENTRY_MEMBERS or members["v"] != 1 or not isinstance(members["about"], list):
        raise refuse("entry", "An entry of the log is malformed.")
    return Entry(str(members["event"]), int(members["at"]), tuple(members["about"]), str(members["commitment"]))


def digests(value: object) -> tuple[bytes, ...]:
    """A list of hashes written as lower-case hex."""
    if not isinstance(value, list) or not all(isinstance(one, str) and _HEX.fullmatch(one) for one in value):
        raise refuse("path", "A proof is not a list of hashes.")
    return tuple(bytes.fromhex(one) for one in value)


def included(found: Mapping[str, Any], head: Head) -> Entry:
    """The entry of an inclusion proof, once its path leads to the head's root."""
    index, text = found.get("index"), found.get("entry")
    if type(index) is not int or not isinstance(text, str):
        raise refuse("entry", "An entry of the log is malformed.")
    if not merkle.included(text.encode(), index, head.size, digests(found.get("path")), head.root):
        raise refuse("inclusion", "An entry is not in the log that the head describes.")
    return read_entry(text)


def position_of(key: bytes, siblings: Sequence[bytes], leaf: tuple[bytes, int] | None, map_root: bytes) -> int | None:
    """Where the latest entry about a thing is, or None when the proof shows that there is no entry about it.

    `leaf` is what lies at the end of the path: a key and a position, or nothing. Raises CertificateError when the
    proof shows neither.
    """

    def bit(of: bytes, depth: int) -> int:
        return of[depth >> 3] >> (7 - (depth & 7)) & 1

    if len(siblings) > _KEY_BITS or (leaf and any(bit(leaf[0], at) != bit(key, at) for at in range(len(siblings)))):
        raise refuse("absence", "The proof is about another place of the map.")
    digest = hashlib.sha256(b"\x02" + leaf[0] + leaf[1].to_bytes(8, "big")).digest() if leaf else EMPTY
    for depth in range(len(siblings) - 1, -1, -1):
        pair = siblings[depth] + digest if bit(key, depth) else digest + siblings[depth]
        digest = hashlib.sha256(b"\x03" + pair).digest()
    if digest != map_root:
        raise refuse("absence", "The proof does not lead to the map of the log's head.")
    return leaf[1] if leaf and leaf[0] == key else None
