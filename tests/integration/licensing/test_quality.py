"""Second looks: drawn so that anybody can check it, answered once, and nothing follows but a count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core.accounts.actions import Role
from core.audit.models import AuditEvent
from core.errors import DomainError
from licensing.domain.desk_policy import DeskPolicy
from licensing.domain.states import AgreementState
from licensing.models import Agreement, QualityReview, ReviewCase, Routing
from licensing.selectors.policies import policies_published
from licensing.services.catalogue import catalogue_load
from licensing.services.quality import quality_answer
from tests.factories.core import MembershipFactory
from tests.factories.desk import asked, in_force, lead, submitted
from tests.factories.licensing import creator, in_review, reviewer

pytestmark = pytest.mark.django_db


def drawn() -> QualityReview:
    """Something that passed under a policy that draws everything."""
    catalogue_load()
    in_force(sample_per_mille=1000)
    submitted("TERM", training_access_months=36)
    return QualityReview.objects.get()


def answer(row: QualityReview, actor: Any = None, **said: object) -> Any:
    return asked(actor or reviewer(), f"/desk/quality/{row.public_id}/answer", said)


def test_the_sample_is_what_the_digest_draws_and_nothing_else() -> None:
    catalogue_load()
    in_force(sample_per_mille=500)
    for _ in range(12):
        submitted("TERM", training_access_months=36)
    in_review(creator(), "REV_SHARE", percent=5)
    policy = policies_published()[2]
    passed = [row.agreement for row in Routing.objects.filter(people=0).select_related("agreement")]
    expected = {agreement.pk for agreement in passed if policy.samples(agreement.public_id)}
    assert {row.routing.agreement_id for row in QualityReview.objects.all()} == expected
    assert len(passed) == 12
    assert AuditEvent.objects.filter(action="quality.drawn").count() == len(expected)


def test_everything_is_drawn_at_a_thousand_and_it_waits_behind_the_cases() -> None:
    row = drawn()
    assert not ReviewCase.objects.exists()
    (told,) = asked(reviewer(), "/desk/quality").json()["data"]
    assert (told["id"], told["clauses"], told["policy_version"]) == (row.public_id, ["TERM"], 2)
    assert [one["clause"] for one in told["amendments"]] == ["TERM"]
    assert (told["changed_since"], told["outcome"]) == (False, "")


def test_an_answer_is_counted_and_changes_nothing_else() -> None:
    row = drawn()
    before = Agreement.objects.values("state", "revision", "approved_at").get()
    assert before["state"] == AgreementState.APPROVED
    said = answer(row, outcome="disagree", reason="C01", note="Too long.").json()
    assert (said["outcome"], said["reason"], said["reason_version"], said["note"]) == (
        "disagree",
        "C01",
        1,
        "Too long.",
    )
    assert Agreement.objects.values("state", "revision", "approved_at").get() == before
    assert asked(reviewer(), "/desk/quality").json()["data"] == []
    counted = {one["version"]: one["sample"] for one in asked(lead(), "/desk/policies").json()["data"]}
    assert counted[2] == {"agreed": 0, "disagreed": 1, "waiting": 0, "disagreed_per_mille": 1000}
    assert counted[1]["disagreed_per_mille"] is None
    again = answer(row, outcome="agree")
    assert (again.status_code, again.json()["code"]) == (409, "case_closed")


def test_a_dry_run_is_told_what_the_sample_found() -> None:
    row = drawn()
    answer(row, outcome="disagree", reason="C01", note="Too long.")
    told = asked(lead(), "/desk/policies/dry_run", {}).json()
    assert [(one["objection"], one["case_id"]) for one in told["otherwise"]] == [("disagree", None)]
    assert asked(lead(), "/desk/policies/dry_run", {"two_people": ["TERM"]}).json()["otherwise"] == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"outcome": "perhaps"}, "decision_unknown"),
        ({"outcome": ""}, "invalid"),
        ({"outcome": "disagree"}, "reason_required"),
        ({"outcome": "disagree", "reason": "C01", "note": " "}, "reason_required"),
        ({"outcome": "agree", "reason": "F01"}, "reason_required"),
    ],
)
def test_who_disagrees_says_why(said: dict[str, str], code: str) -> None:
    row = drawn()
    assert answer(row, **said).json()["code"] == code
    row.refresh_from_db()
    assert row.outcome == ""


def test_nobody_answers_about_their_own_organisation_and_auditors_only_read() -> None:
    row = drawn()
    desk = reviewer()
    assert desk.user_id is not None
    MembershipFactory.create(user_id=desk.user_id, organisation=row.routing.agreement.organisation)
    with pytest.raises(DomainError, match=r"^conflict_of_interest:"):
        quality_answer(actor=desk, review_id=row.pk, outcome="agree")
    auditor = reviewer(Role.AUDITOR)
    assert asked(auditor, "/desk/quality").status_code == 200
    assert answer(row, auditor, outcome="agree").json()["code"] == "role_missing"


def test_an_answer_is_never_rewritten_not_even_by_sql() -> None:
    row = drawn()
    rows = QualityReview.objects.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(outcome="disagree", reviewer_id=lead().user_id, reviewed_at=row.created_at)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    answer(row, outcome="agree")
    attempts: list[Callable[[], object]] = [
        lambda: rows.update(outcome="", reviewer=None, reviewed_at=None),
        lambda: rows.update(note="Other."),
        rows.delete,
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert rows.get().outcome == "agree"
    assert policies_published()[1] == DeskPolicy()
