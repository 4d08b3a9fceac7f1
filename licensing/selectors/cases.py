"""Reading the review desk: queues, decisions that stand, counter-proposals that wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet

from core.accounts.policy import Actor, require
from core.clock import now
from core.errors import DomainError
from core.ids import NOT_FOUND, Prefix, parse_public_id, public_id
from licensing.domain.actions import CASE_VIEW
from licensing.domain.deadlines import SOON
from licensing.domain.states import WAITING, AgreementState, CaseState, Decision, Queue
from licensing.models import Agreement, CounterProposal, ReviewCase, ReviewDecision
from licensing.selectors.agreements import cases_visible_to

_ESCALATED = Q(escalated_at__isnull=False)
IN_QUEUE: Mapping[Queue, Q] = {
    Queue.CONTRACTS: Q(approvals_needed=1) & ~_ESCALATED,
    Queue.CRITICAL: Q(approvals_needed=2) & ~_ESCALATED,
    Queue.ESCALATED: _ESCALATED,
}


def queue_of(case: ReviewCase) -> Queue:
    """Return the queue a case belongs to."""
    if case.escalated_at is not None:
        return Queue.ESCALATED
    return Queue.CRITICAL if case.approvals_needed > 1 else Queue.CONTRACTS


def free_now() -> Q:
    """Nobody holds it, or the claim ran out."""
    return ~Q(state=CaseState.CLAIMED) | Q(lease_until__lte=now())


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How a queue stands: all that waits, what is free, mine, late, due within four hours, and put aside by me."""

    queue: Queue
    waiting: int
    free: int
    mine: int
    late: int
    soon: int
    snoozed: int


def queues(actor: Actor) -> list[QueueCount]:
    """Return every queue of the desk with its counts."""
    rows, moment = cases_visible_to(actor).filter(state__in=WAITING), now()
    found = []
    for queue, condition in IN_QUEUE.items():
        mine = rows.filter(condition)
        found.append(
            QueueCount(
                queue=queue,
                waiting=mine.count(),
                free=mine.filter(free_now()).count(),
                mine=mine.filter(state=CaseState.CLAIMED, claimed_by_id=actor.user_id, lease_until__gt=moment).count(),
                late=mine.filter(due_at__lt=moment).count(),
                soon=mine.filter(due_at__gte=moment, due_at__lt=moment + SOON).count(),
                snoozed=mine.filter(snoozes__reviewer_id=actor.user_id, snoozes__until__gt=moment).count(),
            )
        )
    return found


def cases_found(actor: Actor, text: str) -> QuerySet[ReviewCase]:
    """Return cases whose studio or terms have these words in their name, or that have this number; newest first.

    The number of the agreement will do as well.
    """
    studio = Q(agreement__organisation__name__icontains=text)
    names = studio | Q(agreement__terms_version__profile__name__icontains=text)
    case, agreement = _number(Prefix.CASE, text), _number(Prefix.AGREEMENT, text)
    numbers = Q(pk=case) if case else Q(agreement=agreement) if agreement else names
    return cases_visible_to(actor).filter(numbers).order_by("-id")


def _number(prefix: Prefix, text: str) -> UUID | None:
    try:
        return parse_public_id(prefix, text)
    except DomainError:
        return None


def verdicts_standing(case: ReviewCase) -> QuerySet[ReviewDecision]:
    """Return a case's decisions that count: not undone, and not merely passed on to a lead."""
    return case.decisions.filter(undone_at=None).exclude(decision=Decision.ESCALATE)


def decision_get(actor: Actor, decision_id: UUID) -> ReviewDecision:
    """Return one decision, or `not_found`."""
    require(actor, CASE_VIEW)
    found = ReviewDecision.objects.select_related("case").filter(pk=decision_id).first()
    if found is None:
        raise NOT_FOUND(f"There is no decision {public_id(Prefix.DECISION, decision_id)}.")
    return found


def decisions_undoable(actor: Actor) -> list[ReviewDecision]:
    """Return one's own decisions that can still be taken back, the newest first."""
    require(actor, CASE_VIEW)
    mine = ReviewDecision.objects.filter(reviewer_id=actor.user_id, undone_at=None, effected_at=None)
    fresh = mine.filter(effective_at__gt=now(), case__version=F("case_version") + 1)
    return list(fresh.select_related("case__agreement__organisation").order_by("-id"))


def counters_waiting(agreement: Agreement) -> list[CounterProposal]:
    """Return the counter-proposals a creator can accept now: those of the last decision, on what was reviewed.

    Empty when the creator has changed something since: they are superseded.
    """
    if agreement.state != AgreementState.COUNTERED:
        return []
    rows = CounterProposal.objects.filter(
        decision__case__agreement=agreement,
        decision__case__revision=agreement.revision,
        decision__case__state=CaseState.RETURNED,
        decision__effected_at__isnull=False,
    )
    return list(rows.select_related("clause_version", "decision").order_by("clause_version__number"))
