"""The review desk: claiming a case, deciding it, four eyes where a clause is critical."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never
from uuid import UUID

from django.db import transaction

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.clock import now
from core.transitions import advance
from licensing.domain.actions import CASE_REVIEW
from licensing.domain.deadlines import CLAIM_LEASE, span_words
from licensing.domain.errors import (
    CASE_CHANGED,
    CASE_CLOSED,
    CASE_TAKEN,
    DECISION_UNKNOWN,
    NOT_CLAIMED,
    OWN_CASE,
    REASON_NEEDED,
    SECOND_PERSON,
)
from licensing.domain.reasons import REASONS_VERSION, ReasonCode
from licensing.domain.states import (
    AGREEMENT_MACHINE,
    CASE_MACHINE,
    WAITING,
    AgreementEvent,
    AmendmentState,
    CaseEvent,
    CaseState,
    Decision,
)
from licensing.models import Agreement, ReviewCase, ReviewDecision
from licensing.selectors.agreements import case_get, has_interest
from licensing.services.agreements import agreement_lock


def _reviewer(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise ROLE_MISSING("A person has to review, not a program. Nothing changed.")
    return actor.user_id


def _locked(actor: Actor, case_id: UUID) -> tuple[Agreement, ReviewCase]:
    """Lock agreement, then case: the one order everywhere."""
    agreement = agreement_lock(case_get(actor, case_id).agreement_id)
    return agreement, ReviewCase.objects.select_for_update(of=("self",)).get(pk=case_id)


def _refuse_interest(reviewer: UUID, agreement: Agreement, case: ReviewCase) -> None:
    if has_interest(reviewer, agreement):
        raise OWN_CASE("You belong to this organisation or wrote part of this. Leave it to somebody else.")
    if case.decisions.filter(reviewer_id=reviewer).exists():
        raise SECOND_PERSON("You approved this already; a second, different person has to. Your approval is kept.")


def _refuse_closed(case: ReviewCase) -> None:
    if case.state not in WAITING:
        raise CASE_CLOSED(f"It is {case.state}. Nothing was changed; take the next one.", state=case.state)


def case_claim(*, actor: Actor, case_id: UUID) -> ReviewCase:
    """Take a case for ten minutes, or take one whose claim ran out; claiming one's own again extends it.

    Refused with `case_taken` while somebody else works on it, `own_case` for one's own organisation or words,
    and `second_person_needed` for somebody who approved it already.
    """
    require(actor, CASE_REVIEW)
    reviewer = _reviewer(actor)
    with transaction.atomic():
        agreement, case = _locked(actor, case_id)
        _refuse_closed(case)
        _refuse_interest(reviewer, agreement, case)
        moment = now()
        mine = case.claimed_by_id == reviewer
        if case.state == CaseState.CLAIMED and not mine and case.lease_until is not None and case.lease_until > moment:
            left = span_words(case.lease_until - moment)
            raise CASE_TAKEN(f"Somebody else has it for another {left}. Nothing was changed.")
        advance(
            case,
            CASE_MACHINE,
            CaseEvent.CLAIM,
            claimed_by_id=reviewer,
            lease_until=moment + CLAIM_LEASE,
            version=case.version if mine and case.state == CaseState.CLAIMED else case.version + 1,
        )
        record(actor=actor, action="case.claimed", subject=case.public_id, after={"version": case.version})
    return case_get(actor, case_id)


def case_decide(
    *,
    actor: Actor,
    case_id: UUID,
    decision: str,
    reason: str = "",
    note: str = "",
    version: int | None = None,
) -> ReviewCase:
    """Decide a claimed case: `approve`, `request_changes` or `refuse`; all but an approval need a reason and a note.

    Where a clause is critical the first approval opens the case again for a second person. `version` is the
    case version that was read; a decision on another one is the conflict `case_changed` and nothing is lost.
    """
    require(actor, CASE_REVIEW)
    reviewer = _reviewer(actor)
    choice = _checked(decision, reason, note)
    with transaction.atomic():
        agreement, case = _locked(actor, case_id)
        _refuse_stale(case, version)
        _refuse_closed(case)
        _refuse_interest(reviewer, agreement, case)
        if case.state != CaseState.CLAIMED:
            raise NOT_CLAIMED("Claim it, look at it, then decide. Nothing was changed; your note is below.", note=note)
        if case.claimed_by_id != reviewer:
            raise CASE_CHANGED("Somebody else took it over. Nothing was changed; your note is below.", note=note)
        ReviewDecision.objects.create(
            case=case,
            reviewer_id=reviewer,
            decision=choice,
            reason_code=reason,
            reason_version=REASONS_VERSION if reason else 0,
            note=note,
            case_version=case.version,
        )
        _settle(agreement, case, choice, now())
        record(
            actor=actor,
            action="case.decided",
            subject=case.public_id,
            before={"version": case.version, "revision": case.revision},
            after={"decision": str(choice), "reason": reason, "case": case.state, "agreement": agreement.state},
        )
    return case_get(actor, case_id)


def _checked(decision: str, reason: str, note: str) -> Decision:
    if decision not in list(Decision):
        raise DECISION_UNKNOWN(f"One of {', '.join(Decision)}. Nothing was changed.", pointer="/decision")
    choice = Decision(decision)
    if reason and reason not in list(ReasonCode):
        raise REASON_NEEDED(f"The reason is one of {', '.join(ReasonCode)}. Nothing was changed.", pointer="/reason")
    if choice is not Decision.APPROVE and not (reason and note.strip()):
        raise REASON_NEEDED("Say why, so that the creator knows what to do. Nothing was changed.", pointer="/reason")
    return choice


def _refuse_stale(case: ReviewCase, version: int | None) -> None:
    if version is not None and version != case.version:
        raise CASE_CHANGED(
            f"You read version {version}; it is now {case.version}. Nothing was changed; look at it again.",
            version=case.version,
            state=case.state,
        )


def _leave(case: ReviewCase, event: CaseEvent, decided_at: datetime | None) -> None:
    advance(
        case,
        CASE_MACHINE,
        event,
        claimed_by_id=None,
        lease_until=None,
        version=case.version + 1,
        decided_at=decided_at,
    )


def _settle(agreement: Agreement, case: ReviewCase, choice: Decision, moment: datetime) -> None:
    proposed = agreement.amendments.filter(state=AmendmentState.PROPOSED)
    match choice:
        case Decision.APPROVE:
            if case.decisions.filter(decision=Decision.APPROVE).count() < case.approvals_needed:
                _leave(case, CaseEvent.SECOND, None)
                return
            proposed.update(state=AmendmentState.APPROVED)
            _leave(case, CaseEvent.DECIDE, moment)
            advance(agreement, AGREEMENT_MACHINE, AgreementEvent.APPROVE, approved_at=moment)
        case Decision.REQUEST_CHANGES:
            _leave(case, CaseEvent.RETURN, moment)
            advance(agreement, AGREEMENT_MACHINE, AgreementEvent.COUNTER)
        case Decision.REFUSE:
            proposed.update(state=AmendmentState.REFUSED)
            _leave(case, CaseEvent.DECIDE, moment)
            advance(agreement, AGREEMENT_MACHINE, AgreementEvent.REFUSE)
        case _:
            assert_never(choice)
