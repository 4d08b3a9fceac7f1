"""Review tasks and what was decided."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import User
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from licensing.domain.clauses import AmendmentClass
from licensing.domain.reasons import CONTRACT_REASONS
from licensing.domain.states import WAITING, CaseState, Decision
from licensing.models.agreement import Agreement
from licensing.models.clause import ClauseVersion


class ReviewCase(Record):
    """One submission of an agreement, waiting for a person or two."""

    PREFIX = Prefix.CASE

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="cases")
    revision = models.PositiveIntegerField()
    """The agreement's revision under review."""
    state = models.CharField(max_length=16, default=CaseState.OPEN)
    approvals_needed = models.PositiveSmallIntegerField()
    policy_version = models.PositiveSmallIntegerField(default=1)
    """Of the desk's policy under which it was opened: how many people and by when; a newer one changes neither."""
    version = models.PositiveIntegerField(default=1)
    """Grows with every claim and change; a decision names the version it was made on."""
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    """Since when the clock stands because the creator has something to answer."""
    escalated_at = models.DateTimeField(null=True, blank=True)
    """Since when only a lead may take it."""
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


class CaseSnooze(Record):
    """Until when somebody put a case aside for themselves. It is their own reminder: its deadline does not move."""

    case = models.ForeignKey(ReviewCase, on_delete=models.PROTECT, related_name="snoozes")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()

    class Meta:
        """One reminder a person and case."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["case", "reviewer"], name="licensing_casesnooze_once"),
        )

    @override
    def __str__(self) -> str:
        """Show the moment."""
        return f"{self.until:%Y-%m-%d %H:%M}"


class ReviewDecision(Record):
    """What one reviewer decided. It takes effect at `effective_at` unless it is undone before.

    Only that it took effect or was undone is added later, once; everything else never changes (trigger).
    """

    PREFIX = Prefix.DECISION

    case = models.ForeignKey(ReviewCase, on_delete=models.PROTECT, related_name="decisions")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=16)
    reason_code = models.CharField(max_length=8, default="", blank=True)
    reason_version = models.PositiveSmallIntegerField(default=0)
    """Version of the reason's words; 0 without a reason."""
    note = models.TextField(default="", blank=True)
    case_version = models.PositiveIntegerField()
    effective_at = models.DateTimeField()
    effected_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One decision a version of a case, one standing verdict a reviewer; all but an approval gives its reason."""

        constraints: ClassVar = (
            check_in("decision", Decision, "licensing_reviewdecision_decision"),
            models.UniqueConstraint(fields=["case", "case_version"], name="licensing_reviewdecision_one_a_version"),
            models.UniqueConstraint(
                fields=["case", "reviewer"],
                condition=models.Q(undone_at=None) & ~models.Q(decision=Decision.ESCALATE),
                name="licensing_reviewdecision_once",
            ),
            models.CheckConstraint(
                condition=models.Q(effected_at=None) | models.Q(undone_at=None),
                name="licensing_reviewdecision_effect_or_undone",
            ),
            models.CheckConstraint(
                condition=models.Q(reason_code__in=["", *map(str, CONTRACT_REASONS)]),
                name="licensing_reviewdecision_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(decision__in=[Decision.APPROVE, Decision.ESCALATE])
                | (~models.Q(reason_code="") & ~models.Q(note="")),
                name="licensing_reviewdecision_explained",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the decision."""
        return self.decision


class CounterProposal(Record):
    """What a reviewer proposes for one clause in place of the creator's change. Rows never change (trigger)."""

    decision = models.ForeignKey(ReviewDecision, on_delete=models.PROTECT, related_name="counters")
    clause_version = models.ForeignKey(ClauseVersion, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()
    """All values of the clause as proposed."""
    own_wording = models.JSONField(default=dict)
    """Language → proposed text in place of the clause's own; empty when its own text stays."""
    kind = models.CharField(max_length=16)
    """How the proposal is treated once accepted; `standard` takes the creator's change back."""
    because = models.CharField(max_length=200)
    fallback = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        """One proposal a clause."""

        constraints: ClassVar = (
            check_in("kind", AmendmentClass, "licensing_counterproposal_kind"),
            models.UniqueConstraint(fields=["decision", "clause_version"], name="licensing_counterproposal_once"),
        )

    @override
    def __str__(self) -> str:
        """Show the class."""
        return self.kind


class CaseNote(Record):
    """What somebody at the desk wrote down about a case; creators do not see it. Rows never change (trigger)."""

    case = models.ForeignKey(ReviewCase, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    unsent = models.BooleanField(default=False)
    """Written for a decision that came too late: kept, so that nothing typed is lost."""

    class Meta:
        """A note says something."""

        constraints: ClassVar = (models.CheckConstraint(condition=~models.Q(text=""), name="licensing_casenote_text"),)

    @override
    def __str__(self) -> str:
        """Show the beginning."""
        return self.text[:40]
