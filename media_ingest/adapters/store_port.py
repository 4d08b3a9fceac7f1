"""The ports of storage: whole objects under the hash of their content, and files that arrive in parts.

Writing order, always: temporary name, verify size and SHA-256, sync, final name, and only then may a row
point to it. A crash leaves either nothing, or an unreferenced file for the sweep.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from media_ingest.domain.tiers import Tier

KEY: Final = re.compile(r"blobs/([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})")
INCOMING: Final = "incoming"
"""Folder of temporary objects on S3: ``incoming/<upload id>`` and ``incoming/put-<random>``."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class StorageError(Exception):
    """The store could not do what was asked; nothing half-written is visible."""


class BlobMissing(StorageError):
    """There is no such object."""


class BlobMismatch(StorageError):
    """The bytes are not those that were announced."""


class StorageUnavailable(StorageError, OSError):
    """The store does not answer, refuses or is full. Nothing is lost: try again later.

    An ``OSError`` too, so that whoever is ready for a disk that refuses is ready for this.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(errno.EIO, detail)


References = Callable[[Sequence[str]], set[str]]
"""Gets keys and returns those that something still needs."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found; ``aborted`` counts multipart uploads that nobody finished."""

    kept: int
    removed: tuple[str, ...]
    removed_bytes: int
    aborted: int = 0


class BlobStore(Protocol):
    """Whole objects under the hash of their content. Every method is safe to repeat.

    Any method may raise ``StorageUnavailable``, within a minute of the last sign of life.
    """

    def put_file(self, path: Path, sha256: str, size: int, *, hashed: bool = False, keep: bool = False) -> str:
        """Keep a file and return its key. **Moves it**: afterwards ``path`` is gone, unless ``keep``.

        ``hashed`` says that the caller computed ``sha256`` while it wrote these very bytes, so that they
        need not be read again. Putting the same content twice is one object. Raises ``BlobMismatch``
        when size or hash differ, ``BlobMissing`` when there is neither file nor object.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """Open an object for reading, seekable. Raises ``BlobMissing``."""
        ...

    def path(self, key: str) -> Path:
        """Return a local, readable path. Raises ``BlobMissing``.

        A store on another machine fetches the object into a bounded cache first. The file cannot be evicted
        while the returned ``Path`` *object* lives: keep it in a variable until the work is done.
        """
        ...

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        ...

    def size(self, key: str) -> int:
        """Return the length in bytes. Raises ``BlobMissing``."""
        ...

    def listing(self) -> Iterator[tuple[str, int]]:
        """Yield every object's key and length in bytes, without asking for each of them."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object if it is there."""
        ...

    def link(self, key: str, *, expires_in_s: int, filename: str = "") -> str | None:
        """Return an address from which anybody may read the object until it ends; None when there is no such thing."""
        ...

    def tier(self, key: str) -> Tier:
        """Return where the object lies. Raises ``BlobMissing``."""
        ...

    def move(self, key: str, tier: Tier) -> bool:
        """Move an object to a tier; False when this store has no such tier. Readers notice nothing but speed."""
        ...

    def sweep(self, referenced: References, *, older_than: timedelta, dry: bool) -> Sweep:
        """Remove objects (and leftovers) older than ``older_than`` to which nothing refers.

        ``referenced`` also gets temporary keys (``incoming/<upload id>``): those of open uploads are needed.
        """
        ...


@dataclass(frozen=True, slots=True)
class PartLink:
    """Where a client may PUT exactly ``size_bytes`` bytes of one part, until when."""

    number: int
    url: str
    expires_in_s: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Published:
    """An object under its content key; both hashes were computed over every byte that is stored, in one pass."""

    key: str
    sha256: str
    sha1: str


def _never() -> bool:
    return False


class PartTransport(Protocol):
    """Uploads that go straight to object storage in parts (S3 presigned multipart).

    The life of one upload: ``begin`` (keep the handle on the row), ``sign`` and ``held`` as often as wanted,
    ``complete`` when the client says so, then in a job ``publish_incoming``, settle the row, and ``abort``
    as the very last call. Whoever cancels calls ``abort`` alone. The embedded mode has no such transport.

    Sizes of parts follow from the size of the file alone: ``media_ingest.domain.parts.part_plan(size)``.
    A file of 0 bytes has no parts: finish it as the embedded mode does.
    """

    def begin(self, upload_key: str, size: int) -> str:
        """Open a multipart upload and return its handle (at most 400 characters); repeating it returns the open one.

        ``upload_key`` is the upload's id as 32 hexadecimal digits, and ``size`` the file's bytes, at least 1.
        """
        ...

    def sign(self, handle: str, numbers: Sequence[int]) -> tuple[PartLink, ...]:
        """Return a link for each part number (from 1), good for an hour, bound to method, path, part and length.

        Raises ``ValueError`` for a number that the file does not have. Asks nobody: no request is made.
        """
        ...

    def held(self, handle: str) -> dict[int, str]:
        """Return the parts already stored whole: number and ETag. Raises ``BlobMissing`` when the upload is gone."""
        ...

    def complete(self, handle: str, parts: Sequence[tuple[int, str]] | None = None) -> str:
        """Join the parts into one temporary object and return its key; safe to repeat.

        Without ``parts`` it joins what is held. Repeating it is how a job goes on after a crash: parts that
        were joined already are not "held" any more, but their object is there.
        Raises ``BlobMismatch`` when a part is missing or another one, or the object has another size than
        announced; ``BlobMissing`` when neither parts nor object are there.
        """
        ...

    def publish_incoming(
        self,
        temporary_key: str,
        size: int,
        *,
        expected_sha256: str = "",
        should_stop: Callable[[], bool] = _never,
        on_progress: Callable[[int], None] | None = None,
    ) -> Published:
        """Read the joined object once, hash it while it fills this machine's cache, and publish it by its hash.

        Call it from a job, outside any transaction; afterwards ``store().path(key)`` costs nothing here. The
        temporary object stays, so that a crash before the row is settled repeats it: call ``abort(handle)``
        once the row is settled. Raises ``BlobMismatch`` when the size differs or the hash is not
        ``expected_sha256`` (nothing is published then), ``BlobMissing`` when there is no temporary object,
        ``StorageUnavailable`` (try later), OSError for a full disk (later), ``StoppedError`` when
        ``should_stop`` said so. ``on_progress`` hears the bytes read so far.
        """
        ...

    def abort(self, handle: str) -> None:
        """Drop the parts and the temporary object; an unknown handle is fine. Never touches a published object."""
        ...


class StoppedError(Exception):
    """The caller asked to stop (its lease was lost); nothing was published."""


def blob_key(sha256: str) -> str:
    """Return the key of the object with this content hash: ``blobs/ab/cd/<sha256>``."""
    if not _SHA256.fullmatch(sha256):
        raise BlobMismatch("not a SHA-256 in lower-case hexadecimal")
    return f"blobs/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def incoming_key(upload_key: str) -> str:
    """Return the temporary key of an upload's joined object: ``incoming/<upload id in hexadecimal>``."""
    return f"{INCOMING}/{upload_key}"
