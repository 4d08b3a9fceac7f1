"""What was seen of a file and how far it is: progress, sprite sheet, WebVTT, waveform."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.operation import Call, Contract, ProblemOut, Resource, operation
from core.ids import NOT_FOUND, Prefix, parse_public_id
from media_ingest.api.edge import BytesResource, actor_of, described
from media_ingest.domain.progress import Life, Stage, Unit, stopped_wording
from media_ingest.domain.vtt import sprite_vtt
from media_ingest.domain.watched import Method
from media_ingest.models import Asset, DerivativeKind, Watching
from media_ingest.selectors import asset_get, watching_of
from media_ingest.services.links import asset_link
from media_ingest.services.progress import Progress, asset_progress

_REFUSALS: Final = (ROLE_MISSING, SCOPE_MISSING)


class RangeOut(serializers.Serializer[Any]):
    """A guess of a time, in seconds."""

    low = serializers.IntegerField()
    high = serializers.IntegerField()


class QueueOut(serializers.Serializer[Any]):
    """A place in line."""

    ahead = serializers.IntegerField(help_text="Pieces of work that come before.")
    wait = RangeOut(allow_null=True, help_text="Until this one's turn; null when nothing was measured yet.")


class AssetProgressOut(serializers.Serializer[Any]):
    """How far a file is."""

    stage = serializers.ChoiceField(choices=[str(stage) for stage in Stage])
    stages = serializers.ListField(child=serializers.CharField())
    stage_number = serializers.IntegerField(help_text="Which of the stages it is in, from 1.")
    unit = serializers.ChoiceField(choices=[str(unit) for unit in Unit], help_text="What done and total count.")
    step = serializers.CharField(help_text="What is being done inside the stage.")
    done = serializers.IntegerField()
    total = serializers.IntegerField(help_text="0 when it cannot be measured.")
    life = serializers.ChoiceField(choices=[str(life) for life in Life])
    state = serializers.CharField()
    time_left = RangeOut(allow_null=True, help_text="Of this stage; null while it is measured.")
    queue = QueueOut(allow_null=True, help_text="Only while it waits for its turn.")
    heartbeat_at = serializers.DateTimeField(allow_null=True)
    retry_at = serializers.DateTimeField(allow_null=True, help_text="When the next attempt begins by itself.")
    attempt = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    what_to_do = serializers.SerializerMethodField(help_text="Empty unless it stopped.")
    seconds_left = serializers.IntegerField(allow_null=True, help_text="The middle of time_left.")

    def get_what_to_do(self, progress: Progress) -> str:
        if progress.life is not Life.STOPPED:
            return ""
        words = stopped_wording(get_language() or "en")
        return f"{words.text} {words.what_to_do}"


class SpriteOut(serializers.Serializer[Any]):
    """Many small pictures in one, row by row."""

    url = serializers.CharField(allow_null=True, help_text="WebP; good for 10 to 15 minutes.")
    vtt_url = serializers.CharField(help_text="The same as WebVTT, for players.")
    tile_width = serializers.IntegerField()
    tile_height = serializers.IntegerField()
    columns = serializers.IntegerField()
    times_ms = serializers.ListField(child=serializers.IntegerField())


class SoundOut(serializers.Serializer[Any]):
    """How the first sound track sounds."""

    peaks = serializers.ListField(child=serializers.IntegerField(), help_text="0 to 255, equal parts of the recording.")
    loudness_lufs = serializers.CharField(allow_null=True, help_text="EBU R 128, a decimal; null for silence.")
    silent = serializers.BooleanField()


class WatchingOut(serializers.Serializer[Any]):
    """What one look at a file told, beside its clips."""

    method = serializers.ChoiceField(choices=[str(method) for method in Method])
    frames_decoded = serializers.IntegerField()
    frames_seen = serializers.IntegerField()
    tool_version = serializers.CharField()
    sprite = serializers.SerializerMethodField()
    sound = serializers.SerializerMethodField()

    @extend_schema_field(SpriteOut(allow_null=True))
    def get_sprite(self, watching: Watching) -> dict[str, Any] | None:
        if not watching.tile_columns:
            return None
        return {
            "url": asset_link(watching.asset, DerivativeKind.SPRITE),
            "vtt_url": f"/api/v1/assets/{watching.asset.public_id}/sprite.vtt",
            "tile_width": watching.tile_width,
            "tile_height": watching.tile_height,
            "columns": watching.tile_columns,
            "times_ms": watching.tile_times,
        }

    @extend_schema_field(SoundOut(allow_null=True))
    def get_sound(self, watching: Watching) -> dict[str, Any] | None:
        if watching.peaks is None:
            return None
        return {
            "peaks": list(bytes(watching.peaks)),
            "loudness_lufs": lufs_text(watching.loudness_centi_lufs),
            "silent": bool(watching.silent),
        }


def lufs_text(centi: int | None) -> str | None:
    """Return hundredths of LUFS as a decimal: -2310 is -23.10."""
    if centi is None:
        return None
    return f"{'-' if centi < 0 else ''}{abs(centi) // 100}.{abs(centi) % 100:02d}"


class AssetProgress(Resource):
    """How far one file is."""

    @operation(summary="How far a file is", output=AssetProgressOut, problems=_REFUSALS, scope=Scope.LIBRARY_READ)
    def get(self, call: Call) -> Progress:
        """Return stage, measure, last sign of life, place in line and a guess of the time left."""
        return asset_progress(actor=call.actor, asset_id=call.id("asset_id", Prefix.ASSET))


class AssetWatching(Resource):
    """What was seen and heard of one file."""

    @operation(summary="What was seen of a file", output=WatchingOut, problems=_REFUSALS, scope=Scope.LIBRARY_READ)
    def get(self, call: Call) -> Watching:
        """Return how it was watched, its sprite sheet and its waveform; 404 until it was watched."""
        return watching_of(call.actor, call.id("asset_id", Prefix.ASSET))


class SpriteTrack(BytesResource):
    """The sprite sheet as a WebVTT track."""

    @described(
        Contract(summary="The sprite sheet as WebVTT", scope=Scope.LIBRARY_READ, problems=(*_REFUSALS, NOT_FOUND)),
        responses={
            (200, "text/vtt"): OpenApiTypes.STR,
            (404, "application/problem+json"): OpenApiResponse(ProblemOut),
        },
    )
    def get(self, request: Request, asset_id: str) -> HttpResponse:
        """Return one cue for each small picture: when it is shown, and where it is in the sheet."""
        asset: Asset = asset_get(actor_of(request), parse_public_id(Prefix.ASSET, asset_id))
        watching = watching_of(actor_of(request), asset.id)
        sheet = asset_link(asset, DerivativeKind.SPRITE)
        if sheet is None or not watching.tile_columns:
            raise NOT_FOUND("The file has no sprite sheet.")
        text = sprite_vtt(
            sheet,
            watching.tile_times,
            columns=watching.tile_columns,
            size=(watching.tile_width, watching.tile_height),
            end_ms=asset.duration_ms or 0,
        )
        return HttpResponse(text, content_type="text/vtt; charset=utf-8", headers={"Cache-Control": "private"})
