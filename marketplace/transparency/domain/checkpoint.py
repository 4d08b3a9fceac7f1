"""Heads of the log as C2SP checkpoints: a few lines of text, signed as a note, that witnesses can also sign.

offcut.example/log          the log's name
42                          how many entries
CsUYapGG…=                  root of the log, base64
map 0Jk…=                   root of the map from things to their latest entry
time 1795310000             when it was signed, seconds since 1970
                            (an empty line)
— offcut.example/log az…=   who signed: four bytes that name the key, then the Ed25519 signature
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

_ED25519 = b"\x01"
_ID_BYTES: Final = 4
_SIGNED_BYTES: Final = _ID_BYTES + 64
_ROOT_BYTES: Final = 32
_NUMBER = r"(0|[1-9][0-9]{0,15})"
_NOTE = re.compile(
    rf"([^\s+]+)\n{_NUMBER}\n(\S+)\nmap (\S+)\ntime {_NUMBER}\n\n— (\S+) (\S+)\n",
)


class CheckpointError(ValueError):
    """The text is not a signed head of a log."""


def _decoded(text: str, size: int) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError("a line is not base64") from error
    if len(data) != size or base64.b64encode(data).decode("ascii") != text:
        raise CheckpointError("a line is not canonical base64 of the right length")
    return data


@dataclass(frozen=True, slots=True)
class Head:
    """What a head says: the log's name, its size, both roots, and when (seconds since 1970)."""

    origin: str
    size: int
    root: bytes
    map_root: bytes
    signed_at: int

    def body(self) -> str:
        """The text that is signed."""
        root, of_map = (base64.b64encode(digest).decode("ascii") for digest in (self.root, self.map_root))
        return f"{self.origin}\n{self.size}\n{root}\nmap {of_map}\ntime {self.signed_at}\n"


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head, the four bytes that name the key, and the signature over ``head.body()``; nothing is checked yet."""

    head: Head
    key_id: bytes
    signature: bytes

    def text(self) -> str:
        """The note."""
        signed = base64.b64encode(self.key_id + self.signature).decode("ascii")
        return f"{self.head.body()}\n— {self.head.origin} {signed}\n"


def key_id(origin: str, public: bytes) -> bytes:
    """The four bytes by which a note names an Ed25519 key: the start of SHA-256 over name, line feed, 0x01 and key."""
    return hashlib.sha256(origin.encode("utf-8") + b"\n" + _ED25519 + public).digest()[:_ID_BYTES]


def head_read(text: str) -> SignedHead:
    """Read what ``SignedHead.text`` wrote; CheckpointError for any other spelling."""
    found = _NOTE.fullmatch(text)
    if found is None or found[6] != found[1]:
        raise CheckpointError("not the five lines of a head and one signature by its log")
    signed = _decoded(found[7], _SIGNED_BYTES)
    root, of_map = _decoded(found[3], _ROOT_BYTES), _decoded(found[4], _ROOT_BYTES)
    head = Head(found[1], int(found[2]), root, of_map, int(found[5]))
    return SignedHead(head, signed[:_ID_BYTES], signed[_ID_BYTES:])
