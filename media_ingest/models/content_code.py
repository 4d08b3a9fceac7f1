"""What a recording is called by its content, anywhere."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.models_base import Record
from media_ingest.models.asset import Asset


class ContentCode(Record):
    """The ISCC (ISO 24138) of an asset's file. Rows never change (trigger): neither do the bytes."""

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="content_code")
    iscc = models.CharField(max_length=80)
    """All parts in one code."""
    video = models.CharField(max_length=40)
    """Alike for files that look alike, however they were encoded."""
    data = models.CharField(max_length=40)
    """Alike for files with nearly the same bytes."""
    instance = models.CharField(max_length=40)
    """The same for the very same bytes only."""

    class Meta:
        """A code is never empty."""

        constraints: ClassVar = (
            models.CheckConstraint(condition=~models.Q(iscc=""), name="media_ingest_contentcode_not_empty"),
        )

    @override
    def __str__(self) -> str:
        """Show the code."""
        return self.iscc
