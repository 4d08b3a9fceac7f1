"""The hashes that lists of checksums name: those of the standard library, C4, and xxHash where it is installed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

BLOCK_BYTES = 1 << 20
_C4_DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# The `mhl` extra; without it files that are listed with xxHash only are compared by size.
xxhash: Any = import_module("xxhash") if find_spec("xxhash") else None


class _Digest(Protocol):
    def update(self, data: bytes, /) -> object: ...

    def hexdigest(self) -> str: ...


class C4:
    """C4: SHA-512 in base 58, 90 characters (SMPTE ST 2114)."""

    def __init__(self) -> None:
        self._sha512 = hashlib.sha512()

    def update(self, data: bytes) -> None:
        self._sha512.update(data)

    def hexdigest(self) -> str:
        value, digits = int.from_bytes(self._sha512.digest(), "big"), ""
        while value:
            value, rest = divmod(value, 58)
            digits = _C4_DIGITS[rest] + digits
        return "c4" + digits.rjust(88, _C4_DIGITS[0])


class _LittleEndian:
    """xxHash64 as classic lists wrote it first: the same eight bytes in the other order."""

    def __init__(self) -> None:
        self._inner: Any = xxhash.xxh64()

    def update(self, data: bytes) -> None:
        self._inner.update(data)

    def hexdigest(self) -> str:
        return bytes(reversed(self._inner.digest())).hex()


def _hashers() -> dict[str, Callable[[], _Digest]]:
    found: dict[str, Callable[[], _Digest]] = {
        "md5": lambda: hashlib.md5(usedforsecurity=False),
        "sha1": lambda: hashlib.sha1(usedforsecurity=False),
        "sha256": hashlib.sha256,
        "c4": C4,
    }
    if xxhash is not None:
        found |= {"xxh64": xxhash.xxh64, "xxh3": xxhash.xxh3_64, "xxh128": xxhash.xxh3_128, "xxh64le": _LittleEndian}
    return found


HASHERS = _hashers()
"""What this installation can compute, by the name lists are read with."""


def digest_of(path: Path, name: str) -> str:
    """One hash of a file, as lists write it; OSError when it cannot be read."""
    digest = HASHERS[name]()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
