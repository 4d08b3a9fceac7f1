"""Prints of recordings: whole tracks for comparing, and single ones in an index for finding."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.models_base import Record
from media_ingest.models.asset import Asset

BANDS = ("band_0", "band_1", "band_2", "band_3")
"""The columns that hold 16 bits of a print each."""


class PrintTrack(Record):
    """All prints of one recording, in order, packed: about a megabyte an hour."""

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="print_track")
    count = models.PositiveIntegerField()
    times = models.BinaryField()
    """Milliseconds from the first frame, 32 bits little-endian each."""
    bits = models.BinaryField()
    """64 bits little-endian each."""
    cells = models.BinaryField()
    """16 × 16 grey levels, a byte each."""

    class Meta:
        """A track has something in it, or is known to be empty."""

        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(count__gte=0), name="media_ingest_printtrack_count"),
        )

    @override
    def __str__(self) -> str:
        """Show whose it is and how long."""
        return f"{self.asset_id}: {self.count}"


class Fingerprint(Record):
    """One print in the index: whoever differs in at most 7 of 64 bits shares a band but for one bit."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+", db_index=False)
    bits = models.BigIntegerField()
    """The 64 bits as a signed number."""
    band_0 = models.PositiveIntegerField()
    band_1 = models.PositiveIntegerField()
    band_2 = models.PositiveIntegerField()
    band_3 = models.PositiveIntegerField()

    class Meta:
        """Each band is an index that answers by itself, without the row; a recording has a print once."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["asset", "bits"], name="media_ingest_fingerprint_once"),
            *(
                models.CheckConstraint(condition=Q(**{f"{band}__lt": 65_536}), name=f"media_ingest_{band}")
                for band in BANDS
            ),
        )
        indexes: ClassVar = tuple(
            models.Index(fields=[band, "bits", "asset"], name=f"media_ingest_print_{band}") for band in BANDS
        )

    @override
    def __str__(self) -> str:
        """Show the bits."""
        return f"{self.bits & (2**64 - 1):016x}"
