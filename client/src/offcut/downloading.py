"""Fetching the files of a dataset: parallel, resumable, every byte hashed on the way in."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from offcut.durable import read_json, sync_folder, write_json
from offcut.errors import OffcutError
from offcut.formats import size_text
from offcut.hashing import Digests, PairHasher, hash_file, hash_stream
from offcut.language import t
from offcut.limits import RateLimit
from offcut.links import LinkBook
from offcut.models import DatasetFile
from offcut.sums import safe_path
from offcut.transport import Transport, problem
from offcut.verify import STATE_FOLDER

_SPARE_BYTES = 32 << 20
_TRIES = 8
_LINK_REFUSED = frozenset({401, 403, 410})
_PARTIAL, _WHOLE, _OUT_OF_RANGE = 206, 200, 416


@dataclass(frozen=True)
class DownloadEvent:
    """Something to show: `kind` is here, bytes, again, retry, renewed or done; `size_bytes` what it adds (or takes)."""

    name: str
    kind: str
    size_bytes: int = 0


OnDownload = Callable[[DownloadEvent], None]


@dataclass(frozen=True)
class Fetched:
    """How it ended for one file: `state` is fetched, here (already complete), mismatch, failed or interrupted."""

    name: str
    state: str
    error: OffcutError | None = None


class _StoppedError(Exception):
    """The person asked to stop."""


class Downloader:
    """Fetches files of one dataset into one folder; used by several threads."""

    def __init__(
        self,
        transport: Transport,
        folder: Path,
        links: LinkBook,
        *,
        limit: RateLimit | None = None,
        on_event: OnDownload | None = None,
    ) -> None:
        self._transport = transport
        self._folder = folder
        self._state = folder / STATE_FOLDER
        self._links = links
        self._limit = limit or RateLimit()
        self._on_event = on_event or (lambda _event: None)
        self.stop = threading.Event()

    def fetch(self, file: DatasetFile) -> Fetched:
        """Bring one file; never raises for a failed file."""
        try:
            return self._fetch(file)
        except _StoppedError:
            return Fetched(file.name, "interrupted")
        except OffcutError as error:
            return Fetched(file.name, "mismatch" if error.code == "verify_mismatch" else "failed", error)
        except OSError as error:
            return Fetched(file.name, "failed", _disk_error(error))

    def missing_bytes(self, files: Sequence[DatasetFile]) -> int:
        """Bytes still to come, counting parts of earlier runs."""
        return sum(max(0, file.size_bytes - self._have(file)) for file in files)

    def _have(self, file: DatasetFile) -> int:
        for path in (self._folder / file.name, self._part(file)):
            if path.is_file():
                return min(path.stat().st_size, file.size_bytes)
        return 0

    def _part(self, file: DatasetFile) -> Path:
        return self._state / "parts" / f"{_stem(file)}.part"

    def _note(self, file: DatasetFile) -> Path:
        return self._state / "files" / f"{_stem(file)}.json"

    def _tell(self, file: DatasetFile, kind: str, size_bytes: int = 0) -> None:
        self._on_event(DownloadEvent(file.name, kind, size_bytes))

    def _save(self, file: DatasetFile, have: int, mtime_ns: int | None = None) -> None:
        write_json(
            self._note(file),
            {
                "name": file.name,
                "size": file.size_bytes,
                "etag": file.etag or f'"{file.sha256}"',
                "blake3": file.blake3,
                "sha256": file.sha256,
                "ranges_done": [[0, have]] if have else [],
                "mtime_ns": mtime_ns,
            },
        )

    def _complete(self, file: DatasetFile) -> bool:
        """Whether the finished file is there already: as noted after its own check, or by hashing it now."""
        path = self._folder / file.name
        if path.is_symlink() or not path.is_file() or path.stat().st_size != file.size_bytes:
            return False
        note = read_json(self._note(file)) or {}
        if note.get("mtime_ns") == path.stat().st_mtime_ns:
            return True
        if _differs(file, hash_file(path)):
            return False
        self._save(file, file.size_bytes, path.stat().st_mtime_ns)
        return True

    def _fetch(self, file: DatasetFile) -> Fetched:
        if not safe_path(file.name):
            raise OffcutError(
                "unsafe_name",
                t("The server names a file {name}.", name=repr(file.name)),
                t("It was refused. Nothing was written."),
            )
        if self.stop.is_set():
            raise _StoppedError
        if self._complete(file):
            self._tell(file, "here", file.size_bytes)
            return Fetched(file.name, "here")
        for last in (False, True):
            digests = self._fill(file)
            if not _differs(file, digests):
                break
            self._part(file).unlink(missing_ok=True)
            self._tell(file, "again", -file.size_bytes)
            if last:
                raise OffcutError(
                    "verify_mismatch",
                    t("{name} does not have the announced checksum.", name=file.name),
                    t("It was fetched twice and thrown away. The other files are safe. Report this to the seller."),
                )
        self._publish(file)
        self._tell(file, "done")
        return Fetched(file.name, "fetched")

    def _publish(self, file: DatasetFile) -> None:
        final = self._folder / file.name
        final.parent.mkdir(parents=True, exist_ok=True)
        self._part(file).replace(final)
        sync_folder(final.parent)
        self._save(file, file.size_bytes, final.stat().st_mtime_ns)

    def _fill(self, file: DatasetFile) -> Digests:
        """Complete the part file and return its digests."""
        part = self._part(file)
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("a+b") as stream:
            if part.stat().st_size > file.size_bytes:
                stream.truncate(0)
            stream.seek(0)
            hasher = hash_stream(stream)
            if hasher.size_bytes:
                self._tell(file, "here", hasher.size_bytes)
            try:
                self._continue(file, stream, hasher)
            finally:
                stream.flush()
                os.fsync(stream.fileno())
                self._save(file, stream.tell())
        return hasher.digests()

    def _continue(self, file: DatasetFile, stream: BinaryIO, hasher: PairHasher) -> None:
        failures = 0
        stale: str | None = None
        while hasher.size_bytes < file.size_bytes:
            before = hasher.size_bytes
            link = self._links.link(file.name, stale)
            try:
                self._request(file, link, stream, hasher)
            except OffcutError as error:
                if hasher.size_bytes > before:
                    failures = 0
                failures += 1
                refused = error.status in _LINK_REFUSED
                stale = link if refused else None
                if failures >= _TRIES or not (refused or error.status in {0, 408, 425, 429, 500, 502, 503, 504}):
                    raise
                self._tell(file, "renewed" if refused else "retry")
                wait_s = self._transport.patience.wait_s(failures, error.retry_after_s)
                if (not refused or failures > 1) and self.stop.wait(wait_s):
                    raise _StoppedError from error

    def _request(self, file: DatasetFile, link: str, stream: BinaryIO, hasher: PairHasher) -> None:
        """One request for the rest of the file; starts again when the server sends the whole of it."""
        headers = {"Accept-Encoding": "identity"}
        etag = file.etag or f'"{file.sha256}"'
        if hasher.size_bytes:
            headers |= {"Range": f"bytes={hasher.size_bytes}-", "If-Range": etag}
        with self._transport.open("GET", link, headers=headers) as response:
            if response.status_code == _OUT_OF_RANGE or response.status_code not in {_WHOLE, _PARTIAL}:
                response.read()
                raise problem(response)
            self._same_object(file, response, etag)
            if response.status_code == _WHOLE and hasher.size_bytes:
                self._tell(file, "again", -hasher.size_bytes)
                stream.truncate(0)
                hasher.restart()
            self._receive(file, response, stream, hasher)
        if hasher.size_bytes < file.size_bytes:
            raise OffcutError(
                "unreachable", t("The connection ended early."), t("What came is kept; the rest follows.")
            )

    def _same_object(self, file: DatasetFile, response: httpx.Response, etag: str) -> None:
        if response.headers.get("ETag", etag) != etag:
            raise OffcutError(
                "object_changed",
                t("{name} is another file now.", name=file.name),
                t("The dataset was rebuilt while it was being fetched. Run the same command again."),
                409,
            )

    def _receive(self, file: DatasetFile, response: httpx.Response, stream: BinaryIO, hasher: PairHasher) -> None:
        for block in response.iter_raw():
            if hasher.size_bytes + len(block) > file.size_bytes:
                raise OffcutError(
                    "verify_mismatch", t("{name} is longer than announced.", name=file.name), t("It was not kept.")
                )
            stream.write(block)
            hasher.update(block)
            self._tell(file, "bytes", len(block))
            self._limit.take(len(block), self.stop)
            if self.stop.is_set():
                raise _StoppedError


def _stem(file: DatasetFile) -> str:
    """Names part and note: by content, never by link; two names with equal content stay apart."""
    return f"{file.sha256[:40]}-{hashlib.sha256(file.name.encode()).hexdigest()[:12]}"


def _differs(file: DatasetFile, digests: Digests) -> bool:
    return (
        digests.size_bytes != file.size_bytes
        or digests.sha256 != file.sha256
        or (file.blake3 is not None and digests.blake3 != file.blake3)
    )


def _disk_error(error: OSError) -> OffcutError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return OffcutError(
            "disk_full", t("The disk is full."), t("What came is kept. Make room and run the same command again.")
        )
    return OffcutError(
        "disk_error",
        t("The folder cannot be written."),
        t("{cause}. What came is kept.", cause=error.strerror or error),
    )


def check_space(folder: Path, needed_bytes: int) -> None:
    """Refuse early, before the first byte, when the disk cannot hold what is to come."""
    free = shutil.disk_usage(folder).free
    if needed_bytes and free < needed_bytes + _SPARE_BYTES:
        raise OffcutError(
            "disk_full",
            t("There is not enough room on this disk."),
            t(
                "{needed} are still to come, {free} are free. Nothing was fetched.",
                needed=size_text(needed_bytes),
                free=size_text(free),
            ),
        )


def fetch_all(downloader: Downloader, files: Sequence[DatasetFile], jobs: int) -> list[Fetched]:
    """Fetch files in parallel, results in the order given; KeyboardInterrupt stops at the next block, then goes on."""
    with ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="download") as pool:
        futures: list[Future[Fetched]] = [pool.submit(downloader.fetch, file) for file in files]
        try:
            wait(futures)
        except KeyboardInterrupt:
            downloader.stop.set()
            wait(futures)
            raise
    return [future.result() for future in futures]
