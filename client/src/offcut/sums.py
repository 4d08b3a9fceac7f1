"""SHA256SUMS and BLAKE3SUMS: GNU format, strict about paths so that a list can never point outside its folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

SHA256SUMS = "SHA256SUMS"
BLAKE3SUMS = "BLAKE3SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (\S(?:.*\S)?)")


class SumsError(ValueError):
    """A line of a sums file is not understood or names a path that is not allowed."""


def safe_path(text: str) -> bool:
    """Whether a relative path stays inside the folder and has only ordinary parts."""
    parts = text.split("/")
    return (
        all(part not in {"", ".", ".."} for part in parts)
        and not any(character in text for character in "\\:\x00")
        and text.isprintable()
        and not PurePosixPath(text).is_absolute()
        and parts[0] != ".offcut"
    )


def parse_sums(data: bytes) -> dict[str, str]:
    """Path → lower-case hex digest. Raises SumsError on any line that is not exactly `<hex>  <path>`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise SumsError("It is not UTF-8 text.") from None
    sums: dict[str, str] = {}
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        found = _LINE.fullmatch(line)
        if found is None or not safe_path(found[2]) or found[2] in sums:
            raise SumsError(f"Line {number} is not a digest and the path of one file.")
        sums[found[2]] = found[1]
    return sums


def format_sums(sums: Mapping[str, str]) -> bytes:
    """The file's bytes: one line per path, sorted by path."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode("utf-8")
