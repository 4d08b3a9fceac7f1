"""Deciding a case: four eyes where a clause is critical, a minute to take it back, and then its effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, assert_never
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.errors import DomainError
from core.jobs.services import enqueue
from core.transitions import advance
from licensing.domain.deadlines import UNDO_WINDOW
from licensing.domain.errors import (
    CASE_CHANGED,
    CASE_CLOSED,
    CLAIMED_BY,
    DECISION_UNKNOWN,
    NOT_CLAIMED,
    REASON_REQUIRED,
    TOO_LATE,
)
from licensing.domain.reasons import CONTRACT_REASONS
from licensing.domain.states import (
    AGREEMENT_MACHINE,
    CASE_MACHINE,
    AgreementEvent,
    AgreementState,
    AmendmentState,
    CaseEvent,
    CaseState,
    Decision,
)
from licensing.models import Agreement, ReviewCase, ReviewDecision
from licensing.selectors.agreements import case_get
from licensing.selectors.cases import decision_get, verdicts_standing
from licensing.selectors.reasons import reason_in_force
from licensing.services.agreements import agreement_lock
from licensing.services.claims import (
    case_lock,
    case_take,
    note_keep,
    refuse_closed,
    refuse_interest,
    reviewer_of,
)
from licensing.services.counters import Proposal, counters_write
from licensing.services.decided import decided_facts

EFFECT_JOB: Final = "licensing.decision.effect"
"""The kind of job that lets a decision take effect."""
_LATE: Final = frozenset({CASE_CHANGED.code, CASE_CLOSED.code, CLAIMED_BY.code, NOT_CLAIMED.code})
"""Refusals because somebody else was faster."""
_UNEXPLAINED: Final = (Decision.APPROVE, Decision.ESCALATE)
_FINAL: Final = (CaseState.DECIDED, CaseState.RETURNED)


def case_decide(
    *,
    actor: Actor,
    case_id: UUID,
    decision: str,
    reason: str = "",
    note: str = "",
    version: int | None = None,
    counter: Sequence[Proposal] = (),
    undo_within: timedelta = UNDO_WINDOW,
) -> ReviewCase:
    """Decide a claimed case: `approve`, `request_changes`, `refuse`, `counter` or `escalate`.

    All but an approval and an escalation need a reason and a note; a counter-proposal says for which clauses what.
    Where a clause is critical the first approval opens the case again for a second person. The decision takes effect
    after `undo_within` (at once when zero); until then it can be undone. `version` is the case version that was read:
    when the case changed since, it is `case_changed`, nothing happens, and the note is kept with the case. Saying
    the same again returns what was decided.
    """
    reviewer = reviewer_of(actor)
    choice = _checked(decision, reason, note)
    try:
        with transaction.atomic():
            agreement, case = case_lock(actor, case_id)
            if not _said_already(case, reviewer, choice, note, version):
                _refuse(agreement, case, reviewer, version)
                made = _decided(actor, case, choice, reason=reason, note=note, undo_within=undo_within)
                if choice is Decision.COUNTER:
                    counters_write(agreement=agreement, decision=made, proposals=counter)
                _move_case(case, choice)
                _schedule(actor, made, case, undo_within)
    except DomainError as refusal:
        if refusal.code in _LATE and note.strip():
            note_keep(actor=actor, case_id=case_id, text=note.strip())
        raise
    return case_get(actor, case_id)


def _checked(decision: str, reason: str, note: str) -> Decision:
    if decision not in list(Decision):
        raise DECISION_UNKNOWN(f"One of {', '.join(Decision)}. Nothing was changed.", pointer="/decision")
    choice = Decision(decision)
    if reason and reason not in CONTRACT_REASONS:
        known = ", ".join(CONTRACT_REASONS)
        raise REASON_REQUIRED(f"The reason is one of {known}. Nothing was changed.", pointer="/reason")
    if choice not in _UNEXPLAINED and not (reason and note.strip()):
        raise REASON_REQUIRED("Say why, so that the creator knows what to do. Nothing was changed.", pointer="/reason")
    return choice


def _said_already(case: ReviewCase, reviewer: UUID, choice: Decision, note: str, version: int | None) -> bool:
    if version is None:
        return False
    same = case.decisions.filter(reviewer_id=reviewer, decision=choice, note=note, case_version=version)
    return same.filter(undone_at=None).exists()


def _refuse(agreement: Agreement, case: ReviewCase, reviewer: UUID, version: int | None) -> None:
    if version is not None and version != case.version:
        raise CASE_CHANGED(
            f"You read version {version}; it is now {case.version}. Nothing was changed, and your note is kept with "
            "the case; look at it again.",
            version=case.version,
            state=case.state,
        )
    refuse_closed(case)
    refuse_interest(reviewer, agreement, case)
    if case.state != CaseState.CLAIMED:
        raise NOT_CLAIMED("Claim it, look at it, then decide. Nothing was changed; your note is kept with the case.")
    if case.claimed_by_id != reviewer:
        raise CASE_CHANGED("Somebody else took it over. Nothing was changed; your note is kept with the case.")


def _decided(
    actor: Actor, case: ReviewCase, choice: Decision, *, reason: str, note: str, undo_within: timedelta
) -> ReviewDecision:
    made = ReviewDecision.objects.create(
        case=case,
        reviewer_id=reviewer_of(actor),
        decision=choice,
        reason_code=reason,
        reason_version=reason_in_force(reason).version if reason else 0,
        note=note,
        case_version=case.version,
        effective_at=now() + undo_within,
    )
    record(
        actor=actor,
        action="case.decided",
        subject=case.public_id,
        before={"version": case.version, "revision": case.revision},
        after={
            "decision": str(choice),
            "reason": reason,
            "reason_version": made.reason_version,
            "policy_version": case.policy_version,
            **decided_facts(case, made),
        },
    )
    return made


def _move_case(case: ReviewCase, choice: Decision) -> None:
    """Leave the case as the decision says; what it does to the agreement waits until it cannot be undone."""
    moment = now()
    changes: Mapping[str, object] = {"claimed_by_id": None, "lease_until": None, "version": case.version + 1}
    match choice:
        case Decision.APPROVE:
            enough = verdicts_standing(case).count() >= case.approvals_needed
            event = CaseEvent.DECIDE if enough else CaseEvent.SECOND
            advance(case, CASE_MACHINE, event, decided_at=moment if enough else None, **changes)
        case Decision.REFUSE:
            advance(case, CASE_MACHINE, CaseEvent.DECIDE, decided_at=moment, **changes)
        case Decision.REQUEST_CHANGES | Decision.COUNTER:
            advance(case, CASE_MACHINE, CaseEvent.RETURN, decided_at=moment, paused_at=moment, **changes)
        case Decision.ESCALATE:
            advance(case, CASE_MACHINE, CaseEvent.ESCALATE, escalated_at=moment, **changes)
        case _:
            assert_never(choice)


def _schedule(actor: Actor, made: ReviewDecision, case: ReviewCase, undo_within: timedelta) -> None:
    if case.state not in _FINAL:
        return  # A first approval and an escalation change nothing but the case.
    if undo_within:
        enqueue(kind=EFFECT_JOB, subject=made.public_id, delay=undo_within)
    else:
        decision_take_effect(actor=actor, decision_id=made.pk)


def decision_undo(*, actor: Actor, decision_id: UUID) -> ReviewCase:
    """Take one's own decision back before it takes effect; one holds the case again, as before.

    Refused with `too_late` once it has taken effect, its minute is over, or somebody went on with the case.
    """
    reviewer = reviewer_of(actor)
    found = decision_get(actor, decision_id)
    with transaction.atomic():
        _, case = case_lock(actor, found.case_id)
        made = ReviewDecision.objects.select_for_update(of=("self",)).get(pk=found.pk)
        gone_on = case.version != made.case_version + 1
        over = made.effected_at or made.undone_at or made.effective_at <= now()
        if made.reviewer_id != reviewer or gone_on or over:
            raise TOO_LATE(
                "Only who decided can undo it, within a minute and before anybody goes on with it. Nothing was changed."
            )
        ReviewDecision.objects.filter(pk=made.pk).update(undone_at=now())
        escalated = None if made.decision == Decision.ESCALATE else case.escalated_at
        advance(
            case,
            CASE_MACHINE,
            CaseEvent.REOPEN,
            version=case.version + 1,
            decided_at=None,
            paused_at=None,
            escalated_at=escalated,
        )
        case_take(case, reviewer)
        record(actor=actor, action="case.decision_undone", subject=case.public_id, before={"decision": made.decision})
    return case_get(actor, case.pk)


def decision_take_effect(*, actor: Actor, decision_id: UUID) -> bool:
    """Let a decision that ends a case do what it says to the agreement; False when it was undone or overtaken.

    Doing it again changes nothing. The caller waits until the minute is over.
    """
    found = ReviewDecision.objects.select_related("case").get(pk=decision_id)
    with transaction.atomic():
        agreement = agreement_lock(found.case.agreement_id)
        case = ReviewCase.objects.select_for_update(of=("self",)).get(pk=found.case_id)
        made = ReviewDecision.objects.select_for_update(of=("self",)).get(pk=found.pk)
        stands = made.undone_at is None and made.effected_at is None and case.state in _FINAL
        if not (stands and agreement.state == AgreementState.IN_REVIEW and agreement.revision == case.revision):
            return False
        _settle(agreement, Decision(made.decision))
        ReviewDecision.objects.filter(pk=made.pk).update(effected_at=now())
        record(
            actor=actor,
            action="case.decision_effected",
            subject=case.public_id,
            after={"decision": made.decision, "agreement": agreement.state},
        )
    return True


def _settle(agreement: Agreement, choice: Decision) -> None:
    proposed = agreement.amendments.filter(state=AmendmentState.PROPOSED)
    match choice:
        case Decision.APPROVE:
            proposed.update(state=AmendmentState.APPROVED)
            advance(agreement, AGREEMENT_MACHINE, AgreementEvent.APPROVE, approved_at=now())
        case Decision.REQUEST_CHANGES | Decision.COUNTER:
            advance(agreement, AGREEMENT_MACHINE, AgreementEvent.COUNTER)
        case Decision.REFUSE:
            proposed.update(state=AmendmentState.REFUSED)
            advance(agreement, AGREEMENT_MACHINE, AgreementEvent.REFUSE)
        case Decision.ESCALATE:
            message = "an escalation ends no case"
            raise ValueError(message)
        case _:
            assert_never(choice)
