"""Saved sign-ins: address, token and pinned signing keys, readable by their owner only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from offcut.certificate import Key, read_jwks
from offcut.durable import read_json, write_json
from offcut.errors import OffcutError
from offcut.language import t

DEFAULT = "default"


def config_folder() -> Path:
    """$OFFCUT_CONFIG, else `offcut` in the user's configuration folder (XDG)."""
    if os.environ.get("OFFCUT_CONFIG"):
        return Path(os.environ["OFFCUT_CONFIG"])
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "offcut"


@dataclass(frozen=True)
class Profile:
    """One sign-in; `jwks` is the server's key set as seen when it was made."""

    url: str
    token: str
    email: str = ""
    organisation: str = ""
    jwks: Mapping[str, Any] = field(default_factory=dict)

    def pinning(self, jwks: Mapping[str, Any]) -> Profile:
        """The same sign-in with another pinned key set."""
        return replace(self, jwks=jwks)

    def keys(self) -> dict[str, Key]:
        """The pinned keys by thumbprint."""
        return read_jwks(self.jwks, "pinned keys") if self.jwks else {}


def _file(name: str) -> Path:
    if not name or not all(character.isalnum() or character in "-_." for character in name) or name.startswith("."):
        raise OffcutError(
            "usage",
            t("{name} cannot name a profile.", name=repr(name)),
            t("Use letters, digits, dot, dash and underscore."),
        )
    return config_folder() / "profiles" / f"{name}.json"


def load_profile(name: str = DEFAULT) -> Profile | None:
    """A saved sign-in, or None."""
    facts = read_json(_file(name))
    if not facts or not isinstance(facts.get("url"), str) or not isinstance(facts.get("token"), str):
        return None
    known = {item.name for item in fields(Profile)}
    return Profile(**{key: value for key, value in facts.items() if key in known})


def save_profile(profile: Profile, name: str = DEFAULT) -> Path:
    """Save a sign-in; the file is readable by its owner only. Returns where it lies."""
    path = _file(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_json(path, asdict(profile), mode=0o600)
    return path


def remove_profile(name: str = DEFAULT) -> bool:
    """Forget a sign-in; False when there was none."""
    path = _file(name)
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


def pin(profile: Profile | None, jwks: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The key set to pin: the server's now and those pinned before (old keys still prove old certificates).

    Also returns the ids of pinned keys that the server no longer shows, which an honest server never does.
    """
    fresh = {key.get("kid"): key for key in jwks.get("keys", []) if isinstance(key, dict)}
    old = {key.get("kid"): key for key in (profile.jwks.get("keys", []) if profile else []) if isinstance(key, dict)}
    gone = sorted(str(kid) for kid in old if kid not in fresh)
    return {"keys": [*fresh.values(), *(old[kid] for kid in old if kid not in fresh)]}, gone


def all_pinned() -> dict[str, dict[str, Key]]:
    """Server address → keys pinned for it, over all saved profiles."""
    pinned: dict[str, dict[str, Key]] = {}
    folder = config_folder() / "profiles"
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        profile = load_profile(path.stem)
        if profile is not None and profile.jwks:
            pinned.setdefault(profile.url.rstrip("/"), {}).update(profile.keys())
    return pinned
