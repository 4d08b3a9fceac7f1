"""How submissions were routed, and what somebody said afterwards about those that passed by themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import User
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from licensing.domain.quality import Outcome
from licensing.domain.reasons import CONTRACT_REASONS
from licensing.models.agreement import Agreement
from licensing.models.review import ReviewCase


class Routing(Record):
    """How one submission that changes something was routed, and under which policy. Rows never change (trigger)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="routings")
    revision = models.PositiveIntegerField()
    policy_version = models.PositiveSmallIntegerField()
    changes = models.JSONField()
    """Code of the clause and class of the change, of each that was submitted."""
    people = models.PositiveSmallIntegerField()
    """How many had to agree to all of it together."""
    case = models.OneToOneField(ReviewCase, null=True, blank=True, on_delete=models.PROTECT, related_name="routing")

    class Meta:
        """Nobody had to agree, or there is a case."""

        constraints: ClassVar = (
            models.CheckConstraint(
                condition=models.Q(people=0, case=None) | models.Q(people__in=[1, 2], case__isnull=False),
                name="licensing_routing_people",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["created_at"], name="licensing_routing_created"),)

    @override
    def __str__(self) -> str:
        """Show how many had to agree."""
        return str(self.people)


class QualityReview(Record):
    """A second look at a submission that passed by itself. Its outcome changes nothing but the count.

    It waits without a deadline, behind every case; an outcome never changes (trigger).
    """

    PREFIX = Prefix.QUALITY_REVIEW

    routing = models.OneToOneField(Routing, on_delete=models.PROTECT, related_name="quality")
    outcome = models.CharField(max_length=16, default="", blank=True)
    """Empty while it waits."""
    reviewer = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason_code = models.CharField(max_length=8, default="", blank=True)
    reason_version = models.PositiveSmallIntegerField(default=0)
    """Version of the reason's words; 0 without a reason."""
    note = models.TextField(default="", blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """An outcome is somebody's and dated; who disagrees says why."""

        constraints: ClassVar = (
            check_in("outcome", Outcome, "licensing_qualityreview_outcome"),
            models.CheckConstraint(
                condition=models.Q(outcome=Outcome.WAITING, reviewer=None, reviewed_at=None)
                | (~models.Q(outcome=Outcome.WAITING) & models.Q(reviewer__isnull=False, reviewed_at__isnull=False)),
                name="licensing_qualityreview_whose",
            ),
            models.CheckConstraint(
                condition=models.Q(reason_code__in=["", *map(str, CONTRACT_REASONS)]),
                name="licensing_qualityreview_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome=Outcome.DISAGREE) | (~models.Q(reason_code="") & ~models.Q(note="")),
                name="licensing_qualityreview_explained",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["outcome", "created_at"], name="licensing_quality_waiting"),)

    @override
    def __str__(self) -> str:
        """Show the outcome."""
        return self.outcome or "waiting"
