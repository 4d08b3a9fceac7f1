"""What is licensed: a shot of an asset."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from media_ingest.domain.watched import Begins
from media_ingest.models.asset import Asset

MEASURED = ("motion", "sharpness", "brightness", "contrast", "clipped")
"""Columns in thousandths."""


class Clip(Record):
    """A shot ``[start, end)`` of an asset, with how it looks and the words its owner gives it.

    The clips of a watched asset follow each other without gaps: the end of one is the start of the next, in ticks
    and in milliseconds. One that has flaws exists, and is never listed.
    """

    PREFIX = Prefix.CLIP

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="clips")
    start_ticks = models.BigIntegerField()
    """Exact, in units of the asset's time base from its first presented frame."""
    end_ticks = models.BigIntegerField()
    """Not part of the clip any more: intervals are half-open."""
    start_ms = models.BigIntegerField()
    """``start_ticks`` in milliseconds, rounded down. Prices and licences read only milliseconds."""
    end_ms = models.BigIntegerField()
    begins = models.CharField(max_length=12, default=Begins.START)
    flaws = models.JSONField(default=list, blank=True)
    """Codes of ``domain.watched.Flaw``, sorted; empty when it can be licensed."""
    motion = models.PositiveSmallIntegerField(null=True, blank=True)
    """In thousandths, as ``domain.watched.Quality`` says; null where nobody looked yet."""
    sharpness = models.PositiveSmallIntegerField(null=True, blank=True)
    brightness = models.PositiveSmallIntegerField(null=True, blank=True)
    contrast = models.PositiveSmallIntegerField(null=True, blank=True)
    clipped = models.PositiveSmallIntegerField(null=True, blank=True)
    flashes_per_s = models.PositiveSmallIntegerField(null=True, blank=True)
    """Largest number of flashes within one second."""
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
            models.CheckConstraint(
                condition=Q(start_ticks__gte=0, end_ticks__gt=F("start_ticks")), name="media_ingest_clip_has_ticks"
            ),
            check_in("begins", Begins, "media_ingest_clip_begins"),
            models.CheckConstraint(
                condition=Q(*((Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__lte": 1000})) for name in MEASURED)),
                name="media_ingest_clip_thousandths",
            ),
        )

    @property
    def usable(self) -> bool:
        """Whether it can be licensed at all."""
        return not self.flaws

    @property
    def duration_ms(self) -> int:
        """Billable length, in milliseconds."""
        return self.end_ms - self.start_ms

    @override
    def __str__(self) -> str:
        """Show title or stretch."""
        return self.title or f"[{self.start_ms}, {self.end_ms})"
