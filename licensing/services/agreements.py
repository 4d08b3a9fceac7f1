"""The life of an agreement on the creator's side: draft, change, submit, recall."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.clock import now
from core.transitions import advance
from licensing.domain.actions import TERMS_WRITE
from licensing.domain.amendments import classify, refuse_unstated
from licensing.domain.clauses import AmendmentClass, Clause, Values
from licensing.domain.composition import Stored
from licensing.domain.contradictions import refuse_contradictions
from licensing.domain.deadlines import due_again, due_at
from licensing.domain.desk_policy import DeskPolicy
from licensing.domain.errors import CMO_UNAUTHORISED, CMO_UNDECLARED, LANGUAGE_UNKNOWN, NOTHING_TO_CHANGE, UNDER_REVIEW
from licensing.domain.states import (
    AGREEMENT_MACHINE,
    CASE_MACHINE,
    EDITABLE,
    AgreementEvent,
    AgreementState,
    AmendmentState,
    CaseEvent,
    CaseState,
)
from licensing.domain.wording import Language, english, french
from licensing.models import Agreement, Amendment, ReviewCase
from licensing.selectors.agreements import LIVE, agreement_get, amended_values
from licensing.selectors.policies import policy_in_force
from licensing.selectors.terms import (
    clause_for,
    contract_clause_get,
    contract_in_force,
    effective_values,
    newest_chosen,
    terms_profile_get,
)
from licensing.services.routing import routing_keep


def _person(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise ROLE_MISSING("A person has to do this, not a program acting for nobody. Nothing changed.")
    return actor.user_id


def _note(
    actor: Actor, agreement: Agreement, action: str, before: Mapping[str, str | int], after: Mapping[str, str | int]
) -> None:
    record(
        actor=actor,
        action=action,
        subject=agreement.public_id,
        organisation_id=agreement.organisation_id,
        before={**before},
        after={**after},
    )


def agreement_lock(agreement_id: UUID) -> Agreement:
    """Lock an agreement's row inside the caller's transaction and return it fresh."""
    return Agreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)


def agreement_draft(*, actor: Actor, terms_profile_id: UUID, language: str = "en") -> Agreement:
    """Start an agreement from the newest terms of a profile, in the language amendments will be written in.

    An untouched draft of the same terms and language is returned instead of a second one.
    """
    require(actor, TERMS_WRITE)
    author = _person(actor)
    if language not in list(Language):
        raise LANGUAGE_UNKNOWN(f"{language!r} is not offered; one of en, fr. Nothing was stored.", pointer="/language")
    with transaction.atomic():
        profile = terms_profile_get(actor, terms_profile_id)
        version, contract = newest_chosen(profile), contract_in_force()
        same = Agreement.objects.filter(
            organisation_id=profile.organisation_id,
            terms_version=version,
            contract_version=contract,
            language=language,
            state=AgreementState.DRAFT,
            revision=1,
        ).first()
        if same is None:
            same = Agreement.objects.create(
                organisation_id=profile.organisation_id,
                author_id=author,
                contract_version=contract,
                terms_version=version,
                language=language,
            )
            _note(actor, same, "agreement.drafted", {}, {"terms_version": version.number, "language": language})
    return agreement_get(actor, same.id)


def _open_for_changes(agreement: Agreement) -> None:
    if agreement.state == AgreementState.IN_REVIEW:
        raise UNDER_REVIEW("Recall it first, then change it and submit it again. Nothing was changed.")
    if agreement.state not in EDITABLE:
        advance(agreement, AGREEMENT_MACHINE, AgreementEvent.REOPEN)


def agreement_amend(
    *,
    actor: Actor,
    agreement_id: UUID,
    clause_code: str,
    parameters: Mapping[str, object] | None = None,
    text: str = "",
    translation: str = "",
) -> Agreement:
    """Propose other values, or other wording, for one clause; a later proposal replaces an earlier one.

    `text` is in the agreement's language, `translation` is the same in the other; each must state every value.
    Proposing the profile's own values without wording withdraws an earlier proposal. Refused with `under_review`,
    `invalid_parameter`, `contradiction`, `text_without_value`, `nothing_to_change`.
    """
    require(actor, TERMS_WRITE)
    author = _person(actor)
    with transaction.atomic():
        shown = agreement_get(actor, agreement_id)
        agreement = agreement_lock(shown.id)
        version = contract_clause_get(agreement.contract_version_id, clause_code)
        clause = clause_for(version)
        _open_for_changes(agreement)
        base = effective_values(agreement.terms_version)[clause.code]
        live = agreement.amendments.filter(clause_version__code=clause.code, state__in=LIVE).first()
        proposed = clause.parse(parameters or {}, base)
        refuse_contradictions({**amended_values(agreement), clause.code: proposed})
        language = Language(agreement.language)
        classed = classify(clause, base, proposed, typeset(text, language), language)
        if classed.kind is AmendmentClass.STANDARD and live is None:
            raise NOTHING_TO_CHANGE(f"{clause.code} already says this. Nothing was changed.", pointer="/parameters")
        if live is not None:
            Amendment.objects.filter(pk=live.pk).update(state=AmendmentState.WITHDRAWN)
        if classed.kind is not AmendmentClass.STANDARD:
            Amendment.objects.create(
                agreement=agreement,
                clause_version=version,
                author_id=author,
                values=proposed,
                own_wording=own_wording(clause, proposed, classed.text, translation, language),
                kind=classed.kind,
                because=classed.because,
                fallback=classed.fallback,
            )
        Agreement.objects.filter(pk=agreement.pk).update(revision=agreement.revision + 1)
        _note(
            actor,
            agreement,
            "agreement.amended",
            {"revision": agreement.revision},
            {"revision": agreement.revision + 1, "clause": clause.code, "class": str(classed.kind)},
        )
    return agreement_get(actor, agreement_id)


def typeset(text: str, language: Language) -> str:
    """Put typed words into the typography of their language."""
    return english(text) if language is Language.EN else french(text)


def own_wording(clause: Clause, values: Values, text: str, translation: str, language: Language) -> dict[str, str]:
    """Return agreed wording as it is stored: language → text, nothing for a clause's own words.

    Its translation has to state every value too; refused with `text_without_value` otherwise.
    """
    if not text:
        return {}
    other = Language.FR if language is Language.EN else Language.EN
    own = {str(language): text}
    if translation.strip():
        own[str(other)] = typeset(translation, other)
        refuse_unstated(clause, values, own[str(other)], other, pointer="/translation")
    return own


def _refuse_unclear_rights(values: Stored) -> None:
    if not values["CMO_STATUS"]["societies"]:
        raise CMO_UNDECLARED(
            "Say whether you belong to a collecting society (clause CMO_STATUS, parameter societies; none is an "
            "answer), in your terms or as an amendment, then submit again. Nothing was changed.",
            clause="CMO_STATUS",
        )
    if values["CMO_STATUS"]["societies"] != ("none",) and not values["CMO_STATUS"]["authorisation"]:
        raise CMO_UNAUTHORISED(
            "A member may be unable to grant AI training alone. Ask your society for its authorisation and state its "
            "number (clause CMO_STATUS, parameter authorisation), then submit again. Nothing was changed.",
            clause="CMO_STATUS",
        )


def agreement_submit(*, actor: Actor, agreement_id: UUID) -> Agreement:
    """Send the proposal on its way: changes that policy allows pass at once; the rest opens a case for reviewers.

    Returns the agreement approved (nothing left to review) or in review. Refused with `cmo_undeclared`
    until collecting societies are declared, and `cmo_unauthorised` for a member without an authorisation.
    """
    require(actor, TERMS_WRITE)
    with transaction.atomic():
        agreement = agreement_lock(agreement_get(actor, agreement_id).id)
        if agreement.state == AgreementState.IN_REVIEW:
            raise UNDER_REVIEW("It was submitted already. Nothing was changed.")
        agreement_send(actor, agreement)
    return agreement_get(actor, agreement_id)


def agreement_send(actor: Actor, agreement: Agreement) -> None:
    """Pass what the policy in force allows and open a case for the rest; the caller holds the lock."""
    _refuse_unclear_rights(amended_values(agreement))
    moment, before, policy = now(), agreement.state, policy_in_force()
    proposed = list(agreement.amendments.filter(state=AmendmentState.PROPOSED).select_related("clause_version"))
    changes = [(row.clause_version.code, AmendmentClass(row.kind)) for row in proposed]
    for row, change in zip(proposed, changes, strict=True):
        if not policy.people(*change):
            _pass_by_policy(actor, agreement, row, policy)
    returned, case = _close_returned(agreement), None
    if people := policy.people_for(changes):
        advance(agreement, AGREEMENT_MACHINE, AgreementEvent.SUBMIT, submitted_at=moment)
        case = ReviewCase.objects.create(
            agreement=agreement,
            revision=agreement.revision,
            approvals_needed=people,
            policy_version=policy.version,
            due_at=_due_at(returned, moment, policy, people),
        )
    else:
        advance(agreement, AGREEMENT_MACHINE, AgreementEvent.CLEAR, submitted_at=moment, approved_at=moment)
    routing_keep(actor=actor, agreement=agreement, policy=policy, changes=changes, case=case)
    how: dict[str, str | int] = {"state": agreement.state, "policy": policy.name, "people": people}
    _note(actor, agreement, "agreement.submitted", {"state": before}, how)


def _close_returned(agreement: Agreement) -> ReviewCase | None:
    """Close the cases the creator has now answered; return the last of them."""
    returned = list(ReviewCase.objects.filter(agreement=agreement, state=CaseState.RETURNED).order_by("id"))
    for case in returned:
        advance(case, CASE_MACHINE, CaseEvent.CLOSE)
    return returned[-1] if returned else None


def _due_at(returned: ReviewCase | None, moment: datetime, policy: DeskPolicy, people: int) -> datetime:
    """The clock of an answered case goes on where it stood; two people get the time of two."""
    if returned is None or returned.paused_at is None or people > returned.approvals_needed:
        return due_at(moment, policy.days(people))
    return due_again(returned.due_at, returned.paused_at, moment)


def _pass_by_policy(actor: Actor, agreement: Agreement, row: Amendment, policy: DeskPolicy) -> None:
    Amendment.objects.filter(pk=row.pk, state=AmendmentState.PROPOSED).update(state=AmendmentState.APPROVED)
    _note(
        actor,
        agreement,
        "amendment.passed_by_policy",
        {},
        {"policy": policy.name, "clause": row.clause_version.code, "class": row.kind, "because": row.because},
    )


def agreement_recall(*, actor: Actor, agreement_id: UUID) -> Agreement:
    """Take a submitted proposal back to change it; the case closes, and a decision made too late is a conflict.

    A decision that has not taken effect yet never does: who takes it back in that minute wins.
    """
    require(actor, TERMS_WRITE)
    with transaction.atomic():
        agreement = agreement_lock(agreement_get(actor, agreement_id).id)
        advance(agreement, AGREEMENT_MACHINE, AgreementEvent.RECALL)
        open_cases = ReviewCase.objects.select_for_update(of=("self",)).filter(
            agreement=agreement, revision=agreement.revision
        )
        for case in open_cases.exclude(state=CaseState.CLOSED):
            case.decisions.filter(effected_at=None, undone_at=None).update(undone_at=now())
            advance(case, CASE_MACHINE, CaseEvent.CLOSE, version=case.version + 1)
        _note(actor, agreement, "agreement.recalled", {}, {"state": agreement.state})
    return agreement_get(actor, agreement_id)
