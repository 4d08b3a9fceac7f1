"""What the audit trail keeps of a decision: who in which role, under which claim, on which exact words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.accounts.actions import OrganisationKind, Role
from core.audit.models import AuditEvent
from licensing.models import ReviewCase
from licensing.services.claims import case_claim
from licensing.services.review import case_decide
from tests.factories.core import actor_as
from tests.factories.licensing import in_review
from tests.factories.marketplace import studio_signed

pytestmark = pytest.mark.django_db


def kept(case: ReviewCase, action: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(AuditEvent.objects.get(subject=case.public_id, action=action).body)
    return body


def test_a_decision_names_role_claim_reason_and_the_versions_that_were_read() -> None:
    case = in_review(studio_signed(), "AUDIT", per_year=3)
    reviewer = actor_as(OrganisationKind.PLATFORM, Role.CONTRACT)
    claimed = case_claim(actor=reviewer, case_id=case.pk)
    decided = case_decide(
        actor=reviewer, case_id=case.pk, decision="refuse", reason="C01", note="Too often.", version=claimed.version
    )
    [made] = decided.decisions.all()
    [change] = case.agreement.amendments.all()
    said, contract = kept(case, "case.decided"), case.agreement.contract_version
    assert (said["role"], said["actor"]) == ("contract", reviewer.key)
    assert kept(case, "case.claimed")["after"]["version"] == said["before"]["version"] == claimed.version
    assert said["before"]["revision"] == case.revision
    after = said["after"]
    assert (after["decision"], after["reason"], after["reason_version"]) == ("refuse", "C01", made.reason_version)
    assert (after["decision_id"], after["case_version"]) == (made.public_id, claimed.version)
    assert claimed.lease_until is not None
    assert after["claimed_until"] == claimed.lease_until.isoformat()
    assert after["effective_at"] == made.effective_at.isoformat()
    version = change.clause_version
    assert after["clauses"] == {f"{version.code} v{version.version}": version.sha256}
    assert after["template"] == f"{contract.name} v{contract.version} {contract.sha256}"
