"""A card's own list of checksums: classic MHL 1.1 and ASC MHL 2.0, read and compared before anything is sent.

Formats: https://mediahashlist.org/ (MHL 1.1) and the ASC Media Hash List specification (namespace urn:ASC:MHL:v2.0).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from offcut.errors import OffcutError
from offcut.language import t
from offcut.local_files import LocalFile
from offcut.mhl_hashes import HASHERS, digest_of

BLOCK_BYTES = 1 << 20
_LARGEST_LIST = 256 << 20
# What a hash is called in a list, and what this client calls it. xxhash64be is xxhash64 as people write it.
_NAMES = {
    "md5": "md5", "sha1": "sha1", "sha256": "sha256", "c4": "c4",
    "xxhash64": "xxh64le", "xxhash64be": "xxh64", "xxh64": "xxh64", "xxh3": "xxh3", "xxh128": "xxh128",
}  # fmt: skip
_BEST_FIRST = ("sha256", "c4", "sha1", "md5", "xxh128", "xxh3", "xxh64", "xxh64le")


@dataclass(frozen=True)
class Listed:
    """What a list says of one file; hashes by name, in lower case (C4 as it is)."""

    size_bytes: int | None
    hashes: Mapping[str, str]
    damaged: bool = False


@dataclass
class CardList:
    """Every list found on a card, put together: what each file should be. Paths are absolute and resolved."""

    lists: list[Path] = field(default_factory=list)
    files: dict[Path, Listed] = field(default_factory=dict)

    def missing(self) -> list[Path]:
        """Files that are listed and not there."""
        return sorted(path for path in self.files if not path.is_file())

    def check(self, file: LocalFile) -> str:
        """Compare one file: returns the hash's name it was compared by, "size", or "" when it is not listed.

        Raises OffcutError `card_mismatch` when the file is not what the card's list says, OSError when unreadable.
        """
        listed = self.files.get(file.path.resolve())
        if listed is None:
            return ""
        if listed.damaged:
            raise _mismatch(file, t("the list itself calls it damaged"))
        if listed.size_bytes is not None and listed.size_bytes != file.size_bytes:
            raise _mismatch(file, t("{there} bytes are listed, {here} are here", there=listed.size_bytes,
                                    here=file.size_bytes))  # fmt: skip
        name = next((one for one in _BEST_FIRST if one in listed.hashes and one in HASHERS), None)
        if name is None:
            return "size"
        found = digest_of(file.path, name)
        if found != listed.hashes[name]:
            raise _mismatch(file, f"{name} {listed.hashes[name]} ≠ {found}")
        return name


def _mismatch(file: LocalFile, what: str) -> OffcutError:
    return OffcutError(
        "card_mismatch",
        t("{name} is not what the card's own list says.", name=file.path.name),
        t(
            "{what}. It was damaged on the card or while it was copied. Copy it again; --force sends it as it is.",
            what=what,
        ),
    )


def read_card(folder: Path) -> CardList:
    """Every list on a card or in a folder; OffcutError `mhl_unreadable` names a list that cannot be used."""
    card = CardList()
    # Generations of an ASC history are numbered: in the order of their names the first word on a file is the oldest.
    for path in sorted(folder.rglob("*.mhl")):
        if path.is_symlink() or not path.is_file() or path.name.startswith("._"):
            continue
        base = path.parent.parent if path.parent.name.lower() == "ascmhl" else path.parent
        card.lists.append(path)
        for name, listed in read_list(path).items():
            place = _inside(base, name)
            if place is not None:
                card.files[place] = _merged(card.files.get(place), listed)
    return card


def _inside(base: Path, name: str) -> Path | None:
    """Where a listed file lies; None for a name that leads out of the card."""
    pure = PurePosixPath(name.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts or re.match(r"[A-Za-z]:", name):
        return None
    return (base / pure).resolve()


def _merged(before: Listed | None, after: Listed) -> Listed:
    """The first hash of each kind counts (it is the nearest to the camera); a later "failed" is remembered."""
    if before is None:
        return after
    size = before.size_bytes if before.size_bytes is not None else after.size_bytes
    return Listed(size, {**after.hashes, **before.hashes}, after.damaged)


def read_list(path: Path) -> dict[str, Listed]:
    """What one list says: relative path → size and hashes. OffcutError `mhl_unreadable` when it is not a list."""
    reader = _Reader()
    try:
        if path.stat().st_size > _LARGEST_LIST:
            raise _Refused(t("it is too large"))
        with path.open("rb") as stream:
            reader.parse(stream.read)
    except (OSError, expat.ExpatError, _Refused, ValueError) as error:
        raise OffcutError(
            "mhl_unreadable",
            t("{name} cannot be used as a list of checksums.", name=path.name),
            t("{why}. Nothing was sent. Without --mhl files are sent without comparing.", why=error),
        ) from error
    return reader.files


class _Refused(Exception):
    """This document is not one we read."""


class _Reader:
    """Reads both formats as they stream by. A document with its own entities is refused: no list needs them."""

    def __init__(self) -> None:
        self.files: dict[str, Listed] = {}
        self._path: list[str] = []
        self._text = ""
        self._name = ""
        self._size: int | None = None
        self._hashes: dict[str, str] = {}
        self._failed = False

    def parse(self, read: Callable[[int], bytes]) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        parser.buffer_text = True
        while block := read(BLOCK_BYTES):
            parser.Parse(block, False)  # noqa: FBT003 - expat's signature
        parser.Parse(b"", True)  # noqa: FBT003 - expat's signature

    @staticmethod
    def _doctype(*_declared: object) -> None:
        raise _Refused(t("it declares a document type"))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if not self._path and name != "hashlist":
            raise _Refused(t("it is not a media hash list"))
        self._path.append(name)
        self._text = ""
        if name == "hash" and not self._in_hash(above=1):
            self._name, self._size, self._hashes, self._failed = "", None, {}, False
        elif self._in_hash(above=1):
            if name == "path" and attributes.get("size", "").isdigit():
                self._size = int(attributes["size"])
            self._failed = self._failed or attributes.get("action") == "failed"

    def _in_hash(self, *, above: int = 0) -> bool:
        """Whether we are directly below a `hash` element (of files; directories have their own)."""
        place = len(self._path) - 1 - above
        return place >= 0 and self._path[place] == "hash"

    def _characters(self, text: str) -> None:
        self._text += text

    def _end(self, tag: str) -> None:
        name, text = tag.rpartition(" ")[2], self._text.strip()
        self._path.pop()
        if self._in_hash():
            if name in {"file", "path"}:
                self._name = text
            elif name == "size" and text.isdigit():
                self._size = int(text)
            elif name in _NAMES and text:
                self._hashes.setdefault(_NAMES[name], text if name == "c4" else text.lower())
        elif name == "hash" and self._name:
            listed = Listed(self._size, self._hashes, self._failed)
            self.files[self._name] = _merged(self.files.get(self._name), listed)
        self._text = ""


def only_by_size(card: CardList, files: Iterable[LocalFile]) -> list[LocalFile]:
    """Files whose listed hashes this installation cannot compute."""
    found = []
    for file in files:
        listed = card.files.get(file.path.resolve())
        if listed is not None and not any(name in HASHERS for name in listed.hashes):
            found.append(file)
    return found
