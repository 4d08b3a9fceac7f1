"""Putting a case aside until a time: one's own reminder, which never moves a deadline."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from licensing.domain.errors import SNOOZE_UNTIL
from licensing.domain.states import CaseState
from licensing.domain.urgency import SNOOZE_MOST
from licensing.models import CaseSnooze, ReviewCase
from licensing.selectors.agreements import case_get
from licensing.services.claims import case_lock, claim_give_back, refuse_closed, reviewer_of


def case_snooze(*, actor: Actor, case_id: UUID, until: datetime) -> ReviewCase:
    """Put a case aside until a moment within two weeks; it comes back by itself, and earlier by `case_wake`.

    Only for oneself: others see and take it as before, its deadline stays, and who holds it gives it back.
    """
    reviewer = reviewer_of(actor)
    moment = now()
    if not moment < until <= moment + SNOOZE_MOST:
        raise SNOOZE_UNTIL(
            f"Choose a moment within the next {SNOOZE_MOST.days} days. Nothing was changed.", pointer="/until"
        )
    with transaction.atomic():
        _, case = case_lock(actor, case_id)
        refuse_closed(case)
        if case.state == CaseState.CLAIMED and case.claimed_by_id == reviewer:
            claim_give_back(actor, case)
        CaseSnooze.objects.update_or_create(case=case, reviewer_id=reviewer, defaults={"until": until})
        record(
            actor=actor,
            action="case.snoozed",
            subject=case.public_id,
            after={"until": until.isoformat(), "due_at": case.due_at.isoformat()},
        )
    return case_get(actor, case_id)


def case_wake(*, actor: Actor, case_id: UUID) -> ReviewCase:
    """Have a case back that one put aside; nothing happens when it is back already."""
    reviewer = reviewer_of(actor)
    with transaction.atomic():
        _, case = case_lock(actor, case_id)
        moment = now()
        rows = CaseSnooze.objects.filter(case=case, reviewer_id=reviewer, until__gt=moment)
        if rows.update(until=moment):
            record(actor=actor, action="case.woken", subject=case.public_id, after={"due_at": case.due_at.isoformat()})
    return case_get(actor, case_id)
