"""Groups of files."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.accounts.models import Organisation
from core.ids import Prefix
from core.models_base import Record


class Batch(Record):
    """A named group of files: a card, a day, a job."""

    PREFIX = Prefix.BATCH

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="batches")
    name = models.CharField(max_length=120)

    class Meta:
        """A name is used once in an organisation."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["organisation", "name"], name="media_ingest_batch_name"),
            models.CheckConstraint(condition=~Q(name=""), name="media_ingest_batch_name_present"),
        )

    @override
    def __str__(self) -> str:
        """Show the name."""
        return self.name
