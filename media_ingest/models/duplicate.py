"""Near duplicates inside one library."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from core.ids import Prefix
from core.models_base import Record
from media_ingest.models.asset import Asset


class NearDuplicate(Record):
    """A file that shows what a better file of the same organisation shows. The better one is offered alone."""

    PREFIX = Prefix.NEAR_DUPLICATE

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="near_duplicates")
    """The lesser file: held unless its owner keeps both."""
    of = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    """The better file."""
    score = models.PositiveSmallIntegerField()
    """How much of the lesser file is in the better one, in percent of its time."""
    evidence = models.JSONField(default=dict)
    """Spans of equal pictures and their distances."""
    kept = models.BooleanField(default=False)
    """The owner says they are different takes: both are offered."""

    class Meta:
        """A pair is noted once."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["asset", "of"], name="media_ingest_nearduplicate_once"),
            models.CheckConstraint(condition=~Q(asset=F("of")), name="media_ingest_nearduplicate_two_files"),
            models.CheckConstraint(condition=Q(score__lte=100), name="media_ingest_nearduplicate_score"),
        )

    @override
    def __str__(self) -> str:
        """Show the public id."""
        return self.public_id
