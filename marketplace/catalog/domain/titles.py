"""What buyers call a clip whose creator gave it no title."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

_BREAKS: Final = re.compile(r"[\s_.\-]+")
UNTITLED: Final = "Untitled"
MAX_LENGTH: Final = 120


def shown_title(title: str, original_name: str) -> str:
    """The creator's title, else the file's stem with its separators as spaces; never a path or an extension."""
    if title.strip():
        return title.strip()
    stem = _BREAKS.sub(" ", PurePath(original_name.replace("\\", "/")).stem).strip()
    return stem[:MAX_LENGTH] or UNTITLED
