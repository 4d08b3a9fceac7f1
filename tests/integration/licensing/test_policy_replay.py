"""The dry run: what the draft would have done with what was really submitted in the last 30 days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.accounts.actions import Role
from core.clock import now
from core.errors import DomainError
from licensing.models import Routing
from licensing.selectors import replays
from licensing.services.agreements import agreement_amend, agreement_recall, agreement_submit
from licensing.services.claims import case_claim
from licensing.services.policies import policy_try
from licensing.services.review import case_decide
from tests.factories.desk import asked, in_force, lead, submitted
from tests.factories.licensing import approved_by, creator, drafted, in_review, reviewer

pytestmark = pytest.mark.django_db

AT_ONCE = timedelta(0)


def tried(**said: object) -> Any:
    answer = asked(lead(), "/desk/policies/dry_run", said)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def refuse(case: Any) -> None:
    desk = reviewer()
    version = case_claim(actor=desk, case_id=case.id).version
    said: dict[str, Any] = {"decision": "refuse", "reason": "C01", "note": "No.", "undo_within": AT_ONCE}
    case_decide(actor=desk, case_id=case.id, version=version, **said)


def test_a_draft_equal_to_the_policy_in_force_repeats_what_happened() -> None:
    submitted("TERM", training_access_months=36)
    approved_by(reviewer(), in_review(creator(), "REV_SHARE", percent=5))
    refuse(in_review(creator(), "REV_SHARE", percent=6))
    in_review(creator(), "INDEMNITY", cap_multiple="4.0")
    told = tried()
    assert told["really"] == told["draft"] == {"automatic": 1, "one_person": 2, "two_people": 1}
    assert (told["submissions"], told["more_people"], told["fewer_people"], told["decided_otherwise"]) == (4, 0, 0, 0)
    assert (told["late_really"], told["late_draft"], told["without_time"]) == (0, 0, 0)


def test_a_laxer_draft_is_told_what_a_person_refused() -> None:
    submitted("TERM", training_access_months=36)
    in_force(fallback_people=1)
    agreement = submitted("RETENTION", max_days=60)
    case = agreement.cases.get()
    refuse(case)
    approved_by(reviewer(), submitted("RETENTION", max_days=60).cases.get())
    told = tried(fallback_people=0)
    assert (told["draft"]["automatic"], told["really"]["automatic"], told["fewer_people"]) == (3, 1, 2)
    assert told["otherwise"] == [
        {
            "agreement_id": agreement.public_id,
            "case_id": case.public_id,
            "clauses": ["RETENTION"],
            "objection": "refuse",
        }
    ]
    assert tried()["decided_otherwise"] == 0


def test_a_stricter_draft_counts_what_would_have_waited() -> None:
    submitted("TERM", training_access_months=36)
    told = tried(two_people=["TERM"])
    assert (told["draft"]["two_people"], told["more_people"], told["without_time"]) == (1, 1, 1)


def test_only_the_last_thirty_days_count(monkeypatch: pytest.MonkeyPatch) -> None:
    submitted("TERM", training_access_months=36)
    in_review(creator(), "REV_SHARE", percent=5)
    moment = now()
    monkeypatch.setattr(replays, "now", lambda: moment + timedelta(days=29))
    assert (tried()["submissions"], tried()["late_really"]) == (2, 1)
    monkeypatch.setattr(replays, "now", lambda: moment + timedelta(days=31))
    assert tried()["submissions"] == 0


def test_its_queries_do_not_grow_with_the_submissions() -> None:
    desk = lead()
    counts = []
    for _ in range(2):
        in_review(creator(), "REV_SHARE", percent=5)
        submitted("TERM", training_access_months=36)
        with CaptureQueriesContext(
            connection,
        ) as made:
            policy_try(actor=desk, draft={"custom_people": 2})
        counts.append(len(made))
    assert counts[0] == counts[1]


def test_a_submission_leaves_one_row_and_an_unchanged_agreement_none() -> None:
    studio = creator()
    agreement_submit(actor=studio, agreement_id=drafted(studio).id)
    assert not Routing.objects.exists()
    case = in_review(creator(), "REV_SHARE", percent=5)
    row = Routing.objects.get()
    assert (row.changes, row.people, row.case, row.policy_version) == ([["REV_SHARE", "custom"]], 1, case, 1)


def test_what_was_recalled_is_never_late(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = creator()
    case = in_review(studio, "REV_SHARE", percent=5)
    agreement_recall(actor=studio, agreement_id=case.agreement_id)
    moment = now()
    monkeypatch.setattr(replays, "now", lambda: moment + timedelta(days=20))
    assert (tried()["submissions"], tried()["late_really"]) == (1, 0)


def test_nothing_is_stored_and_not_everybody_may_try() -> None:
    submitted("TERM", training_access_months=36)
    before = Routing.objects.count()
    tried(custom_people=2)
    assert Routing.objects.count() == before
    assert asked(reviewer(Role.FINANCE), "/desk/policies/dry_run", {}).status_code == 403
    with pytest.raises(DomainError, match=r"^policy_invalid:"):
        policy_try(actor=lead(), draft={"custom_people": 7})


def test_how_a_submission_was_routed_is_never_rewritten_not_even_by_sql() -> None:
    studio = creator()
    draft = drafted(studio)
    agreement_amend(actor=studio, agreement_id=draft.id, clause_code="TERM", parameters={"training_access_months": 36})
    agreement_submit(actor=studio, agreement_id=draft.id)
    rows = Routing.objects.all()
    for attempt in (lambda: rows.update(people=1), lambda: rows.update(policy_version=2), rows.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert rows.get().people == 0
