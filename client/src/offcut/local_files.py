"""Finding the files to send: files and folders, any depth; never a pipe, a device or a link inside a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from offcut.errors import OffcutError
from offcut.language import t

# What operating systems leave behind; never footage.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".Spotlight-V100", ".Trashes", ".fseventsd"})
# The server's limit for a batch's name.
BATCH_LENGTH = 120


@dataclass(frozen=True)
class LocalFile:
    """A regular file as it was when it was found; size in bytes, time of change in nanoseconds."""

    path: Path
    size_bytes: int
    mtime_ns: int

    @classmethod
    def at(cls, path: Path) -> LocalFile:
        """The file at a path; OffcutError `not_a_file` for anything that is not a regular file."""
        try:
            facts = path.stat()
        except OSError as error:
            raise OffcutError(
                "not_a_file",
                t("{path} cannot be read.", path=path),
                t("{strerror}. Check the path and the permissions.", strerror=error.strerror),
            ) from error
        if not stat.S_ISREG(facts.st_mode):
            raise OffcutError("not_a_file", t("{path} is not a file.", path=path), t("Only regular files can be sent."))
        return cls(path, facts.st_size, facts.st_mtime_ns)

    def changed(self) -> bool:
        """Whether the file on disk is no longer the one that was found."""
        try:
            facts = self.path.stat()
        except OSError:
            return True
        return (facts.st_size, facts.st_mtime_ns) != (self.size_bytes, self.mtime_ns)


class Kind(StrEnum):
    """What a file's name says it is. The server judges by content; this only decides what is worth sending."""

    VIDEO = "video"
    SIDECAR = "sidecar"
    MHL = "mhl"
    OTHER = "other"


_VIDEO = frozenset({
    ".mp4", ".mov", ".m4v", ".mxf", ".mts", ".m2ts", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".m2v", ".vob",
    ".ts", ".wmv", ".flv", ".3gp", ".3g2", ".mod", ".tod", ".ogv", ".y4m", ".dv", ".insv", ".360", ".braw", ".r3d",
    ".crm", ".ari", ".arx",
})  # fmt: skip
_SIDECAR = frozenset({
    ".srt", ".vtt", ".lrf", ".lrv", ".thm", ".xml", ".xmp", ".xmpx", ".bim", ".cpi", ".cpf", ".mpl", ".bdm", ".smi",
    ".ppn", ".ale", ".edl", ".fcpxml", ".otio", ".gpx", ".gyroflow", ".insp", ".wav", ".jpg", ".jpeg", ".png",
    ".md5", ".sha1", ".xxh", ".c4", ".csv", ".txt", ".json", ".log", ".pdf",
})  # fmt: skip


def kind_of(path: Path) -> Kind:
    """What kind of file the name says it is."""
    suffix = path.suffix.lower()
    if suffix == ".mhl" or path.parent.name.lower() == "ascmhl":
        return Kind.MHL
    if suffix in _VIDEO:
        return Kind.VIDEO
    return Kind.SIDECAR if suffix in _SIDECAR else Kind.OTHER


@dataclass(frozen=True)
class Scan:
    """The files found, in a stable order, and what was left out.

    `files` are worth sending, `aside` lie beside them in folders (sidecars, lists, anything else), `skipped` are
    not files at all or were left by the system. `roots` tells in which named folder a file was found.
    """

    files: tuple[LocalFile, ...]
    skipped: tuple[Path, ...]
    aside: tuple[LocalFile, ...] = ()
    roots: Mapping[Path, Path] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files to send together."""
        return sum(file.size_bytes for file in self.files)

    def place(self, file: LocalFile) -> tuple[str, str]:
        """The name of the folder that was named and the path below it; both empty for a file named itself."""
        root = self.roots.get(file.path)
        if root is None:
            return "", ""
        inside = file.path.parent.relative_to(root).as_posix()
        return root.resolve().name, "" if inside == "." else inside

    def batch(self, file: LocalFile, named: str | None = None) -> tuple[str | None, str]:
        """The batch a file belongs to (`named`, else its folder's name) and its folder inside the batch."""
        name, inside = self.place(file)
        return (named or name[:BATCH_LENGTH] or None), inside


def _litter(name: str) -> bool:
    return name in _LITTER or name.startswith("._")


class _Finder:
    """Collects files, each once."""

    def __init__(self, *, everything: bool) -> None:
        self.everything = everything
        self.files: dict[Path, LocalFile] = {}
        self.aside: dict[Path, LocalFile] = {}
        self.roots: dict[Path, Path] = {}
        self.skipped: list[Path] = []

    def add(self, path: Path, root: Path | None) -> None:
        file, key = LocalFile.at(path), path.resolve()
        if root is not None and not self.everything and kind_of(path) is not Kind.VIDEO:
            self.aside.setdefault(key, file)
        elif key not in self.files:
            self.files[key] = file
            if root is not None:
                self.roots[path] = root

    def walk(self, folder: Path) -> None:
        for here, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if not _litter(name) and name != ".offcut")
            for name in sorted(names):
                path = Path(here) / name
                if _litter(name) or path.is_symlink() or not path.is_file():
                    self.skipped.append(path)
                else:
                    self.add(path, folder)


def scan(paths: Iterable[Path], *, everything: bool = False) -> Scan:
    """Every file named, and every video below a named folder, each once; OffcutError for a path that is not there.

    `everything`: also what does not look like a video by its name.
    """
    finder = _Finder(everything=everything)
    for path in paths:
        if path.is_dir():
            finder.walk(path)
        else:
            finder.add(path, None)
    aside = tuple(file for key, file in finder.aside.items() if key not in finder.files)
    return Scan(tuple(finder.files.values()), tuple(finder.skipped), aside, finder.roots)
