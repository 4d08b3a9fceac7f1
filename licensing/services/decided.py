"""What the audit trail keeps of a decision: on which claim and which exact words it was made."""

from __future__ import annotations

from licensing.models import ReviewCase, ReviewDecision
from licensing.selectors.agreements import LIVE


def decided_facts(case: ReviewCase, made: ReviewDecision) -> dict[str, str | int | dict[str, str] | None]:
    """A decision's facts beside what was decided: the claim it was made under, and the versions that were read.

    The caller has not given the claim back yet.
    """
    contract = case.agreement.contract_version
    rows = case.agreement.amendments.filter(state__in=LIVE).select_related("clause_version")
    clauses = [row.clause_version for row in rows.order_by("clause_version__number")]
    return {
        "decision_id": made.public_id,
        "case_version": made.case_version,
        "claimed_until": case.lease_until.isoformat() if case.lease_until else None,
        "effective_at": made.effective_at.isoformat(),
        "template": f"{contract.name} v{contract.version} {contract.sha256}",
        "clauses": {f"{clause.code} v{clause.version}": clause.sha256 for clause in clauses},
    }
