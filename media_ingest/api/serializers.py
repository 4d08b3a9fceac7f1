"""What the library's API takes and gives. Values are ready when they get here; no query runs."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import get_language
from rest_framework import serializers

from core.api.fields import PublicIdField
from core.ids import Prefix
from media_ingest.domain.reasons import Reason, wording
from media_ingest.domain.resolution import resolution_class
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip, DerivativeKind
from media_ingest.services.links import asset_link, clip_link

_TEXT_SENT: Final = 20_000  # what is sent may be longer than what is kept, never without limit


class ReasonOut(serializers.Serializer[Any]):
    """Why something was refused, in words, and what to do."""

    code = serializers.CharField()
    text = serializers.CharField()
    what_to_do = serializers.CharField()


class AssetQuery(serializers.Serializer[Any]):
    """Which files."""

    state = serializers.ChoiceField(choices=[str(state) for state in AssetState], required=False)


class AssetOut(serializers.Serializer[Any]):
    """A received file and what is known of it; facts are null until it was probed."""

    id = PublicIdField(Prefix.ASSET)
    original_name = serializers.CharField()
    state = serializers.ChoiceField(choices=[str(state) for state in AssetState])
    reason = serializers.SerializerMethodField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    duration_ms = serializers.IntegerField(allow_null=True, help_text="Billable length, counted from packets.")
    width = serializers.IntegerField(allow_null=True, help_text="As displayed, in pixels.")
    height = serializers.IntegerField(allow_null=True, help_text="As displayed, in pixels.")
    frame_rate = serializers.SerializerMethodField(help_text="Frames per second as an exact ratio: 30000/1001.")
    video_codec = serializers.SerializerMethodField()
    bit_depth = serializers.IntegerField(allow_null=True)
    rotation = serializers.IntegerField(allow_null=True)
    has_audio = serializers.BooleanField(allow_null=True)
    container = serializers.SerializerMethodField()
    resolution_class = serializers.SerializerMethodField()
    clip_ids = serializers.SerializerMethodField()
    poster_url = serializers.SerializerMethodField(help_text="Good for 10 to 15 minutes.")
    preview_url = serializers.SerializerMethodField(help_text="Good for 10 to 15 minutes.")
    created_at = serializers.DateTimeField()

    def get_reason(self, asset: Asset) -> dict[str, str] | None:
        return reason_out(asset)

    def get_frame_rate(self, asset: Asset) -> str | None:
        return f"{asset.frame_rate_num}/{asset.frame_rate_den}" if asset.frame_rate_num else None

    def get_video_codec(self, asset: Asset) -> str | None:
        return asset.video_codec or None

    def get_container(self, asset: Asset) -> str | None:
        return asset.container or None

    def get_resolution_class(self, asset: Asset) -> str | None:
        return resolution_class(asset.width, asset.height) if asset.width and asset.height else None

    def get_clip_ids(self, asset: Asset) -> list[str]:
        return [clip.public_id for clip in sorted(asset.clips.all(), key=lambda clip: clip.start_ms)]

    def get_poster_url(self, asset: Asset) -> str | None:
        return asset_link(asset, DerivativeKind.POSTER)

    def get_preview_url(self, asset: Asset) -> str | None:
        return asset_link(asset, DerivativeKind.OPENING)


class ClipOut(serializers.Serializer[Any]):
    """A stretch of a file, as it can be licensed."""

    id = PublicIdField(Prefix.CLIP)
    asset_id = PublicIdField(Prefix.ASSET)
    asset_state = serializers.CharField(source="asset.state")
    original_name = serializers.CharField(source="asset.original_name")
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField(help_text="Not part of the clip any more.")
    duration_ms = serializers.SerializerMethodField()
    width = serializers.IntegerField(source="asset.width", allow_null=True)
    height = serializers.IntegerField(source="asset.height", allow_null=True)
    resolution_class = serializers.SerializerMethodField()
    title = serializers.CharField()
    description = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField(help_text="Spoken language, BCP 47; empty when not said.")
    poster_url = serializers.SerializerMethodField(help_text="Good for 10 to 15 minutes.")
    preview_url = serializers.SerializerMethodField(help_text="Good for 10 to 15 minutes.")
    created_at = serializers.DateTimeField()

    def get_duration_ms(self, clip: Clip) -> int:
        return clip.end_ms - clip.start_ms

    def get_resolution_class(self, clip: Clip) -> str | None:
        asset = clip.asset
        return resolution_class(asset.width, asset.height) if asset.width and asset.height else None

    def get_poster_url(self, clip: Clip) -> str | None:
        return clip_link(clip, DerivativeKind.POSTER)

    def get_preview_url(self, clip: Clip) -> str | None:
        return clip_link(clip, DerivativeKind.PREVIEW)


class ClipPatch(serializers.Serializer[Any]):
    """New words for a clip; what is left out stays."""

    title = serializers.CharField(required=False, allow_blank=True, max_length=_TEXT_SENT)
    description = serializers.CharField(required=False, allow_blank=True, max_length=_TEXT_SENT)
    tags = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=200)
    language = serializers.CharField(required=False, allow_blank=True, max_length=35)


class AssetProgressOut(serializers.Serializer[Any]):
    """How far a file is."""

    stage = serializers.CharField()
    stages = serializers.ListField(child=serializers.CharField())
    step = serializers.CharField(help_text="What is being done inside the stage.")
    done = serializers.IntegerField()
    total = serializers.IntegerField(help_text="0 when it cannot be measured.")
    state = serializers.CharField()
    heartbeat_at = serializers.DateTimeField(allow_null=True)
    attempt = serializers.IntegerField()
    seconds_left = serializers.IntegerField(allow_null=True)


def reason_out(asset: Asset) -> dict[str, str] | None:
    """Return why an asset was rejected in the reader's language, or None."""
    if not asset.reason:
        return None
    words = wording(Reason(asset.reason), (get_language() or "en")[:2])
    return {"code": asset.reason, "text": words.text, "what_to_do": words.what_to_do}
