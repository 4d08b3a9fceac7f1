"""Asking the server what it knows of files here: by name, size and sampled hash, many files in one question."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from offcut.errors import OffcutError
from offcut.local_files import LocalFile
from offcut.models_sending import Match
from offcut.sampling import sample_sha256
from offcut.transport import Transport, new_key
from offcut.wire import decode, unexpected

AT_ONCE = 1000
_UNKNOWN = Match("unknown")
_NO_SUCH_OPERATION = frozenset({404, 405})


class Matcher:
    """Remembers samples and answers for the length of one run."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = threading.Lock()
        self._samples: dict[LocalFile, str] = {}
        self._matches: dict[LocalFile, Match] = {}

    def sample(self, file: LocalFile) -> str:
        """The sampled hash; OSError when the file cannot be read."""
        with self._lock:
            known = self._samples.get(file)
        if known is None:
            known = sample_sha256(file.path, file.size_bytes)
            with self._lock:
                self._samples[file] = known
        return known

    def match(self, file: LocalFile) -> Match:
        """What the server knows of one file; asked about now unless `ask` did."""
        with self._lock:
            known = self._matches.get(file)
        if known is None:
            self.ask([file])
            with self._lock:
                known = self._matches.get(file, _UNKNOWN)
        return known

    def ask(self, files: Sequence[LocalFile]) -> None:
        """Ask about many files; one that cannot be read is left for its own turn."""
        readable = [file for file in files if file.size_bytes and self._readable(file)]
        for start in range(0, len(readable), AT_ONCE):
            group = readable[start : start + AT_ONCE]
            for file, match in zip(group, self._asked(group), strict=True):
                with self._lock:
                    self._matches[file] = match

    def _readable(self, file: LocalFile) -> bool:
        try:
            self.sample(file)
        except OSError:
            return False
        return True

    def _asked(self, files: Sequence[LocalFile]) -> list[Match]:
        asked = [
            {"name": file.path.name, "size_bytes": file.size_bytes, "sample_sha256": self.sample(file)}
            for file in files
        ]
        return find(self._transport, asked)


def find(transport: Transport, asked: Sequence[dict[str, Any]]) -> list[Match]:
    """The server's answers in the order asked; all unknown where the server has no such operation."""
    try:
        items = transport.items("POST", "uploads/match", body={"files": list(asked)}, key=new_key())
    except OffcutError as error:
        if error.status in _NO_SUCH_OPERATION:
            return [_UNKNOWN for _ in asked]
        raise
    if len(items) != len(asked):
        raise unexpected("uploads/match", f"{len(asked)} files were asked about, {len(items)} answered")
    return [decode(Match, item, "uploads/match") for item in items]


def question(path: Path, size_bytes: int) -> dict[str, Any]:
    """One file as `/uploads/match` asks for it."""
    return {"name": path.name, "size_bytes": size_bytes, "sample_sha256": sample_sha256(path, size_bytes)}
