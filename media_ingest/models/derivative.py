"""Files we make from footage: what people look at instead of the original."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.constraints import check_in
from core.models_base import Record
from media_ingest.models.asset import Asset
from media_ingest.models.clip import Clip


class DerivativeKind(StrEnum):
    """What a derivative is for."""

    POSTER = "poster"
    """One frame, JPEG, long side ≤ 640 px: of the recording, or of a clip."""
    OPENING = "opening"
    """The first seconds of a clip, H.264 in MP4, short side ≤ 480 px."""
    PREVIEW = "preview"
    """A whole clip, made when somebody first asks; H.264 in MP4, short side ≤ 480 px."""
    SPRITE = "sprite"
    """Many small pictures of the recording in one, WebP; `Watching` says where each is."""


OF_A_CLIP = (str(DerivativeKind.OPENING), str(DerivativeKind.PREVIEW))


class Derivative(Record):
    """One picture file of an asset, or of one of its clips."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="derivatives")
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="derivatives", null=True, blank=True)
    """None: it stands for the whole recording."""
    kind = models.CharField(max_length=16)
    storage_key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        """One of a kind per asset, and per clip; moving pictures are of a clip."""

        constraints: ClassVar = (
            check_in("kind", DerivativeKind, "media_ingest_derivative_kind"),
            models.UniqueConstraint(
                fields=["asset", "kind"], condition=Q(clip__isnull=True), name="media_ingest_derivative_once"
            ),
            models.UniqueConstraint(
                fields=["clip", "kind"], condition=Q(clip__isnull=False), name="media_ingest_derivative_once_per_clip"
            ),
            models.CheckConstraint(
                condition=Q(kind=str(DerivativeKind.POSTER))
                | Q(kind__in=OF_A_CLIP, clip__isnull=False)
                | Q(kind=str(DerivativeKind.SPRITE), clip__isnull=True),
                name="media_ingest_derivative_of_what",
            ),
            models.CheckConstraint(
                condition=Q(size_bytes__gt=0, width__gt=0, height__gt=0), name="media_ingest_derivative_has_content"
            ),
        )
        indexes: ClassVar = (models.Index(fields=["storage_key"], name="media_ingest_derivative_stored"),)

    @override
    def __str__(self) -> str:
        """Show kind and asset."""
        return f"{self.kind} {self.asset_id}"
