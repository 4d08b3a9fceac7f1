"""Files and clips as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import QuerySet

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.ids import Prefix
from media_ingest.api.clip_shapes import ClipOut, ClipPatch, PreviewOut
from media_ingest.api.serializers import AssetOut, AssetQuery
from media_ingest.domain.errors import CLIP_NOT_SHOWN, CLIP_TEXT, LABEL_UNKNOWN
from media_ingest.models import Asset, Clip
from media_ingest.selectors import asset_get, assets_visible_to, clip_get, clips_visible_to, holds_of
from media_ingest.services.clips import clip_describe
from media_ingest.services.detecting import label_dispute
from media_ingest.services.previewing import PreviewState, clip_preview

_REFUSALS: Final = (ROLE_MISSING, SCOPE_MISSING)


def with_holds(assets: Sequence[Asset]) -> None:
    """Say of each asset why its clips are not offered, if they are not."""
    holds = holds_of(asset.id for asset in assets)
    for asset in assets:
        asset.hold = holds.get(asset.id)


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
        page = call.page(assets)
        with_holds(page.data)
        return page


class AssetDetail(Resource):
    """One received file."""

    @operation(summary="Look at a file", output=AssetOut, problems=_REFUSALS, scope=Scope.LIBRARY_READ)
    def get(self, call: Call) -> Asset:
        """Return a file with its facts, or why it was rejected and what to do."""
        asset = asset_get(call.actor, call.id("asset_id", Prefix.ASSET))
        with_holds([asset])
        return asset


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


class ClipPreview(Resource):
    """The whole of one clip, small."""

    @operation(
        summary="See a whole clip",
        output=PreviewOut,
        problems=(*_REFUSALS, CLIP_NOT_SHOWN),
        scope=Scope.LIBRARY_READ,
    )
    def post(self, call: Call) -> PreviewState:
        """Have the whole preview made, or return the link when it is there; asking again changes nothing."""
        return clip_preview(actor=call.actor, clip_id=call.id("clip_id", Prefix.CLIP))


class ClipLabelDispute(Resource):
    """A label that its owner does not agree with."""

    @operation(
        summary="Dispute a label",
        output=ClipOut,
        problems=(*_REFUSALS, LABEL_UNKNOWN),
        scope=Scope.LIBRARY_WRITE,
    )
    def post(self, call: Call) -> Clip:
        """Say that a label is wrong: it is shown as disputed from now on; saying so again changes nothing."""
        return label_dispute(actor=call.actor, clip_id=call.id("clip_id", Prefix.CLIP), label=str(call.kwargs["label"]))
