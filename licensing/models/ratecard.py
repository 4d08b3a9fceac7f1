"""Published rate cards."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.models_base import Record


class RateCard(Record):
    """One published version of the rate card. Rows never change (trigger): a new price is a new version.

    A card is in force from `valid_from` until the next one's.
    """

    version = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)
    card = models.JSONField()
    """The whole card as published; parsed by `licensing.domain.ratecard`."""
    sha256 = models.CharField(max_length=64)
    """Of the canonical JSON of `card`."""
    valid_from = models.DateTimeField()

    class Meta:
        """One card a version, one card a moment."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["version"], name="licensing_ratecard_version"),
            models.UniqueConstraint(fields=["valid_from"], name="licensing_ratecard_valid_from"),
        )

    @override
    def __str__(self) -> str:
        """Show the version."""
        return self.version
