"""What is known of a stored master beyond its bytes: where it lies, when somebody last needed it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.constraints import check_in
from core.models_base import Record
from media_ingest.domain.tiers import Tier


class StoredObject(Record):
    """One stored master, however many owners have an asset on it. Written by the nightly lifecycle.

    An object without a row is new, and on the hot tier.
    """

    storage_key = models.CharField(max_length=200, unique=True)
    size_bytes = models.BigIntegerField()
    tier = models.CharField(max_length=8, default=Tier.HOT)
    """Where it lies, as far as we moved it."""
    last_used_at = models.DateTimeField()
    """When it was last received, read for somebody or sold; within a day."""
    dormant_since = models.DateTimeField(null=True, blank=True)
    """When its owners were told that it costs and earns nothing; empty while it is used."""

    class Meta:
        """What is true of every stored master."""

        constraints: ClassVar = (
            check_in("tier", Tier, "media_ingest_storedobject_tier"),
            models.CheckConstraint(
                condition=Q(size_bytes__gte=0) & ~Q(storage_key=""), name="media_ingest_storedobject_is_one"
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the key."""
        return self.storage_key
