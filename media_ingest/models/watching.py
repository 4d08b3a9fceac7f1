"""What one look at a recording told, beside its clips."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.constraints import check_in
from core.models_base import Record
from media_ingest.domain.watched import Method
from media_ingest.models.asset import Asset


class Watching(Record):
    """How a recording was watched, where its small pictures are, and how it sounds. Once per asset."""

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="watching")
    method = models.CharField(max_length=16)
    frames_decoded = models.PositiveBigIntegerField()
    frames_seen = models.PositiveBigIntegerField()
    """Frames that were measured."""
    tool_version = models.CharField(max_length=80)
    tile_width = models.PositiveIntegerField(default=0)
    """Size of one small picture of the sprite sheet, in pixels; 0 when there is no sheet."""
    tile_height = models.PositiveIntegerField(default=0)
    tile_columns = models.PositiveIntegerField(default=0)
    tile_times = models.JSONField(default=list, blank=True)
    """When each small picture was taken, in milliseconds, row by row."""
    peaks = models.BinaryField(null=True)
    """Bars of the waveform, 0 to 255; null without sound."""
    loudness_centi_lufs = models.IntegerField(null=True)
    """Integrated loudness (EBU R 128) in hundredths of LUFS; null for silence."""
    silent = models.BooleanField(null=True)
    """Whether the sound track is silence; null without one."""

    class Meta:
        """Watched in one of the known ways."""

        constraints: ClassVar = (check_in("method", Method, "media_ingest_watching_method"),)

    @override
    def __str__(self) -> str:
        """Show the method."""
        return f"{self.method} {self.asset_id}"
