"""How much an organisation may keep here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.accounts.models import Organisation
from core.models_base import Record


class Quota(Record):
    """One row per organisation, changed only by conditional UPDATEs (``services.quotas``).

    The two sums could be counted from uploads and assets at any time (``quota_recount``); they are kept
    because only one row can be compared and changed in a single statement.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="quota")
    limit_bytes = models.BigIntegerField(null=True, blank=True)
    """What was agreed with this organisation; empty: what the installation grants everybody."""
    used_bytes = models.BigIntegerField(default=0)
    """Bytes of its files in the library, withdrawn ones included while they are kept."""
    reserved_bytes = models.BigIntegerField(default=0)
    """Declared sizes of uploads that are under way."""

    class Meta:
        """Neither sum falls below nothing."""

        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(used_bytes__gte=0), name="media_ingest_quota_used"),
            models.CheckConstraint(condition=Q(reserved_bytes__gte=0), name="media_ingest_quota_reserved"),
            models.CheckConstraint(
                condition=Q(limit_bytes__isnull=True) | Q(limit_bytes__gte=0), name="media_ingest_quota_limit"
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the sums."""
        return f"{self.used_bytes} + {self.reserved_bytes} of {self.limit_bytes}"
