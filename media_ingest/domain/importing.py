"""Importing a folder: which files are left alone, why, and what became of the others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_SYSTEM: Final = frozenset(
    name.lower()
    for name in (
        "Thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "System Volume Information",
        "$RECYCLE.BIN",
        "RECYCLER",
        "lost+found",
        "__MACOSX",
        "@eaDir",
        "#recycle",
        "Icon\r",
    )
)


class Skip(StrEnum):
    """Why a file (or folder) is not looked into."""

    HIDDEN = "hidden"
    """Its name begins with a dot: ``.DS_Store``, ``._A001.mov``, ``.Trashes``."""
    SYSTEM = "system"
    """An operating system keeps it there for itself."""
    EMPTY = "empty"
    """It has no bytes."""
    SYMLINK = "symlink"
    """It points elsewhere, perhaps out of the folder."""
    HARDLINK = "hardlink"
    """It has more than one name, so somebody else may change it or miss it."""
    SPECIAL = "special_file"
    """A pipe, socket or device."""
    SPARSE = "sparse_file"
    """It claims bytes that were never written."""
    UNREADABLE = "unreadable"
    """The operating system does not let us read it."""


class Fate(StrEnum):
    """What became of a file."""

    IMPORTED = "imported"
    ALREADY_HERE = "already_here"
    WOULD_IMPORT = "would_import"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One file of the folder and what became of it."""

    path: str
    """Relative to the folder, with slashes."""
    size_bytes: int
    fate: Fate
    code: str = ""
    """A ``Skip``, or the code of what went wrong."""
    detail: str = ""
    sha256: str = ""
    asset_id: str = ""
    resumed_at: int = 0
    """Bytes that an earlier, interrupted import had brought."""
    moved: bool = False
    """Removed from the folder, after what is stored was read back and found equal."""


def left_alone(name: str) -> Skip | None:
    """Return why a file or folder of this name is skipped; None when it is footage for all its name says."""
    if name.lower() in _SYSTEM:
        return Skip.SYSTEM
    return Skip.HIDDEN if name.startswith(".") else None


def seconds_left(done_bytes: int, total_bytes: int, spent_s: float) -> int | None:
    """Guess the time the rest takes at the speed so far; None while there is nothing to guess from."""
    if done_bytes <= 0 or spent_s <= 0:
        return None
    return max(0, round(spent_s * (total_bytes - done_bytes) / done_bytes))
