"""Files on their way in, as JSON: declared, looked at, given up."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.idempotency.services import IDEMPOTENCY_MISMATCH
from core.ids import Prefix
from media_ingest.api.upload_shapes import UploadDeclare, UploadOut, UploadQuery
from media_ingest.domain.errors import NO_SPACE, UPLOAD_CLOSED, UPLOAD_NAME, UPLOAD_TOO_LARGE
from media_ingest.models import Upload
from media_ingest.selectors import uploads_visible_to
from media_ingest.services.receiving import upload_resume
from media_ingest.services.uploads import upload_cancel, upload_create

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
        problems=(*_REFUSALS, UPLOAD_NAME, UPLOAD_TOO_LARGE, NO_SPACE, IDEMPOTENCY_MISMATCH),
        scope=Scope.LIBRARY_WRITE,
    )
    def post(self, call: Call) -> Upload:
        """Announce a file's name and size; send its bytes to ``upload_url`` with tus 1.0.

        With an ``Idempotency-Key`` repeating the request returns the same upload. With ``sha256`` a file
        that the organisation has already is recognised without sending a byte.
        """
        return upload_create(
            actor=call.actor,
            name=call.data["name"],
            size_bytes=call.data["size_bytes"],
            batch=call.data["batch_name"],
            sha256=call.data["sha256"],
            request_key=call.request.headers.get("Idempotency-Key", "")[:_KEY_LENGTH],
        )


class UploadDetail(Resource):
    """One file on its way in."""

    @operation(summary="Look at an upload", output=UploadOut, problems=_REFUSALS, scope=Scope.LIBRARY_READ)
    def get(self, call: Call) -> Upload:
        """Return the upload; ``offset`` is where to go on."""
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
