"""What the API says of a clip, and takes. Values are ready when they get here; no query runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import PublicIdField
from core.ids import Prefix
from media_ingest.api.serializers import LeftOut, flaw_out
from media_ingest.domain.detections import Label, LabelState, label_wording
from media_ingest.domain.resolution import resolution_class
from media_ingest.domain.watched import Begins, Flaw
from media_ingest.models import Clip, DerivativeKind, Detection
from media_ingest.services.detecting import quality_of
from media_ingest.services.links import clip_link

_TEXT_SENT: Final = 20_000  # what is sent may be longer than what is kept, never without limit


class QualityOut(serializers.Serializer[Any]):
    """How a shot looks, in thousandths unless said otherwise."""

    motion = serializers.IntegerField(help_text="Average change from frame to frame.")
    sharpness = serializers.IntegerField()
    brightness = serializers.IntegerField()
    contrast = serializers.IntegerField()
    clipped = serializers.IntegerField(help_text="Share of the picture that is pure white or pure black.")
    flashes_per_s = serializers.IntegerField(help_text="Largest number of flashes within one second.")


class LabelOut(serializers.Serializer[Any]):
    """What a detector says of a clip."""

    code = serializers.ChoiceField(choices=[str(label) for label in Label])
    text = serializers.CharField()
    what_to_do = serializers.CharField()
    score = serializers.IntegerField(help_text="How sure the detector is, in thousandths.")
    evidence_ms = serializers.ListField(
        child=serializers.IntegerField(), help_text="Moments that show it, from the start of the file."
    )
    detector = serializers.CharField()
    version = serializers.CharField()
    note = serializers.CharField(help_text="What was found, in a few technical words.")
    state = serializers.ChoiceField(choices=[str(state) for state in LabelState])


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
    start_ticks = serializers.IntegerField(help_text="Exact start, in units of time_base.")
    end_ticks = serializers.IntegerField()
    time_base = serializers.SerializerMethodField(help_text="Seconds of one tick as an exact ratio: 1/12800.")
    begins = serializers.ChoiceField(choices=[str(kind) for kind in Begins], help_text="How the shot begins.")
    usable = serializers.BooleanField(help_text="Whether it can be offered at all.")
    flaws = serializers.SerializerMethodField(help_text="Why not, when it cannot.")
    quality = serializers.SerializerMethodField(help_text="Null where nobody looked yet.")
    labels = serializers.SerializerMethodField(help_text="What detectors say of it; a label refuses nothing.")
    title = serializers.CharField()
    description = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField(help_text="Spoken language, BCP 47; empty when not said.")
    poster_url = serializers.SerializerMethodField(help_text="Good for 10 to 15 minutes.")
    preview_url = serializers.SerializerMethodField(help_text="Good for 10 to 15 minutes.")
    created_at = serializers.DateTimeField()

    def get_duration_ms(self, clip: Clip) -> int:
        return clip.duration_ms

    def get_time_base(self, clip: Clip) -> str:
        return f"{clip.asset.time_base_num or 1}/{clip.asset.time_base_den or 1000}"

    @extend_schema_field(LeftOut(many=True))
    def get_flaws(self, clip: Clip) -> list[dict[str, Any]]:
        return [flaw_out(Flaw(flaw), clip.duration_ms) for flaw in clip.flaws]

    @extend_schema_field(QualityOut(allow_null=True))
    def get_quality(self, clip: Clip) -> dict[str, int] | None:
        quality = quality_of(clip)
        return asdict(quality) if quality is not None else None

    @extend_schema_field(LabelOut(many=True))
    def get_labels(self, clip: Clip) -> list[dict[str, Any]]:
        return [label_out(one) for one in sorted(clip.detections.all(), key=lambda one: (-one.score, one.label))]

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


class PreviewOut(serializers.Serializer[Any]):
    """The whole preview of a clip, or how far its making is."""

    state = serializers.ChoiceField(choices=["ready", "queued", "running", "failed", "dead"])
    url = serializers.CharField(allow_null=True, help_text="Good for 10 to 15 minutes; null until it is ready.")
    done = serializers.IntegerField()
    total = serializers.IntegerField(help_text="Milliseconds of the clip; 0 before the work begins.")


def label_out(one: Detection) -> dict[str, Any]:
    """Return a label in the reader's language."""
    words = label_wording(Label(one.label), get_language() or "en")
    return {
        "code": one.label,
        "text": words.text,
        "what_to_do": words.what_to_do,
        "score": one.score,
        "evidence_ms": one.evidence,
        "detector": one.detector,
        "version": one.version,
        "note": one.note,
        "state": one.state,
    }
