"""Reading agreements and cases: who may see them, what they would say, what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from core.accounts.models import Membership
from core.accounts.policy import Actor, require
from core.clock import now
from core.ids import NOT_FOUND, Prefix, public_id
from licensing.domain.actions import CASE_VIEW, TERMS_VIEW
from licensing.domain.amendments import nearest_fallback
from licensing.domain.clauses import Clause, Values
from licensing.domain.composition import Stored
from licensing.domain.diff import Run, word_diff
from licensing.domain.rendering import AgreementFacts, OwnWording, Rendered, clause_text, render_both
from licensing.domain.states import AgreementState, AmendmentState
from licensing.domain.wording import Language, Text
from licensing.models import Agreement, Amendment, CaseSnooze, ReviewCase
from licensing.selectors.terms import clause_for, contract_clauses, contract_edition, effective_values, own_wording_of

PLATFORM_NAME = "Offcut"
LIVE = (AmendmentState.PROPOSED, AmendmentState.APPROVED)


def agreements_in_full() -> QuerySet[Agreement]:
    """Return agreements with all that pages and answers show of them; who may see which is the caller's question."""
    amendments = Amendment.objects.select_related("clause_version").order_by("clause_version__number", "id")
    return Agreement.objects.select_related(
        "organisation", "terms_version__profile", "effective_version__profile", "contract_version"
    ).prefetch_related(Prefetch("amendments", amendments), "cases__decisions")


def agreements_visible_to(actor: Actor) -> QuerySet[Agreement]:
    """Return the agreements of the actor's organisation; creators only."""
    require(actor, TERMS_VIEW)
    rows = agreements_in_full()
    return rows if actor.organisation_id is None else rows.filter(organisation_id=actor.organisation_id)


def agreement_get(actor: Actor, agreement_id: UUID) -> Agreement:
    """Return one visible agreement with its amendments, or `not_found`."""
    found = agreements_visible_to(actor).filter(pk=agreement_id).first()
    if found is None:
        raise NOT_FOUND(f"You have no agreement {public_id(Prefix.AGREEMENT, agreement_id)}.")
    return found


def cases_visible_to(actor: Actor) -> QuerySet[ReviewCase]:
    """Return contract cases for the desk, each with its agreement and decisions; platform reviewers only."""
    require(actor, CASE_VIEW)
    return ReviewCase.objects.select_related("claimed_by").prefetch_related(
        Prefetch("agreement", agreements_in_full()),
        Prefetch("snoozes", CaseSnooze.objects.filter(reviewer_id=actor.user_id, until__gt=now())),
        "decisions__reviewer",
        "notes__author",
    )


def case_get(actor: Actor, case_id: UUID) -> ReviewCase:
    """Return one case, or `not_found`."""
    found = cases_visible_to(actor).filter(pk=case_id).first()
    if found is None:
        raise NOT_FOUND(f"There is no case {public_id(Prefix.CASE, case_id)}.")
    return found


def has_interest(user_id: UUID, agreement: Agreement) -> bool:
    """Whether a person belongs to the creator's organisation or wrote any part of the agreement."""
    authors = {agreement.author_id} | set(agreement.amendments.values_list("author_id", flat=True))
    member = Membership.objects.filter(user_id=user_id, organisation_id=agreement.organisation_id).exists()
    return member or user_id in authors


def live_amendments(agreement: Agreement) -> list[Amendment]:
    """Return the amendments that count: proposed or approved, one a clause, in clause order."""
    return [row for row in agreement.amendments.all() if row.state in LIVE]


def amended_values(agreement: Agreement) -> Stored:
    """Return the values of all clauses as the agreement would have them with its live amendments."""
    values = dict(effective_values(agreement.terms_version))
    for row in live_amendments(agreement):
        clause = clause_for(row.clause_version)
        values[clause.code] = clause.parse(row.values)
    return values


def amended_wording(agreement: Agreement) -> dict[str, OwnWording]:
    """Return wording that replaces a clause's own in the agreement with its live amendments."""
    wording = own_wording_of(agreement.terms_version.own_wording)
    for row in live_amendments(agreement):
        wording.pop(row.clause_version.code, None)
        if row.own_wording:
            wording.update(own_wording_of({row.clause_version.code: row.own_wording}))
    return wording


def agreement_facts(agreement: Agreement) -> AgreementFacts:
    """Return everything the agreement's words depend on, with its live amendments in it."""
    return AgreementFacts(
        agreement_id=agreement.public_id,
        licensor=agreement.organisation.name,
        licensor_id=public_id(Prefix.ORGANISATION, agreement.organisation_id),
        platform=PLATFORM_NAME,
        revision=agreement.revision,
        clauses=contract_clauses(agreement.contract_version),
        values=amended_values(agreement),
        own_wording=amended_wording(agreement),
        template_version=agreement.contract_version.version,
        edition=contract_edition(agreement.contract_version),
    )


def agreement_text(agreement: Agreement) -> Rendered:
    """Return the agreement's words and hash: as signed once it is signed, else as they would be signed now."""
    if agreement.state in (AgreementState.SIGNED, AgreementState.ENDED):
        return Rendered(Text(agreement.text_en, agreement.text_fr), agreement.sha256)
    return render_both(agreement_facts(agreement))


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value of a clause before and after, in words of both languages."""

    name: str
    label: Text
    before: Text
    after: Text


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One clause as it would read, beside the terms it changes: values and words, in both languages."""

    clause: Clause
    changes: list[ValueChange]
    diff: dict[Language, list[Run]]


@dataclass(frozen=True, slots=True)
class AmendmentView(ChangeView):
    """A proposed change as a reader needs it: what, how it is treated and why, and the words in both languages."""

    row: Amendment
    nearest: tuple[int, int] | None
    """Nearest rung of the fallback ladder, and how many percent of the words it shares."""


def change_view(
    agreement: Agreement, clause: Clause, values: Mapping[str, object], wording: Mapping[str, str]
) -> ChangeView:
    """Return how a clause would read with other values and wording, compared with the terms as they were chosen."""
    before = dict(effective_values(agreement.terms_version))
    after = {**before, clause.code: clause.parse(values)}
    old_wording = own_wording_of(agreement.terms_version.own_wording).get(clause.code)
    new_wording = own_wording_of({clause.code: wording}).get(clause.code)
    diff = {
        language: word_diff(
            clause_text(clause, before, language, old_wording), clause_text(clause, after, language, new_wording)
        )
        for language in Language
    }
    return ChangeView(clause, _value_changes(clause, before, after), diff)


def amendment_view(agreement: Agreement, row: Amendment) -> AmendmentView:
    """Return one amendment with its differences from the terms it changes."""
    clause, language = clause_for(row.clause_version), Language(agreement.language)
    view = change_view(agreement, clause, row.values, row.own_wording)
    nearest = nearest_fallback(clause, clause.parse(row.values), row.own_wording.get(language, ""), language)
    return AmendmentView(view.clause, view.changes, view.diff, row, nearest)


def _said(clause: Clause, values: Values, name: str) -> Text:
    en, fr = (clause.spoken(values, language)[name] for language in (Language.EN, Language.FR))
    return Text(en, fr)


def _value_changes(clause: Clause, before: Stored, after: Stored) -> list[ValueChange]:
    old, new = before[clause.code], after[clause.code]
    return [
        ValueChange(item.name, item.label, _said(clause, old, item.name), _said(clause, new, item.name))
        for item in clause.parameters
        if old[item.name] != new[item.name]
    ]
