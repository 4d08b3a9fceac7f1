"""Publishing the clause catalogue and the contract template."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from licensing.domain import template
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clauses import Clause, clause_facts
from licensing.domain.editions import CURRENT
from licensing.domain.errors import CLAUSE_FROZEN
from licensing.domain.states import ClauseState
from licensing.models import ClauseVersion, ContractClause, ContractVersion
from licensing.selectors.terms import clause_versions_published, contract_newest


def catalogue_load(*, actor: Actor | None = None) -> ContractVersion:
    """Publish the clause versions and the contract template that ship with the product; return the contract in force.

    Loading again changes nothing. A version whose words or values differ from what was published under the same
    number is refused with `clause_frozen`: it needs a new version. A version that this installation's own desk
    approved keeps its number and its place.
    """
    publisher = actor or Actor.system()
    with transaction.atomic():
        _publish_clauses(publisher)
        contract = ContractVersion.objects.filter(
            name=template.TEMPLATE_NAME, version=template.TEMPLATE_VERSION
        ).first()
        own = ClauseVersion.objects.filter(author__isnull=False, state=ClauseState.APPROVED).exists()
        if contract is not None and not own and contract.sha256 != _template_sha256(newest_approved()):
            raise CLAUSE_FROZEN(
                f"Contract template version {contract.version} was published with other words. Nothing was "
                "changed; raise TEMPLATE_VERSION to publish these."
            )
        return contract_refresh(actor=publisher)


def newest_approved() -> list[ClauseVersion]:
    """The newest approved version of every clause, in the order of the contract."""
    newest = {row.code: row for row in clause_versions_published()}
    return sorted(newest.values(), key=lambda row: row.number)


def contract_refresh(*, actor: Actor) -> ContractVersion:
    """Make the newest approved clauses the contract in force, inside the caller's transaction; a new version of the
    contract when they differ from the last one's. Agreements keep the contract they name.
    """
    # One at a time: the oldest contract stands for all of them, and what others approved before is counted.
    list(ContractVersion.objects.select_for_update().filter(name=template.TEMPLATE_NAME).order_by("version")[:1])
    rows, last = newest_approved(), contract_newest()
    sha256 = _template_sha256(rows)
    if last is not None and last.sha256 == sha256:
        return last
    number = template.TEMPLATE_VERSION if last is None else max(last.version + 1, template.TEMPLATE_VERSION)
    return _publish_template(actor, rows, sha256, number)


def _template_sha256(rows: list[ClauseVersion]) -> str:
    return CURRENT.contract_sha256([row.sha256 for row in rows])


def _publish_template(actor: Actor, rows: list[ClauseVersion], sha256: str, number: int) -> ContractVersion:
    contract = ContractVersion.objects.create(name=template.TEMPLATE_NAME, version=number, sha256=sha256)
    ContractClause.objects.bulk_create(
        ContractClause(contract_version=contract, clause_version=row, position=position)
        for position, row in enumerate(rows, start=1)
    )
    record(
        actor=actor,
        action="contract.published",
        subject=f"{contract.name}_v{contract.version}",
        after={"sha256": sha256},
    )
    return contract


def _publish_clauses(actor: Actor) -> None:
    known = {(row.code, row.version): row for row in ClauseVersion.objects.filter(code__in=list(CATALOGUE))}
    moment, fresh = now(), []
    for clause in CATALOGUE.values():
        row, sha256 = known.get((clause.code, clause.version)), clause.canonical_sha256()
        if row is None:
            fresh.append(clause_row(clause, state=ClauseState.APPROVED, approved_at=moment))
        elif row.sha256 != sha256 and row.author_id is None:
            raise CLAUSE_FROZEN(
                f"{clause.code} version {clause.version} was approved with other words or values. Nothing was "
                "changed; give the new text a new version.",
                clause=clause.code,
            )
    if fresh:
        ClauseVersion.objects.bulk_create(fresh)
        record(
            actor=actor,
            action="clauses.published",
            subject="catalogue",
            after={"sha256": {f"{row.code} v{row.version}": row.sha256 for row in fresh}},
        )


def clause_row(clause: Clause, *, state: ClauseState, approved_at: datetime | None = None) -> ClauseVersion:
    """A clause as the row that keeps it; not saved."""
    return ClauseVersion(
        code=clause.code,
        number=clause.number,
        version=clause.version,
        state=state,
        critical=clause.is_critical,
        title_en=clause.title.en,
        title_fr=clause.title.fr,
        summary_en=clause.summary.en,
        summary_fr=clause.summary.fr,
        text_en=clause.text.en,
        text_fr=clause.text.fr,
        facts=clause_facts(clause),
        sha256=clause.canonical_sha256(),
        approved_at=approved_at,
    )
