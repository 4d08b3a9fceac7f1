"""Questions of ownership: two organisations hold the same footage."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from typing_extensions import override

from core.accounts.models import User
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from media_ingest.domain.ownership import CaseKind, Outcome, OwnershipState
from media_ingest.models.asset import Asset


class OwnershipCase(Record):
    """A file and an earlier one of another organisation that show the same. Only the desk ever sees it."""

    PREFIX = Prefix.OWNERSHIP_CASE

    kind = models.CharField(max_length=16)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="ownership_cases")
    """The later file: held while the case is open."""
    other = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    """The earlier file, which stays on offer."""
    evidence = models.JSONField(default=dict)
    """What the two have in common: hashes, or spans of equal pictures."""
    state = models.CharField(max_length=16, default=OwnershipState.OPEN)
    outcome = models.CharField(max_length=16, default="", blank=True)
    """A value of ``domain.ownership.Outcome``; empty while open."""
    note = models.TextField(default="", blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A pair is asked about once, whichever way round; settled means how, why and when."""

        constraints: ClassVar = (
            check_in("state", OwnershipState, "media_ingest_ownershipcase_state"),
            check_in("kind", CaseKind, "media_ingest_ownershipcase_kind"),
            models.UniqueConstraint(
                Least("asset", "other"), Greatest("asset", "other"), name="media_ingest_ownershipcase_pair"
            ),
            models.CheckConstraint(condition=~Q(asset=F("other")), name="media_ingest_ownershipcase_two_files"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *map(str, Outcome)]), name="media_ingest_ownershipcase_outcome"
            ),
            models.CheckConstraint(
                condition=Q(state=OwnershipState.OPEN, outcome="", settled_at__isnull=True)
                | (Q(state=OwnershipState.SETTLED, settled_at__isnull=False) & ~Q(outcome="") & ~Q(note="")),
                name="media_ingest_ownershipcase_settled_says_how",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["state", "-id"], name="media_ingest_owncase_queue"),)

    @override
    def __str__(self) -> str:
        """Show the public id."""
        return self.public_id
