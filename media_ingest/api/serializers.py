"""What the library's API takes and gives. Values are ready when they get here; no query runs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import PublicIdField
from core.ids import Prefix
from media_ingest.domain.flaws import Stretch, flaw_wording, usable_of
from media_ingest.domain.guess import Guess
from media_ingest.domain.ownership import hold_wording
from media_ingest.domain.reasons import Reason, wording
from media_ingest.domain.resolution import resolution_class
from media_ingest.domain.states import AssetState
from media_ingest.domain.watched import Flaw
from media_ingest.models import Asset, Clip, DerivativeKind
from media_ingest.services.links import asset_link


class RefusalOut(serializers.Serializer[Any]):
    """Why something was refused, in words, and what to do."""

    code = serializers.CharField()
    text = serializers.CharField()
    what_to_do = serializers.CharField()


class LeftOut(RefusalOut):
    """Why a part of a recording is not offered, and how long that part is."""

    duration_ms = serializers.IntegerField()


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
    guess = serializers.ChoiceField(
        choices=["", *map(str, Guess)], help_text="What it seems to be at first glance; empty before that."
    )
    clip_ids = serializers.SerializerMethodField(help_text="Its clips in order of time, once it was watched.")
    usable_clip_ids = serializers.SerializerMethodField(help_text="Those that can be offered.")
    usable_ms = serializers.SerializerMethodField(help_text="How much can be offered; null until it was watched.")
    left_out = serializers.SerializerMethodField(help_text="Why the rest is not.")
    held = serializers.SerializerMethodField(help_text="Why none of its clips is on offer at the moment; usually null.")
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
        return [clip.public_id for clip in in_order(asset)]

    def get_usable_clip_ids(self, asset: Asset) -> list[str]:
        return [clip.public_id for clip in in_order(asset) if clip.usable]

    def get_usable_ms(self, asset: Asset) -> int | None:
        return usable_of(stretches_of(asset)).usable_ms if asset.clips.all() else None

    @extend_schema_field(LeftOut(many=True))
    def get_left_out(self, asset: Asset) -> list[dict[str, Any]]:
        return [flaw_out(flaw, lost) for flaw, lost in usable_of(stretches_of(asset)).left_out]

    @extend_schema_field(RefusalOut(allow_null=True))
    def get_held(self, asset: Asset) -> dict[str, str] | None:
        return hold_wording(asset.hold, get_language() or "en") if asset.hold else None

    def get_poster_url(self, asset: Asset) -> str | None:
        return asset_link(asset, DerivativeKind.POSTER)

    def get_preview_url(self, asset: Asset) -> str | None:
        return asset_link(asset, DerivativeKind.OPENING)


def in_order(asset: Asset) -> list[Clip]:
    """Return an asset's clips (fetched already) in order of time."""
    return sorted(asset.clips.all(), key=lambda clip: clip.start_ms)


def stretches_of(asset: Asset) -> list[Stretch]:
    """Return an asset's clips as counting needs them."""
    return [Stretch(clip.duration_ms, tuple(clip.flaws)) for clip in asset.clips.all()]


def flaw_out(flaw: Flaw, duration_ms: int) -> dict[str, Any]:
    """Return a flaw in the reader's language with the length it takes away."""
    words = flaw_wording(flaw, get_language() or "en")
    return {"code": str(flaw), "text": words.text, "what_to_do": words.what_to_do, "duration_ms": duration_ms}


def reason_out(asset: Asset) -> dict[str, str] | None:
    """Return why an asset was rejected in the reader's language, or None."""
    if not asset.reason:
        return None
    words = wording(Reason(asset.reason), (get_language() or "en")[:2])
    return {"code": asset.reason, "text": words.text, "what_to_do": words.what_to_do}
