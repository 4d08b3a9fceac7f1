"""An operator's import of a folder: every file goes the way any sender's file goes, from this machine's own disk."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from django.conf import settings

from core.accounts.models import Organisation
from core.accounts.policy import Actor, OrganisationKind, Scope, require
from core.audit.services import record
from core.errors import DomainError
from core.ids import NOT_FOUND, Prefix, public_id
from media_ingest.adapters.folders import FileChanged, FoundFile, check_unchanged, files_in, opened, removed
from media_ingest.adapters.scratch import scratch_path
from media_ingest.adapters.storage import StorageError, store
from media_ingest.domain.actions import UPLOAD_EXPIRE
from media_ingest.domain.checksum import Checksum
from media_ingest.domain.importing import Fate, ImportedFile, seconds_left
from media_ingest.domain.sampled import sampled_sha256
from media_ingest.domain.states import UploadState
from media_ingest.domain.upload_errors import IMPORT_REFUSED
from media_ingest.models import Asset, Upload
from media_ingest.services.matching_files import MatchResult, WantedFile, uploads_match
from media_ingest.services.receiving import upload_append, upload_resume
from media_ingest.services.uploads import Declared, upload_cancel, upload_declare, upload_unpause

_CHUNK: Final = 32 << 20
"""Bytes that are hashed, handed over with their checksum, and synced at a time; also what memory they take."""
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ImportStep:
    """How far the import is, for a person who waits."""

    path: str
    file_number: int
    files: int
    done_bytes: int
    total_bytes: int
    seconds_left: int | None
    finished: ImportedFile | None = None
    """Set when a file is done."""


Tell = Callable[[ImportStep], None]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Whose footage it becomes, and how."""

    organisation_id: UUID
    batch: str = ""
    dry: bool = False
    move: bool = False
    """Remove each file from the folder once what is stored was read back and is equal."""


def folder_import(*, actor: Actor, folder: Path, plan: ImportPlan, tell: Tell) -> list[ImportedFile]:
    """Import every file below a folder of this machine for an organisation; return what became of each.

    Interrupted, it goes on where it stopped when called again: files that are here are recognised, one that
    began is continued after its prefix was compared. The folder is only read, unless ``plan.move``.
    """
    require(actor, UPLOAD_EXPIRE)
    root = folder.resolve()
    home = settings.OFFCUT.home
    if not root.is_dir() or root == home or home in root.parents or root in home.parents:
        raise IMPORT_REFUSED("Name a folder of footage, outside of this installation's own. Nothing was changed.")
    organisation = Organisation.objects.filter(pk=plan.organisation_id).first()
    if organisation is None:
        raise NOT_FOUND("There is no organisation with this id.")
    if organisation.kind != OrganisationKind.STUDIO:
        raise IMPORT_REFUSED("Footage belongs to a studio, and this organisation is none. Nothing was changed.")
    found = list(files_in(root))
    if not plan.dry:
        record(
            actor=actor,
            action="folder.imported",
            subject=public_id(Prefix.ORGANISATION, organisation.pk),
            organisation_id=organisation.pk,
            after={"files": len(found), "batch": plan.batch, "move": plan.move},
        )
    owner = Actor(None, organisation.pk, OrganisationKind.STUDIO, None, frozenset(Scope))
    return list(_Import(owner, plan, tell, found).run())


class _Import:
    """One run over the files that were found."""

    def __init__(self, actor: Actor, plan: ImportPlan, tell: Tell, found: list[FoundFile]) -> None:
        self._actor, self._plan, self._tell, self._found = actor, plan, tell, found
        self._total = sum(file.size_bytes for file in found if file.skip is None)
        self._done = self._brought = 0
        self._began = time.monotonic()

    def run(self) -> Iterator[ImportedFile]:
        for number, file in enumerate(self._found, start=1):
            before = self._done
            result = self._one(file, number)
            if file.skip is None:
                self._done = before + file.size_bytes
            self._say(file, number, result)
            yield result

    def _say(self, file: FoundFile, number: int, finished: ImportedFile | None = None) -> None:
        # The speed is that of bytes brought now; what was here already cost no time worth mentioning.
        rest = self._total - self._done
        left = seconds_left(self._brought, self._brought + rest, time.monotonic() - self._began)
        self._tell(ImportStep(file.relative, number, len(self._found), self._done, self._total, left, finished))

    def _one(self, file: FoundFile, number: int) -> ImportedFile:
        told = ImportedFile(file.relative, file.size_bytes, Fate.SKIPPED)
        if file.skip is not None:
            return replace(told, code=str(file.skip))
        try:
            with opened(file) as stream:
                upload, result = self._brought_in(file, stream, number, told)
                if upload is None or not self._plan.move:
                    return result
                asset = _asset_of(upload)
                if _sha256(stream, file.size_bytes) != asset.sha256 or not _stored_whole(asset):
                    return replace(result, code="kept_unequal", detail="what is stored is not what lies here; kept")
            removed(file)
            return replace(result, moved=True)
        except FileChanged:
            return replace(told, fate=Fate.FAILED, code="file_changed", detail="it changed while it was read")
        except DomainError as error:
            return replace(told, fate=Fate.FAILED, code=error.code, detail=error.detail)
        except (StorageError, OSError) as error:
            return replace(told, fate=Fate.FAILED, code="unreadable", detail=str(error))

    def _brought_in(
        self, file: FoundFile, stream: BinaryIO, number: int, told: ImportedFile
    ) -> tuple[Upload | None, ImportedFile]:
        sample = sampled_sha256(stream, file.size_bytes)
        match = uploads_match(actor=self._actor, files=[WantedFile(file.path.name, file.size_bytes, sample)])[0]
        if match.result == MatchResult.RECEIVED and match.upload_id is not None:
            upload = self._in_this_batch(Upload.objects.get(pk=match.upload_id), file, stream, sample)
            if upload is not None:
                return (None if self._plan.dry else upload), _with(told, Fate.ALREADY_HERE, upload)
        if self._plan.dry:
            return None, replace(told, fate=Fate.WOULD_IMPORT)
        upload, start = None, 0
        if match.result == MatchResult.CONTINUE and match.upload_id is not None:
            upload = self._continued(match.upload_id, stream)
            start = upload.received_bytes if upload else 0
        upload = self._sent(upload or self._declared(file, sample), file, stream, number)
        if upload.state != UploadState.RECEIVED:
            return None, replace(told, fate=Fate.FAILED, code=upload.failure or upload.state)
        fate = Fate.ALREADY_HERE if upload.duplicate else Fate.IMPORTED
        return upload, replace(_with(told, fate, upload), resumed_at=start)

    def _in_this_batch(self, upload: Upload, file: FoundFile, stream: BinaryIO, sample: str) -> Upload | None:
        """Return an upload of these bytes in the wanted batch; None when the bytes turn out to be others."""
        if not self._plan.batch or self._plan.dry or (upload.batch and upload.batch.name == self._plan.batch):
            return upload
        if _sha256(stream, file.size_bytes) != upload.sha256:
            return None
        return self._declared(file, sample, upload.sha256)

    def _declared(self, file: FoundFile, sample: str, sha256: str = "") -> Upload:
        declared = Declared(
            name=file.path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
            size_bytes=file.size_bytes,
            batch=self._plan.batch,
            folder=file.folder,
            sha256=sha256,
            sample_sha256=sample,
            modified_at=file.modified_at,
        )
        return upload_declare(actor=self._actor, declared=declared)

    def _continued(self, upload_id: UUID, stream: BinaryIO) -> Upload | None:
        """Return an upload to go on with, if its prefix is the file's; one of another file is given up."""
        upload_unpause(actor=self._actor, upload_id=upload_id)
        upload = upload_resume(actor=self._actor, upload_id=upload_id)
        if upload.received_bytes:
            with scratch_path(upload_id).open("rb") as here:
                same = _sha256(here, upload.received_bytes) == _sha256(stream, upload.received_bytes)
            if not same:
                upload_cancel(actor=self._actor, upload_id=upload_id)
                return None
        return upload

    def _sent(self, upload: Upload, file: FoundFile, stream: BinaryIO, number: int) -> Upload:
        offset = upload.received_bytes
        before = self._done
        while upload.state == UploadState.RECEIVING:
            stream.seek(offset)
            chunk = _read(stream, min(_CHUNK, file.size_bytes - offset))
            check_unchanged(file, stream.fileno())
            if not chunk:
                raise FileChanged
            upload = upload_append(
                actor=self._actor,
                upload_id=upload.pk,
                offset=offset,
                stream=io.BytesIO(chunk),
                length=len(chunk),
                checksum=Checksum("sha256", hashlib.sha256(chunk).digest()),
            )
            offset += len(chunk)
            self._brought += len(chunk)
            self._done = before + offset
            self._say(file, number)
        return upload


def _with(told: ImportedFile, fate: Fate, upload: Upload) -> ImportedFile:
    asset = public_id(Prefix.ASSET, upload.asset_id) if upload.asset_id else ""
    return replace(told, fate=fate, sha256=upload.sha256, asset_id=asset)


def _asset_of(upload: Upload) -> Asset:
    return Asset.objects.get(uploads=upload.pk)


def _read(stream: BinaryIO, length: int) -> bytes:
    """Read ``length`` bytes, fewer only at the end: an unbuffered file may return less at a time."""
    pieces = []
    while length and (piece := stream.read(min(_BLOCK, length))):
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def _sha256(stream: BinaryIO, length: int) -> str:
    """Hash the first ``length`` bytes."""
    stream.seek(0)
    digest = hashlib.sha256()
    while length and (block := stream.read(min(_BLOCK, length))):
        digest.update(block)
        length -= len(block)
    return digest.hexdigest()


def _stored_whole(asset: Asset) -> bool:
    """Read what is stored back, every byte, and compare it with the hash it is stored under."""
    with store().open(asset.storage_key) as stream:
        return _sha256(stream, asset.size_bytes + 1) == asset.sha256
