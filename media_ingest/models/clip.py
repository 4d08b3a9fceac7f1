"""What is licensed: a stretch of an asset."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from core.ids import Prefix
from core.models_base import Record
from media_ingest.models.asset import Asset


class Clip(Record):
    """A stretch ``[start_ms, end_ms)`` of an asset, with the words its owner gives it."""

    PREFIX = Prefix.CLIP

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="clips")
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    """Not part of the clip any more: intervals are half-open."""
    title = models.CharField(max_length=200, default="", blank=True)
    description = models.TextField(default="", blank=True)
    tags = models.JSONField(default=list)
    """A list of lower-case words, each once."""
    language = models.CharField(max_length=35, default="", blank=True)
    """Spoken language, BCP 47; empty when not said."""
    updated_at = models.DateTimeField(null=True, blank=True)
    """When its words last changed; null when they never did."""

    class Meta:
        """A stretch has a length and exists once."""

        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(start_ms__gte=0, end_ms__gt=F("start_ms")), name="media_ingest_clip_has_length"
            ),
            models.UniqueConstraint(fields=["asset", "start_ms", "end_ms"], name="media_ingest_clip_once"),
        )

    @override
    def __str__(self) -> str:
        """Show title or stretch."""
        return self.title or f"[{self.start_ms}, {self.end_ms})"
