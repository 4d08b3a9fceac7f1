"""The signing key file: private Ed25519 keys while they may sign, and every public key that ever did.

Whoever changes the file holds a lock on its folder; whoever reads it sees the old file or the new one.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from marketplace.transparency.adapters.jws import Jwk, decode, encode

_PRIVATE_MODE = 0o600
_FOLDER_MODE = 0o700


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as the file keeps it; ``secret`` is gone once the key may not sign any more."""

    public: Jwk
    secret: str | None

    def private_key(self) -> Ed25519PrivateKey:
        """The private key; ValueError when it was destroyed."""
        if self.secret is None:
            raise ValueError(f"the private part of key {self.public.kid} was destroyed")
        return Ed25519PrivateKey.from_private_bytes(decode(self.secret))

    def as_json(self) -> dict[str, Any]:
        """The key as written to the file."""
        public = self.public
        return {"x": public.x, "nbf": public.nbf, "exp": public.exp, "revoked_at": public.revoked_at, "d": self.secret}

    def without_secret_after(self, now: int) -> StoredKey:
        """The key as it is kept at ``now``: its private part is destroyed once it may not sign any more."""
        ended = self.public.revoked_at is not None or (self.public.exp is not None and self.public.exp <= now)
        return replace(self, secret=None) if ended else self


Keys = tuple[StoredKey, ...]


def _new_key(nbf: int) -> StoredKey:
    private = Ed25519PrivateKey.generate()
    public = Jwk(x=encode(private.public_key().public_bytes_raw()), nbf=nbf, exp=None)
    return StoredKey(public, encode(private.private_bytes_raw()))


def _read(path: Path) -> Keys:
    if not path.exists():
        return ()
    entries: list[dict[str, Any]] = json.loads(path.read_text())["keys"]
    return tuple(
        StoredKey(Jwk(entry["x"], entry["nbf"], entry["exp"], entry.get("revoked_at")), entry["d"]) for entry in entries
    )


def _write(path: Path, keys: Keys) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
    with os.fdopen(handle, "w") as file:
        json.dump({"keys": [key.as_json() for key in keys]}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the folder's lock; it is released when the process dies, too."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _kept(path: Path, keys: Keys, now: int) -> Keys:
    """Write the keys as they are to be kept, with one that can sign now."""
    kept = tuple(key.without_secret_after(now) for key in keys)
    if not any(key.secret is not None and key.public.valid_at(now) for key in kept):
        kept = (*kept, _new_key(now))
    if kept != _read(path):
        _write(path, kept)
    return kept


def keys_ensure(path: Path, *, now: int) -> Keys:
    """All keys of the file, newest last; makes the file (mode 0600) with a first key when there is none.

    Private parts whose key may not sign any more are destroyed on the way. ``now`` is in seconds since 1970.
    """
    keys = _read(path)
    usable = any(key.secret is not None and key.public.valid_at(now) for key in keys)
    if usable and all(key == key.without_secret_after(now) for key in keys):
        return keys
    with _alone(path):
        return _kept(path, _read(path), now)


def keys_rotate(path: Path, *, now: int, overlap_s: int) -> Keys:
    """Open a new key, which signs from now on; those in use stay valid for ``overlap_s`` seconds, at least one.

    Every public key is kept for ever, with the end of its time.
    """
    end = now + max(1, overlap_s)
    with _alone(path):
        keys = _kept(path, _read(path), now)
        closed = (replace(key, public=replace(key.public, exp=min(key.public.exp or end, end))) for key in keys)
        still = tuple(was if was.secret is None else key for was, key in zip(keys, closed, strict=True))
        return _kept(path, (*still, _new_key(now)), now)


def keys_revoke(path: Path, *, kid: str, at: int, now: int) -> Keys:
    """Say that somebody else may have held a key since ``at``, and destroy its private part; LookupError when unknown.

    What says that it was signed from then on does not count. A key revoked twice keeps the earlier time.
    """
    with _alone(path):
        keys = _read(path)
        if kid not in {key.public.kid for key in keys}:
            raise LookupError(kid)
        return _kept(path, tuple(_revoked(key, at) if key.public.kid == kid else key for key in keys), now)


def _revoked(key: StoredKey, at: int) -> StoredKey:
    earlier = key.public.revoked_at
    return replace(key, public=replace(key.public, revoked_at=at if earlier is None else min(at, earlier)))


def key_valid_at(keys: Keys, at: int) -> StoredKey:
    """The key that signs what is issued at ``at``: the newest valid then that can still sign, else the newest.

    LookupError when none was valid then.
    """
    valid = [key for key in reversed(keys) if key.public.valid_at(at)]
    if not valid:
        raise LookupError(f"no signing key was valid at {at}")
    return next((key for key in valid if key.secret is not None), valid[0])
