"""Uploads, files and clips as JSON."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.idempotency.services import IDEMPOTENCY_MISMATCH
from core.ids import Prefix
from media_ingest.api.serializers import (
    AssetOut,
    AssetProgressOut,
    AssetQuery,
    ClipOut,
    ClipPatch,
    UploadDeclare,
    UploadOut,
    UploadQuery,
)
from media_ingest.domain.errors import (
    CLIP_TEXT,
    NO_SPACE,
    UPLOAD_CLOSED,
    UPLOAD_NAME,
    UPLOAD_TOO_LARGE,
)
from media_ingest.models import Asset, Clip, Upload
from media_ingest.selectors import asset_get, assets_visible_to, clip_get, clips_visible_to, uploads_visible_to
from media_ingest.services.clips import clip_describe
from media_ingest.services.progress import Progress, asset_progress
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


class AssetCollection(Resource):
    """Received files."""

    @operation(
        summary="List files",
        query=AssetQuery,
        output=AssetOut,
        paginated=True,
        problems=_REFUSALS,
        scope=Scope.LIBRARY_READ,
    )
    def get(self, call: Call) -> Page[Asset]:
        """Return the organisation's files, newest first."""
        assets: QuerySet[Asset] = assets_visible_to(call.actor)
        if call.query.get("state"):
            assets = assets.filter(state=call.query["state"])
        return call.page(assets)


class AssetDetail(Resource):
    """One received file."""

    @operation(summary="Look at a file", output=AssetOut, problems=_REFUSALS, scope=Scope.LIBRARY_READ)
    def get(self, call: Call) -> Asset:
        """Return a file with its facts, or why it was rejected and what to do."""
        return asset_get(call.actor, call.id("asset_id", Prefix.ASSET))


class AssetProgress(Resource):
    """How far one file is."""

    @operation(summary="How far a file is", output=AssetProgressOut, problems=_REFUSALS, scope=Scope.LIBRARY_READ)
    def get(self, call: Call) -> Progress:
        """Return stage, measure, last sign of life and a guess of the seconds left."""
        return asset_progress(actor=call.actor, asset_id=call.id("asset_id", Prefix.ASSET))


class ClipCollection(Resource):
    """What can be licensed."""

    @operation(summary="List my clips", output=ClipOut, paginated=True, problems=_REFUSALS, scope=Scope.LIBRARY_READ)
    def get(self, call: Call) -> Page[Clip]:
        """Return the organisation's clips, newest first."""
        return call.page(clips_visible_to(call.actor))


class ClipDetail(Resource):
    """One clip."""

    @operation(summary="Look at a clip", output=ClipOut, problems=_REFUSALS, scope=Scope.LIBRARY_READ)
    def get(self, call: Call) -> Clip:
        """Return a clip with its words."""
        return clip_get(call.actor, call.id("clip_id", Prefix.CLIP))

    @operation(
        summary="Describe a clip",
        input=ClipPatch,
        output=ClipOut,
        problems=(*_REFUSALS, CLIP_TEXT),
        scope=Scope.LIBRARY_WRITE,
    )
    def patch(self, call: Call) -> Clip:
        """Change title, description, tags or language; what is left out stays."""
        return clip_describe(actor=call.actor, clip_id=call.id("clip_id", Prefix.CLIP), **call.data)
