"""Finding the files to send: files and folders, any depth; never a pipe, a device or a link inside a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from offcut.errors import OffcutError
from offcut.language import t

# What operating systems leave behind; never footage.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".Spotlight-V100", ".Trashes", ".fseventsd"})


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


@dataclass(frozen=True)
class Scan:
    """The files found, in a stable order, and what was left out."""

    files: tuple[LocalFile, ...]
    skipped: tuple[Path, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes of all files together."""
        return sum(file.size_bytes for file in self.files)


def _litter(name: str) -> bool:
    return name in _LITTER or name.startswith("._")


def _inside(folder: Path, files: dict[Path, LocalFile], skipped: list[Path]) -> None:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _litter(name) and name != ".offcut")
        for name in sorted(names):
            path = Path(here) / name
            if _litter(name) or path.is_symlink() or not path.is_file():
                skipped.append(path)
            else:
                file = LocalFile.at(path)
                files.setdefault(path.resolve(), file)


def scan(paths: Iterable[Path]) -> Scan:
    """Every regular file named or lying below a named folder, each once; OffcutError for a path that is not there."""
    files: dict[Path, LocalFile] = {}
    skipped: list[Path] = []
    for path in paths:
        if path.is_dir():
            _inside(path, files, skipped)
        else:
            files.setdefault(path.resolve(), LocalFile.at(path))
    return Scan(tuple(files.values()), tuple(skipped))
