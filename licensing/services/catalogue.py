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
from licensing.domain.errors import CLAUSE_FROZEN
from licensing.domain.states import ClauseState
from licensing.domain.wording import sha256_json
from licensing.models import ClauseVersion, ContractClause, ContractVersion


def catalogue_load(*, actor: Actor | None = None) -> ContractVersion:
    """Publish the clause versions and the contract template that ship with the product; return the template.

    Loading again changes nothing. A version whose words or values differ from what was published under
    the same number is refused with `clause_frozen`: it needs a new version.
    """
    publisher = actor or Actor.system()
    with transaction.atomic():
        rows = _publish_clauses(publisher)
        sha256 = _template_sha256(rows)
        contract = ContractVersion.objects.filter(
            name=template.TEMPLATE_NAME, version=template.TEMPLATE_VERSION
        ).first()
        if contract is None:
            return _publish_template(publisher, rows, sha256)
        if contract.sha256 != sha256:
            raise CLAUSE_FROZEN(
                f"Contract template version {contract.version} was published with other words. Nothing was "
                "changed; raise TEMPLATE_VERSION to publish these."
            )
    return contract


def _template_sha256(rows: list[ClauseVersion]) -> str:
    around = [
        template.TITLE,
        template.REFERENCE,
        template.PARTIES,
        *template.DEFINITIONS,
        template.GRID_TITLE,
        template.GRID_INTRO,
        *(text for row in template.GRID for text in row),
        template.COUNSEL_NOTICE,
    ]
    return sha256_json({"clauses": [row.sha256 for row in rows], "around": [[text.en, text.fr] for text in around]})


def _publish_template(actor: Actor, rows: list[ClauseVersion], sha256: str) -> ContractVersion:
    contract = ContractVersion.objects.create(
        name=template.TEMPLATE_NAME, version=template.TEMPLATE_VERSION, sha256=sha256
    )
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


def _publish_clauses(actor: Actor) -> list[ClauseVersion]:
    known = {(row.code, row.version): row for row in ClauseVersion.objects.filter(code__in=list(CATALOGUE))}
    moment, rows, fresh = now(), [], []
    for clause in CATALOGUE.values():
        row, sha256 = known.get((clause.code, clause.version)), clause.canonical_sha256()
        if row is None:
            row = _row_of(clause, sha256, moment)
            fresh.append(row)
        elif row.sha256 != sha256:
            raise CLAUSE_FROZEN(
                f"{clause.code} version {clause.version} was approved with other words or values. Nothing was "
                "changed; give the new text a new version.",
                clause=clause.code,
            )
        rows.append(row)
    if fresh:
        ClauseVersion.objects.bulk_create(fresh)
        record(
            actor=actor,
            action="clauses.published",
            subject="catalogue",
            after={"sha256": {f"{row.code} v{row.version}": row.sha256 for row in fresh}},
        )
    return rows


def _row_of(clause: Clause, sha256: str, moment: datetime) -> ClauseVersion:
    return ClauseVersion(
        code=clause.code,
        number=clause.number,
        version=clause.version,
        state=ClauseState.APPROVED,
        critical=clause.is_critical,
        title_en=clause.title.en,
        title_fr=clause.title.fr,
        summary_en=clause.summary.en,
        summary_fr=clause.summary.fr,
        text_en=clause.text.en,
        text_fr=clause.text.fr,
        facts=clause_facts(clause),
        sha256=sha256,
        approved_at=moment,
    )
