"""Files on their way in, as JSON: declared, found again, paused, sent in parts, given up."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.idempotency.services import IDEMPOTENCY_MISMATCH
from core.ids import Prefix
from media_ingest.adapters.storage import PartLink
from media_ingest.api.upload_shapes import (
    CompleteAsk,
    MatchAsk,
    MatchOut,
    PartOut,
    PartsAsk,
    UploadDeclare,
    UploadOut,
    UploadQuery,
)
from media_ingest.domain.errors import NO_SPACE, UPLOAD_CLOSED, UPLOAD_GONE, UPLOAD_NAME, UPLOAD_TOO_LARGE
from media_ingest.domain.upload_errors import (
    PART_NUMBERS,
    PARTS_MISSING,
    QUOTA_EXCEEDED,
    STORAGE_AWAY,
    UPLOAD_PAUSED,
    WRONG_TRANSPORT,
)
from media_ingest.models import Upload
from media_ingest.selectors import uploads_visible_to
from media_ingest.services.matching_files import FileMatch, WantedFile, uploads_match
from media_ingest.services.parts import upload_complete, upload_parts_sign
from media_ingest.services.receiving import upload_resume
from media_ingest.services.uploads import Declared, upload_cancel, upload_declare, upload_pause, upload_unpause

_REFUSALS: Final = (ROLE_MISSING, SCOPE_MISSING)
_KEY_LENGTH: Final = 255


class UploadCollection(Resource):
    """Files on their way in."""

    @operation(
        summary="List uploads",
        query=UploadQuery,
        output=UploadOut,
        paginated=True,
        problems=_REFUSALS,
        scope=Scope.LIBRARY_READ,
    )
    def get(self, call: Call) -> Page[Upload]:
        """Return the organisation's uploads, newest first; ``state=receiving`` are those to go on with."""
        uploads: QuerySet[Upload] = uploads_visible_to(call.actor)
        if call.query.get("state"):
            uploads = uploads.filter(state=call.query["state"])
        return call.page(uploads)

    @operation(
        summary="Declare a file",
        input=UploadDeclare,
        output=UploadOut,
        status=201,
        problems=(
            *_REFUSALS,
            UPLOAD_NAME,
            UPLOAD_TOO_LARGE,
            QUOTA_EXCEEDED,
            NO_SPACE,
            STORAGE_AWAY,
            IDEMPOTENCY_MISMATCH,
        ),
        scope=Scope.LIBRARY_WRITE,
    )
    def post(self, call: Call) -> Upload:
        """Announce a file's name and size; ``transport`` in the answer says how to send its bytes.

        With an ``Idempotency-Key`` repeating the request returns the same upload. With ``sha256`` a file
        that the organisation has already is recognised without sending a byte.
        """
        return upload_declare(
            actor=call.actor,
            declared=Declared(
                name=call.data["name"],
                size_bytes=call.data["size_bytes"],
                batch=call.data["batch_name"],
                folder=call.data["folder"],
                sha256=call.data["sha256"],
                sample_sha256=call.data["sample_sha256"],
                modified_at=call.data["modified_at"],
                straight=True,
            ),
            request_key=call.request.headers.get("Idempotency-Key", "")[:_KEY_LENGTH],
        )


class UploadMatch(Resource):
    """Files found again."""

    @operation(
        summary="Find files again",
        input=MatchAsk,
        output=MatchOut,
        many=True,
        problems=(*_REFUSALS, STORAGE_AWAY),
        scope=Scope.LIBRARY_WRITE,
    )
    def post(self, call: Call) -> list[FileMatch]:
        """Tell for each file, by name, size and sampled hash, whether to go on, to skip or to declare it."""
        return uploads_match(actor=call.actor, files=[WantedFile(**file) for file in call.data["files"]])


class UploadDetail(Resource):
    """One file on its way in."""

    @operation(
        summary="Look at an upload", output=UploadOut, problems=(*_REFUSALS, STORAGE_AWAY), scope=Scope.LIBRARY_READ
    )
    def get(self, call: Call) -> Upload:
        """Return the upload; ``offset`` is where to go on, ``parts_held`` what need not be sent again."""
        return upload_resume(actor=call.actor, upload_id=call.id("upload_id", Prefix.UPLOAD))

    @operation(
        summary="Give an upload up",
        output=UploadOut,
        problems=(*_REFUSALS, UPLOAD_CLOSED),
        scope=Scope.LIBRARY_WRITE,
    )
    def delete(self, call: Call) -> Upload:
        """Cancel and drop the bytes; doing it twice is fine."""
        return upload_cancel(actor=call.actor, upload_id=call.id("upload_id", Prefix.UPLOAD))


class UploadPause(Resource):
    """An upload that waits."""

    @operation(
        summary="Pause an upload",
        output=UploadOut,
        problems=(*_REFUSALS, UPLOAD_CLOSED, UPLOAD_GONE),
        scope=Scope.LIBRARY_WRITE,
    )
    def post(self, call: Call) -> Upload:
        """Take no more bytes until it is resumed; its room is kept, its idle time runs. Twice is fine."""
        return upload_pause(actor=call.actor, upload_id=call.id("upload_id", Prefix.UPLOAD))


class UploadResume(Resource):
    """An upload that goes on."""

    @operation(
        summary="Resume an upload",
        output=UploadOut,
        problems=(*_REFUSALS, UPLOAD_CLOSED, UPLOAD_GONE, STORAGE_AWAY),
        scope=Scope.LIBRARY_WRITE,
    )
    def post(self, call: Call) -> Upload:
        """Take bytes again; the answer says from where. Twice is fine."""
        upload = upload_unpause(actor=call.actor, upload_id=call.id("upload_id", Prefix.UPLOAD))
        return upload_resume(actor=call.actor, upload_id=upload.pk)


class UploadParts(Resource):
    """Links to parts of an upload that goes straight to object storage."""

    @operation(
        summary="Get links to parts",
        input=PartsAsk,
        output=PartOut,
        many=True,
        problems=(
            *_REFUSALS,
            WRONG_TRANSPORT,
            UPLOAD_PAUSED,
            UPLOAD_CLOSED,
            UPLOAD_GONE,
            PART_NUMBERS,
            STORAGE_AWAY,
        ),
        scope=Scope.LIBRARY_WRITE,
    )
    def post(self, call: Call) -> tuple[PartLink, ...]:
        """Return where to PUT each part; several at once, in any order. A link is good for an hour."""
        return upload_parts_sign(
            actor=call.actor, upload_id=call.id("upload_id", Prefix.UPLOAD), numbers=call.data["numbers"]
        )


class UploadComplete(Resource):
    """The end of an upload in parts."""

    @operation(
        summary="Say that every part was sent",
        input=CompleteAsk,
        output=UploadOut,
        status=202,
        problems=(
            *_REFUSALS,
            WRONG_TRANSPORT,
            UPLOAD_PAUSED,
            UPLOAD_GONE,
            PARTS_MISSING,
            STORAGE_AWAY,
        ),
        scope=Scope.LIBRARY_WRITE,
        idempotent=True,
        durable=True,
    )
    def post(self, call: Call) -> Upload:
        """Have the parts joined, read once and stored; ``parts_missing`` names those to send again."""
        return upload_complete(
            actor=call.actor,
            upload_id=call.id("upload_id", Prefix.UPLOAD),
            parts={part["number"]: part["etag"] for part in call.data.get("parts", [])},
            sha256=call.data["sha256"],
        )
