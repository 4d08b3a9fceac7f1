"""Versions of the desk's policy: two people publish one, what is open keeps its own, and none is ever rewritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core.accounts.actions import Role
from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.errors import DomainError
from licensing.domain.deadlines import working_time
from licensing.domain.desk_policy import SHIPPED_POLICIES, DeskPolicy, PolicyState
from licensing.domain.states import AgreementState
from licensing.models import PolicyVersion, ReviewCase
from licensing.selectors.policies import policies_published, policy_in_force
from licensing.services.agreements import agreement_recall, agreement_submit
from licensing.services.catalogue import catalogue_load
from licensing.services.policies import policies_load
from licensing.services.profiles import terms_profile_restate
from tests.factories.desk import asked, in_force, lead, submitted
from tests.factories.licensing import approved_by, creator, in_review, reviewer, terms

pytestmark = pytest.mark.django_db


def proposed(actor: Actor, **said: object) -> Any:
    return asked(actor, "/desk/policies", said or {"fallback_people": 1})


def step(actor: Actor, name: str, version: int = 2) -> Any:
    return asked(actor, f"/desk/policies/{version}/{name}", {})


def facts(action: str) -> list[dict[str, Any]]:
    bodies = AuditEvent.objects.filter(action=action).order_by("id").values_list("body", flat=True)
    return [json.loads(body)["after"] for body in bodies]


def test_loading_stores_the_first_version_once() -> None:
    assert policies_published() == {1: DeskPolicy()}
    assert (policies_load(), policies_load()) == (1, 0)
    assert PolicyVersion.objects.get().sha256 == SHIPPED_POLICIES[0].sha256
    assert policies_published() == {1: DeskPolicy()}


def test_a_version_somebody_proposed_is_published_by_somebody_else() -> None:
    catalogue_load()
    author, other = lead(), lead()
    body = proposed(author)
    assert (body.status_code, body.json()["version"], body.json()["state"]) == (201, 2, "proposed")
    assert policy_in_force() == DeskPolicy()
    own = step(author, "publish")
    assert (own.status_code, own.json()["code"]) == (403, "second_person")
    published = step(other, "publish").json()
    assert (published["state"], published["in_force"], published["fallback_people"]) == ("published", True, 1)
    assert published["author"] != published["reviewer"]
    assert policy_in_force() == DeskPolicy(version=2, fallback_people=1)
    told = asked(reviewer(), "/desk/policies").json()["data"]
    assert (told[0]["version"], told[0]["in_force"], told[0]["author"]) == (1, False, None)
    assert sorted(AuditEvent.objects.filter(action__startswith="policy.").values_list("action", flat=True)) == [
        "policy.proposed",
        "policy.published",
    ]


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        ({"custom_people": 0}, "policy_invalid", "/custom_people"),
        ({"custom_people": 3}, "policy_invalid", "/custom_people"),
        ({"fallback_people": 2}, "policy_invalid", "/fallback_people"),
        ({"sample_per_mille": 9}, "policy_invalid", "/sample_per_mille"),
        ({"days_one": 6, "days_two": 6}, "policy_invalid", "/days_one"),
        ({"days_one": 3}, "policy_invalid", "/days_two"),
        ({"two_people": ["TERM", "NO_SUCH"]}, "policy_invalid", "/two_people"),
        ({"two_people": [], "days_one": 1}, "policy_unchanged", None),
        ({"critical_people": 1}, "invalid", None),
    ],
)
def test_a_proposal_stays_inside_its_bounds_and_says_something_new(
    said: dict[str, Any], code: str, pointer: str | None
) -> None:
    catalogue_load()
    answer = proposed(lead(), **said).json()
    assert answer["code"] == code
    assert pointer is None or answer["pointer"] == pointer
    assert not PolicyVersion.objects.filter(state=PolicyState.PROPOSED).exists()


def test_one_proposal_waits_at_a_time_and_may_be_taken_back() -> None:
    author = lead()
    catalogue_load()
    proposed(author)
    assert proposed(lead()).json()["code"] == "policy_proposed"
    assert step(author, "withdraw").json()["state"] == "withdrawn"
    assert step(lead(), "publish").json()["code"] == "illegal_transition"
    assert proposed(author, two_people=["TERM"]).json()["version"] == 3
    assert policy_in_force() == DeskPolicy()


def test_reviewers_read_the_policy_and_leads_change_it() -> None:
    catalogue_load()
    for role in (Role.CONTRACT, Role.AUDITOR):
        assert asked(reviewer(role), "/desk/policies").status_code == 200
        assert proposed(reviewer(role)).json()["code"] == "role_missing"
    assert asked(reviewer(Role.FOOTAGE), "/desk/policies").status_code == 403
    assert asked(lead(), "/desk/policies/99/publish", {}).status_code == 404


def test_an_agreed_wording_passes_or_waits_for_one_key_as_the_policy_says() -> None:
    assert submitted("TERM", training_access_months=36).state == AgreementState.APPROVED
    assert submitted("RETENTION", max_days=60).state == AgreementState.APPROVED
    in_force(fallback_people=1)
    case = ReviewCase.objects.get(agreement=submitted("RETENTION", max_days=60))
    assert (case.approvals_needed, case.policy_version) == (1, 2)
    assert submitted("TERM", training_access_months=36).state == AgreementState.APPROVED
    assert [fact["policy"] for fact in facts("amendment.passed_by_policy")] == ["amendments-1"] * 2 + ["amendments-2"]
    assert [(fact["policy"], fact["people"]) for fact in facts("agreement.submitted")] == [
        ("amendments-1", 0),
        ("amendments-1", 0),
        ("amendments-2", 1),
        ("amendments-2", 0),
    ]


def test_a_clause_named_by_the_policy_needs_two_people_for_what_passed_before() -> None:
    catalogue_load()
    in_force(two_people=["TERM"])
    agreement = submitted("TERM", training_access_months=36)
    assert agreement.state == AgreementState.IN_REVIEW
    case = ReviewCase.objects.get(agreement=agreement)
    assert case.approvals_needed == 2
    assert working_time(case.created_at, case.due_at).days in {1, 2}
    first, second = reviewer(), reviewer()
    assert approved_by(first, case).state == "open"
    assert approved_by(second, case).state == "decided"
    decided = facts("case.decided")
    assert [fact["policy_version"] for fact in decided] == [2, 2]


def test_a_case_keeps_the_policy_it_was_opened_under() -> None:
    studio = creator()
    case = in_review(studio, "REV_SHARE", percent=5)
    due = case.due_at
    in_force(custom_people=2, days_one=3, days_two=4)
    case.refresh_from_db()
    assert (case.approvals_needed, case.policy_version, case.due_at) == (1, 1, due)
    shown = asked(reviewer(), f"/desk/cases/{case.public_id}").json()
    assert (shown["policy_version"], shown["amendments"][0]["passes_by_policy"]) == (1, False)
    agreement_recall(actor=studio, agreement_id=case.agreement_id)
    agreement_submit(actor=studio, agreement_id=case.agreement_id)
    again = ReviewCase.objects.exclude(pk=case.pk).get()
    assert (again.approvals_needed, again.policy_version) == (2, 2)
    assert round(working_time(again.created_at, again.due_at) / timedelta(days=1)) == 4


def test_what_the_policy_sends_to_people_cannot_simply_be_chosen_in_terms() -> None:
    studio = creator()
    own = terms(studio)
    terms_profile_restate(actor=studio, profile_id=own.id, changes={"TERM": {"training_access_months": 36}})
    in_force(two_people=["TERM"])
    kept = terms_profile_restate(actor=studio, profile_id=own.id, changes={"AUDIT": {"per_year": 2}})
    assert kept.versions.count() == 3
    assert terms(studio, name="as the preset says").versions.count() == 1
    with pytest.raises(DomainError, match=r"^needs_amendment:"):
        terms(studio, name="longer", TERM={"training_access_months": 36})


def test_what_was_published_or_proposed_is_never_rewritten_not_even_by_sql() -> None:
    policies_load()
    catalogue_load()
    proposed(lead())
    rows = PolicyVersion.objects.all()
    attempts: list[Callable[[], object]] = [
        lambda: rows.filter(version=1).update(custom_people=2),
        lambda: rows.filter(version=2).update(two_people=["TERM"]),
        lambda: rows.filter(version=1).update(state="withdrawn"),
        lambda: rows.filter(version=2).update(sample_per_mille=51),
        lambda: rows.filter(version=2).update(state="published", published_at="2026-11-22T00:00Z"),
        rows.filter(version=1).delete,
        rows.filter(version=2).delete,
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert list(rows.order_by("version").values_list("custom_people", "fallback_people", "state")) == [
        (1, 0, "published"),
        (1, 1, "proposed"),
    ]


@pytest.mark.parametrize(
    "said",
    [{"custom_people": 0}, {"sample_per_mille": 0}, {"days_one": 3}, {"days_two": 11}, {"fallback_people": 2}],
)
def test_the_database_knows_the_bounds_too(said: dict[str, int]) -> None:
    sane: dict[str, Any] = {**DeskPolicy().says, "version": 7, "sha256": "0" * 64}
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.create(**{**sane, **said})
    PolicyVersion.objects.create(**sane)
