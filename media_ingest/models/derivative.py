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


class DerivativeKind(StrEnum):
    """What a derivative is for."""

    POSTER = "poster"
    """One frame, JPEG, long side ≤ 640 px."""
    PREVIEW = "preview"
    """The first seconds, H.264 in MP4, short side ≤ 480 px."""


class Derivative(Record):
    """One poster or preview of one asset."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="derivatives")
    kind = models.CharField(max_length=16)
    storage_key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        """One of a kind per asset."""

        constraints: ClassVar = (
            check_in("kind", DerivativeKind, "media_ingest_derivative_kind"),
            models.UniqueConstraint(fields=["asset", "kind"], name="media_ingest_derivative_once"),
            models.CheckConstraint(
                condition=Q(size_bytes__gt=0, width__gt=0, height__gt=0), name="media_ingest_derivative_has_content"
            ),
        )
        indexes: ClassVar = (models.Index(fields=["storage_key"], name="media_ingest_derivative_stored"),)

    @override
    def __str__(self) -> str:
        """Show kind and asset."""
        return f"{self.kind} {self.asset_id}"
