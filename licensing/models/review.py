"""Review tasks and what was decided."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import User
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from licensing.domain.reasons import ReasonCode
from licensing.domain.states import WAITING, CaseState, Decision
from licensing.models.agreement import Agreement


class ReviewCase(Record):
    """One submission of an agreement, waiting for a person or two."""

    PREFIX = Prefix.CASE

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="cases")
    revision = models.PositiveIntegerField()
    """The agreement's revision under review."""
    state = models.CharField(max_length=16, default=CaseState.OPEN)
    approvals_needed = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1)
    """Grows with every claim and change; a decision names the version it was made on."""
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One waiting case an agreement; claimed means by whom and until when."""

        constraints: ClassVar = (
            check_in("state", CaseState, "licensing_reviewcase_state"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(state__in=list(WAITING)),
                name="licensing_reviewcase_one_waiting",
            ),
            models.CheckConstraint(
                condition=models.Q(approvals_needed__in=[1, 2]), name="licensing_reviewcase_one_or_two"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=CaseState.CLAIMED)
                | models.Q(claimed_by__isnull=False, lease_until__isnull=False),
                name="licensing_reviewcase_claimed_by",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["state", "due_at"], name="licensing_reviewcase_queue"),)

    @override
    def __str__(self) -> str:
        """Show the public id."""
        return self.public_id


class ReviewDecision(Record):
    """What one reviewer decided. Rows never change (trigger)."""

    case = models.ForeignKey(ReviewCase, on_delete=models.PROTECT, related_name="decisions")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=16)
    reason_code = models.CharField(max_length=8, default="", blank=True)
    reason_version = models.PositiveSmallIntegerField(default=0)
    """Version of the reason's words; 0 without a reason."""
    note = models.TextField(default="", blank=True)
    case_version = models.PositiveIntegerField()

    class Meta:
        """A reviewer decides a case once; anything but an approval gives its reason."""

        constraints: ClassVar = (
            check_in("decision", Decision, "licensing_reviewdecision_decision"),
            models.UniqueConstraint(fields=["case", "reviewer"], name="licensing_reviewdecision_once"),
            models.CheckConstraint(
                condition=models.Q(reason_code__in=["", *map(str, ReasonCode)]),
                name="licensing_reviewdecision_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(decision=Decision.APPROVE) | (~models.Q(reason_code="") & ~models.Q(note="")),
                name="licensing_reviewdecision_explained",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the decision."""
        return self.decision
