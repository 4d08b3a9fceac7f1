"""Texts from outside, made safe to keep and show as data. They never name a file of ours."""

from __future__ import annotations

import unicodedata
from typing import Final

NAME_LENGTH: Final = 255
FOLDER_LENGTH: Final = 500
_ENDING_LENGTH: Final = 16
_UNTOUCHABLE: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_KEPT_FORMAT: Final = frozenset({"\u200c", "\u200d"})  # joiners: some scripts and emoji need them
_REPLACEMENT: Final = "\ufffd"


def _safe(character: str, keep: str) -> str:
    if character in keep:
        return character
    category = unicodedata.category(character)
    if category == "Cf":  # bidi overrides, zero-width marks, tags: they make a text lie about itself
        return character if character in _KEPT_FORMAT else _REPLACEMENT
    return _REPLACEMENT if category in _UNTOUCHABLE else character


def display_name(text: str) -> str:
    """Return a file's own name as data: the last path part, no control or direction characters, ≤ 255.

    What cannot be shown safely becomes U+FFFD, so that two odd names stay two names. Empty when
    nothing is left. The result is never used as a path.
    """
    last = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    normal = unicodedata.normalize("NFC", last)
    safe = "".join(_safe(character, "") for character in normal).strip()
    return _cut(safe, NAME_LENGTH)


def display_folder(text: str) -> str:
    """Return where a file lies on its owner's card, as data: parts joined by slashes, no way up, ≤ 500.

    Too deep a folder loses its outermost parts. Empty at the top. The result is never used as a path of ours.
    """
    parts = [display_name(part) for part in text.replace("\\", "/").split("/")]
    kept = [part for part in parts if part and part not in {".", ".."}]
    while len("/".join(kept)) > FOLDER_LENGTH:
        kept.pop(0)
    return "/".join(kept)


def display_text(text: str, *, limit: int, lines: bool = False) -> str:
    """Return a human's text without control or direction characters; ``lines`` keeps line breaks."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    safe = "".join(_safe(character, "\n" if lines else "") for character in normal).strip()
    return safe[:limit].rstrip()


def _cut(name: str, limit: int) -> str:
    """Shorten a name to ``limit`` characters and keep its ending, which people recognise it by."""
    if len(name) <= limit:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _ENDING_LENGTH:
        return name[:limit]
    return f"{stem[: limit - len(ending) - 2]}…{dot}{ending}"
