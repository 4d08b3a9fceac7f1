"""Saying afterwards whether something that passed by itself should have: recorded, and nothing else."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from licensing.domain.errors import CASE_CLOSED, CONFLICT_OF_INTEREST, DECISION_UNKNOWN, REASON_REQUIRED
from licensing.domain.quality import Outcome
from licensing.domain.reasons import CONTRACT_REASONS
from licensing.models import QualityReview
from licensing.selectors.agreements import has_interest
from licensing.selectors.quality import quality_get
from licensing.selectors.reasons import reason_in_force
from licensing.services.claims import reviewer_of


def quality_answer(*, actor: Actor, review_id: UUID, outcome: str, reason: str = "", note: str = "") -> QualityReview:
    """Say `agree`, or `disagree` with a reason and a note; the agreement stays as it is.

    Refused with `conflict_of_interest` for one's own organisation or words, and `case_closed` once somebody answered.
    """
    reviewer = reviewer_of(actor)
    words = note.strip()
    _refuse_unsaid(outcome, reason, words)
    with transaction.atomic():
        shown = quality_get(actor, review_id)
        row = QualityReview.objects.select_for_update(of=("self",)).get(pk=shown.pk)
        if row.outcome:
            raise CASE_CLOSED(f"Somebody answered it: {row.outcome}. Nothing was changed.", state=row.outcome)
        if has_interest(reviewer, shown.routing.agreement):
            raise CONFLICT_OF_INTEREST(
                "You belong to this organisation or wrote part of this. Leave it to somebody else."
            )
        QualityReview.objects.filter(pk=row.pk).update(
            outcome=outcome,
            reviewer_id=reviewer,
            reason_code=reason,
            reason_version=reason_in_force(reason).version if reason else 0,
            note=words,
            reviewed_at=now(),
        )
        record(
            actor=actor,
            action="quality.answered",
            subject=row.public_id,
            after={"outcome": outcome, "reason": reason, "policy_version": shown.routing.policy_version},
        )
    return quality_get(actor, review_id)


def _refuse_unsaid(outcome: str, reason: str, note: str) -> None:
    if outcome not in (Outcome.AGREE, Outcome.DISAGREE):
        raise DECISION_UNKNOWN("One of agree, disagree. Nothing was changed.", pointer="/outcome")
    if reason and reason not in CONTRACT_REASONS:
        known = ", ".join(CONTRACT_REASONS)
        raise REASON_REQUIRED(f"The reason is one of {known}. Nothing was changed.", pointer="/reason")
    if outcome == Outcome.DISAGREE and not (reason and note):
        raise REASON_REQUIRED("Say why it should not have passed. Nothing was changed.", pointer="/reason")
