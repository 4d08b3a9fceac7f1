"""Reading contract templates: which clause versions each is made of, since when, and who agreed on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet

from core.accounts.policy import Actor, require
from core.ids import NOT_FOUND
from licensing.domain.desk_actions import CLAUSE_VIEW
from licensing.domain.states import AgreementState
from licensing.domain.template import TEMPLATE_NAME
from licensing.models import Agreement, ClauseVersion, ContractClause, ContractVersion

_MOST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class TemplateView:
    """One version of the contract template. It is in force for new agreements until the next one is there."""

    contract: ContractVersion
    until: datetime | None
    """Since when a newer one is in force; None for the one in force."""
    clauses: tuple[ClauseVersion, ...]
    changed: tuple[ClauseVersion, ...]
    """Clauses that the version before had in other words, or not at all; none for the first."""
    signed: int
    ended: int
    open: int
    """Agreements that stand on it: in force, ended, and not signed yet."""


def templates_visible_to(actor: Actor) -> QuerySet[ContractVersion]:
    """Return every version of the contract template, for the desk's administrators."""
    require(actor, CLAUSE_VIEW)
    return ContractVersion.objects.filter(name=TEMPLATE_NAME)


def template_get(actor: Actor, version: int) -> ContractVersion:
    """Return one version of the template, or `not_found`."""
    found = templates_visible_to(actor).filter(version=version).first() if version <= _MOST else None
    if found is None:
        raise NOT_FOUND(f"There is no version {version} of the contract. GET /api/v1/desk/templates lists them.")
    return found


def template_views(contracts: Sequence[ContractVersion]) -> list[TemplateView]:
    """Return versions of the template with what they are made of and what stands on them."""
    line = list(ContractVersion.objects.filter(name=TEMPLATE_NAME).order_by("version"))
    before = dict(zip((row.pk for row in line[1:]), line, strict=False))
    after = dict(zip((row.pk for row in line), line[1:], strict=False))
    older = [before[row.pk] for row in contracts if row.pk in before]
    clauses = _clauses([*contracts, *older])
    counted = _agreements(contracts)
    return [
        TemplateView(
            contract=row,
            until=after[row.pk].created_at if row.pk in after else None,
            clauses=tuple(clauses[row.pk]),
            changed=_changed(clauses[row.pk], clauses[before[row.pk].pk]) if row.pk in before else (),
            signed=counted.get((row.pk, AgreementState.SIGNED), 0),
            ended=counted.get((row.pk, AgreementState.ENDED), 0),
            open=sum(counted.get((row.pk, state), 0) for state in AgreementState if state not in _SETTLED),
        )
        for row in contracts
    ]


_SETTLED: Final = (AgreementState.SIGNED, AgreementState.ENDED)


def _clauses(contracts: Sequence[ContractVersion]) -> dict[UUID, list[ClauseVersion]]:
    places = ContractClause.objects.filter(contract_version__in=contracts).order_by("position")
    found: dict[UUID, list[ClauseVersion]] = {row.pk: [] for row in contracts}
    for place in places.select_related("clause_version"):
        found[place.contract_version_id].append(place.clause_version)
    return found


def _changed(now: Sequence[ClauseVersion], then: Sequence[ClauseVersion]) -> tuple[ClauseVersion, ...]:
    known = {clause.pk for clause in then}
    return tuple(clause for clause in now if clause.pk not in known)


def _agreements(contracts: Sequence[ContractVersion]) -> dict[tuple[UUID, str], int]:
    rows = Agreement.objects.filter(contract_version__in=contracts).order_by()
    counts = rows.values_list("contract_version_id", "state").annotate(n=Count("pk"))
    return {(contract, state): n for contract, state, n in counts}
