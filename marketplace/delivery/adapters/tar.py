"""Writing tar shards whose bytes depend on their content only, hashed on a second thread.

Nothing here ever extracts an archive.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import IO, Self, cast

from blake3 import blake3

_COPY_BYTES = 1 << 20
_QUEUE_LENGTH = 16
_FILE_MODE = 0o644


@dataclass(frozen=True, slots=True)
class Entry:
    """One member to write, either a file on disk or bytes in memory; its hash is known already."""

    name: str
    sha256: str
    source: Path | bytes


@dataclass(frozen=True, slots=True)
class Member:
    """One member as written: where its data starts in the shard and how long it is, in bytes."""

    name: str
    offset: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackedShard:
    """A finished shard file."""

    path: Path
    size_bytes: int
    sha256: str
    blake3: str
    members: tuple[Member, ...]


class HashingWriter:
    """A binary sink that hashes what it writes (SHA-256 and BLAKE3) on its own thread."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._queue: Queue[bytes | None] = Queue(_QUEUE_LENGTH)
        self._sha256 = hashlib.sha256()
        self._blake3 = blake3()
        self.size_bytes = 0
        self._thread = Thread(target=self._work, name="shard-hasher", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (piece := self._queue.get()) is not None:
            self._sha256.update(piece)
            self._blake3.update(piece)

    def write(self, piece: bytes) -> int:
        """Write and hand the piece to the hashing thread."""
        self._target.write(piece)
        self._queue.put(piece)
        self.size_bytes += len(piece)
        return len(piece)

    def tell(self) -> int:
        """Bytes written so far."""
        return self.size_bytes

    def finish(self) -> tuple[str, str]:
        """Wait for the hashes and return them as hex: SHA-256, BLAKE3."""
        self.__exit__(None, None, None)
        return self._sha256.hexdigest(), self._blake3.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()


def _header(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mtime = 0
    info.mode = _FILE_MODE
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def _add(archive: tarfile.TarFile, entry: Entry) -> Member:
    if isinstance(entry.source, bytes):
        size = len(entry.source)
        archive.addfile(_header(entry.name, size), io.BytesIO(entry.source))
    else:
        with entry.source.open("rb") as data:
            size = os.fstat(data.fileno()).st_size
            archive.addfile(_header(entry.name, size), data)
    padded = -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
    return Member(entry.name, archive.offset - padded, size, entry.sha256)


def sync_folder(folder: Path) -> None:
    """Make renames inside ``folder`` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def shard_write(target: Path, entries: Iterable[Entry]) -> PackedShard:
    """Write one shard: to a ``.part`` file first, flushed to disk, then renamed to ``target``.

    Entries are written in the order given. OSError (a full disk, say) leaves no file behind.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as raw, HashingWriter(raw) as sink:
            # A tar being written is never read back: `write` and `tell` are all that it needs.
            target_file = cast("IO[bytes]", sink)
            with tarfile.TarFile(
                fileobj=target_file, mode="w", format=tarfile.PAX_FORMAT, copybufsize=_COPY_BYTES
            ) as archive:
                members = tuple(_add(archive, entry) for entry in entries)
            sha256, fast = sink.finish()
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    return PackedShard(target, sink.size_bytes, sha256, fast, members)
