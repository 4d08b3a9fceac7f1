"""Work at the review desk before a decision: taking a case, keeping it, giving it back, writing something down."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.clock import now
from core.errors import DomainError
from core.transitions import advance
from licensing.domain.actions import CASE_LEAD, CASE_REVIEW
from licensing.domain.deadlines import CLAIM_LEASE, span_words
from licensing.domain.errors import (
    CASE_CHANGED,
    CASE_CLOSED,
    CLAIMED_BY,
    CONFLICT_OF_INTEREST,
    NOTE_EMPTY,
    SECOND_PERSON,
)
from licensing.domain.states import CASE_MACHINE, WAITING, CaseEvent, CaseState, Queue
from licensing.models import Agreement, CaseNote, ReviewCase
from licensing.selectors.agreements import case_get, has_interest
from licensing.selectors.cases import verdicts_standing
from licensing.selectors.queueing import takeable
from licensing.services.agreements import agreement_lock

_OTHERS = frozenset({CLAIMED_BY.code, CONFLICT_OF_INTEREST.code, SECOND_PERSON.code, CASE_CLOSED.code})
"""Refusals after which the next case in the queue is tried."""


def reviewer_of(actor: Actor) -> UUID:
    """The person who acts; programs do not review."""
    require(actor, CASE_REVIEW)
    if actor.user_id is None:
        raise ROLE_MISSING("A person has to review, not a program. Nothing changed.")
    return actor.user_id


def case_lock(actor: Actor, case_id: UUID) -> tuple[Agreement, ReviewCase]:
    """Lock agreement, then case: the one order everywhere."""
    agreement = agreement_lock(case_get(actor, case_id).agreement_id)
    return agreement, ReviewCase.objects.select_for_update(of=("self",)).get(pk=case_id)


def refuse_closed(case: ReviewCase) -> None:
    """Refuse a case that needs nobody."""
    if case.state not in WAITING:
        raise CASE_CLOSED(f"It is {case.state}. Nothing was changed; take the next one.", state=case.state)


def refuse_interest(reviewer: UUID, agreement: Agreement, case: ReviewCase) -> None:
    """Refuse one's own organisation or words, and a second verdict by the same person."""
    if has_interest(reviewer, agreement):
        raise CONFLICT_OF_INTEREST("You belong to this organisation or wrote part of this. Leave it to somebody else.")
    if verdicts_standing(case).filter(reviewer_id=reviewer).exists():
        raise SECOND_PERSON("You approved this already; a second, different person has to. Your approval is kept.")


def _refuse_taken(case: ReviewCase, reviewer: UUID) -> None:
    moment = now()
    if case.state != CaseState.CLAIMED or case.claimed_by_id == reviewer:
        return
    if case.claimed_by is not None and case.lease_until is not None and case.lease_until > moment:
        raise CLAIMED_BY(
            f"{case.claimed_by.name} has it for another {span_words(case.lease_until - moment)}. Nothing was changed.",
            claimed_by=case.claimed_by.name,
            until=case.lease_until.isoformat(),
        )


def case_claim(*, actor: Actor, case_id: UUID) -> ReviewCase:
    """Take a case for ten minutes, or take one whose claim ran out; claiming one's own again extends it.

    Refused with `claimed_by` while somebody else works on it, `conflict_of_interest` for one's own organisation or
    words, `second_person` for somebody who approved it already, and `role_missing` for an escalated case by anybody
    but a lead.
    """
    reviewer = reviewer_of(actor)
    with transaction.atomic():
        agreement, case = case_lock(actor, case_id)
        refuse_closed(case)
        if case.escalated_at is not None:
            require(actor, CASE_LEAD)
        refuse_interest(reviewer, agreement, case)
        _refuse_taken(case, reviewer)
        case_take(case, reviewer)
        record(actor=actor, action="case.claimed", subject=case.public_id, after={"version": case.version})
    return case_get(actor, case_id)


def case_take(case: ReviewCase, reviewer: UUID) -> None:
    """Write the claim; the caller holds the lock and has refused what is to be refused."""
    again = case.state == CaseState.CLAIMED and case.claimed_by_id == reviewer
    advance(
        case,
        CASE_MACHINE,
        CaseEvent.CLAIM,
        claimed_by_id=reviewer,
        lease_until=now() + CLAIM_LEASE,
        version=case.version if again else case.version + 1,
    )


def case_next(*, actor: Actor, queue: Queue) -> ReviewCase | None:
    """Take the most urgent case of a queue that this person may take; None when there is none.

    First what is due first, by the hour, then what most money hangs on, then the oldest. What they put aside waits.

    Whoever loses a race for a case gets the next.
    """
    reviewer_of(actor)
    if queue is Queue.ESCALATED:
        require(actor, CASE_LEAD)
    for case_id in takeable(actor, queue)[:200]:
        try:
            return case_claim(actor=actor, case_id=case_id)
        except DomainError as refusal:
            if refusal.code not in _OTHERS:
                raise
    return None


def case_held(actor: Actor, case_id: UUID) -> ReviewCase:
    """Lock a case and refuse unless this person holds it."""
    reviewer = reviewer_of(actor)
    _, case = case_lock(actor, case_id)
    _refuse_taken(case, reviewer)
    if case.state != CaseState.CLAIMED or case.claimed_by_id != reviewer:
        raise CASE_CHANGED(
            f"You do not hold it any more: it is {case.state}. Nothing was changed; claim it again.",
            version=case.version,
            state=case.state,
        )
    return case


def case_heartbeat(*, actor: Actor, case_id: UUID) -> ReviewCase:
    """Say that somebody is still at work: the claim holds for another ten minutes.

    A claim that ran out is still one's own until somebody else takes the case; then it is `claimed_by`.
    """
    with transaction.atomic():
        case = case_held(actor, case_id)
        ReviewCase.objects.filter(pk=case.pk).update(lease_until=now() + CLAIM_LEASE)
    return case_get(actor, case_id)


def case_release(*, actor: Actor, case_id: UUID) -> ReviewCase:
    """Give a case back undecided; an escalated one waits for a lead again."""
    with transaction.atomic():
        claim_give_back(actor, case_held(actor, case_id))
    return case_get(actor, case_id)


def claim_give_back(actor: Actor, case: ReviewCase) -> None:
    """Write the end of a claim; the caller holds the lock and knows that the person held the case."""
    event = CaseEvent.ESCALATE if case.escalated_at is not None else CaseEvent.RELEASE
    advance(case, CASE_MACHINE, event, claimed_by_id=None, lease_until=None, version=case.version + 1)
    record(actor=actor, action="case.released", subject=case.public_id, after={"version": case.version})


def case_note(*, actor: Actor, case_id: UUID, text: str) -> ReviewCase:
    """Write something down for colleagues at the desk; it needs no claim, and creators do not see it."""
    author = reviewer_of(actor)
    words = text.strip()
    if not words:
        raise NOTE_EMPTY("Write the note first. Nothing was stored.", pointer="/text")
    with transaction.atomic():
        case = case_get(actor, case_id)
        CaseNote.objects.create(case=case, author_id=author, text=words)
        record(actor=actor, action="case.noted", subject=case.public_id)
    return case_get(actor, case_id)


def note_keep(*, actor: Actor, case_id: UUID, text: str) -> None:
    """Keep what was typed for a decision that was refused, once: nothing typed is lost."""
    author = reviewer_of(actor)
    with transaction.atomic():
        case = case_get(actor, case_id)
        kept = CaseNote.objects.filter(case=case, author_id=author, text=text, unsent=True)
        if not kept.exists():
            CaseNote.objects.create(case=case, author_id=author, text=text, unsent=True)
