"""The signing key file: one private Ed25519 key in use, and every public key that ever signed."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from marketplace.transparency.adapters.jws import Jwk, decode, encode

_PRIVATE_MODE = 0o600
_FOLDER_MODE = 0o700


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as the file keeps it; ``secret`` is gone once a key is two rotations old."""

    public: Jwk
    secret: str | None

    def private_key(self) -> Ed25519PrivateKey:
        """The private key; ValueError when it was dropped."""
        if self.secret is None:
            raise ValueError(f"the private part of key {self.public.kid} was dropped")
        return Ed25519PrivateKey.from_private_bytes(decode(self.secret))

    def as_json(self) -> dict[str, Any]:
        """The key as written to the file."""
        return {"x": self.public.x, "nbf": self.public.nbf, "exp": self.public.exp, "d": self.secret}


def _new_key(nbf: int) -> StoredKey:
    private = Ed25519PrivateKey.generate()
    public = Jwk(x=encode(private.public_key().public_bytes_raw()), nbf=nbf, exp=None)
    return StoredKey(public, encode(private.private_bytes_raw()))


def _read(path: Path) -> tuple[StoredKey, ...]:
    entries: list[dict[str, Any]] = json.loads(path.read_text())["keys"]
    return tuple(StoredKey(Jwk(x=entry["x"], nbf=entry["nbf"], exp=entry["exp"]), entry["d"]) for entry in entries)


def _write_beside(path: Path, keys: tuple[StoredKey, ...]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
    with os.fdopen(handle, "w") as file:
        json.dump({"keys": [key.as_json() for key in keys]}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return draft


def keys_ensure(path: Path, *, now: int) -> tuple[StoredKey, ...]:
    """All keys of the file, newest last; creates the file (mode 0600) with a first key when absent.

    Two processes that start at once end up with the same key. ``now`` is in seconds since 1970.
    """
    if not path.exists():
        draft = _write_beside(path, (_new_key(now),))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return _read(path)


def keys_rotate(path: Path, *, now: int) -> tuple[StoredKey, ...]:
    """Close the key in use at the end of this second and open a new one; every public key is kept.

    What was signed earlier in this very second (times are whole seconds) keeps verifying.
    The key just closed keeps its private part for certificates already under way; older ones lose it.
    """
    *older, current = keys_ensure(path, now=now)
    closed = replace(current, public=replace(current.public, exp=now + 1))
    kept = (*(replace(key, secret=None) for key in older), closed, _new_key(now + 1))
    _write_beside(path, kept).replace(path)
    return kept


def key_valid_at(keys: tuple[StoredKey, ...], at: int) -> StoredKey:
    """The key that signs a certificate issued at ``at``; LookupError when none was valid then."""
    for key in reversed(keys):
        if key.public.nbf <= at and (key.public.exp is None or at < key.public.exp):
            return key
    raise LookupError(f"no signing key was valid at {at}")
