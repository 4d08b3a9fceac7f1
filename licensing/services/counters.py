"""Counter-proposals: what a reviewer would sign instead, and the creator's yes to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from licensing.domain.actions import TERMS_WRITE
from licensing.domain.amendments import classify
from licensing.domain.clauses import AmendmentClass, Clause, Values
from licensing.domain.contradictions import refuse_contradictions
from licensing.domain.errors import COUNTER_REQUIRED, SUPERSEDED
from licensing.domain.parameters import Value
from licensing.domain.states import AmendmentState
from licensing.domain.wording import Language
from licensing.models import Agreement, Amendment, CounterProposal, ReviewDecision
from licensing.selectors.agreements import agreement_get, amended_values, live_amendments
from licensing.selectors.cases import counters_waiting
from licensing.selectors.terms import clause_for, effective_values
from licensing.services.agreements import agreement_lock, agreement_send, own_wording, typeset


@dataclass(frozen=True, slots=True)
class Proposal:
    """A reviewer's proposal for one clause: a rung of its ladder, values, or wording that states every value.

    Nothing but the clause asks the creator to return to the terms as they were chosen.
    """

    clause: str
    fallback: int | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    text: str = ""
    translation: str = ""


def counters_write(*, agreement: Agreement, decision: ReviewDecision, proposals: Sequence[Proposal]) -> None:
    """Write a counter-proposal down, checked as a creator's change is; only for clauses that are under review."""
    changed = {row.clause_version.code: row for row in live_amendments(agreement)}
    if not proposals:
        raise COUNTER_REQUIRED("Say for at least one changed clause what you propose instead.", pointer="/counter")
    values = dict(amended_values(agreement))
    written = []
    for place, proposal in enumerate(proposals):
        if proposal.clause not in changed:
            raise COUNTER_REQUIRED(
                f"The creator does not change {proposal.clause}: there is nothing to counter. Nothing was decided.",
                pointer=f"/counter/{place}/clause",
            )
        version = changed[proposal.clause].clause_version
        clause = clause_for(version)
        base = effective_values(agreement.terms_version)[clause.code]
        proposed = _values(clause, base, proposal, place)
        values[clause.code] = proposed
        language = Language(agreement.language)
        classed = classify(clause, base, proposed, typeset(proposal.text, language), language)
        written.append(
            CounterProposal(
                decision=decision,
                clause_version=version,
                values=proposed,
                own_wording=own_wording(clause, proposed, classed.text, proposal.translation, language),
                kind=classed.kind,
                because=classed.because,
                fallback=classed.fallback,
            )
        )
    refuse_contradictions(values)
    CounterProposal.objects.bulk_create(written)


def _values(clause: Clause, base: Values, proposal: Proposal, place: int) -> dict[str, Value]:
    if proposal.fallback is None:
        return clause.parse(proposal.parameters, base)
    rung = next((one for one in clause.fallbacks if one.rank == proposal.fallback), None)
    if rung is None:
        raise COUNTER_REQUIRED(
            f"{clause.code} has no fallback {proposal.fallback}. Nothing was decided.",
            pointer=f"/counter/{place}/fallback",
        )
    return clause.parse({**proposal.parameters, **dict(rung.values)}, base)


def counter_accept(*, actor: Actor, agreement_id: UUID) -> Agreement:
    """Say yes to all that the reviewers propose: it takes the place of one's own changes, and goes on its way.

    What policy allows passes at once; what a reviewer worded freely is read by another one. Refused with
    `superseded` when there is nothing to accept, or something was changed since.
    """
    require(actor, TERMS_WRITE)
    with transaction.atomic():
        agreement = agreement_lock(agreement_get(actor, agreement_id).id)
        counters = counters_waiting(agreement)
        if not counters:
            raise SUPERSEDED("There is no counter-proposal to accept any more. Nothing was changed; look at it again.")
        for counter in counters:
            _accept(agreement, counter)
        Agreement.objects.filter(pk=agreement.pk).update(revision=agreement.revision + 1)
        agreement.revision += 1
        record(
            actor=actor,
            action="agreement.counter_accepted",
            subject=agreement.public_id,
            organisation_id=agreement.organisation_id,
            after={"revision": agreement.revision, "clauses": [one.clause_version.code for one in counters]},
        )
        agreement_send(actor, agreement)
    return agreement_get(actor, agreement_id)


def _accept(agreement: Agreement, counter: CounterProposal) -> None:
    Amendment.objects.filter(
        agreement=agreement,
        clause_version__code=counter.clause_version.code,
        state__in=[AmendmentState.PROPOSED, AmendmentState.APPROVED],
    ).update(state=AmendmentState.WITHDRAWN)
    if counter.kind == AmendmentClass.STANDARD:
        return
    Amendment.objects.create(
        agreement=agreement,
        clause_version=counter.clause_version,
        author_id=counter.decision.reviewer_id,
        values=counter.values,
        own_wording=counter.own_wording,
        kind=counter.kind,
        because=counter.because,
        fallback=counter.fallback,
    )
