"""A use case is approved inside the buyer's organisation: asked by one person, answered by another, never rewritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from core.accounts.models import Organisation
from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.ids import Prefix, parse_public_id
from core.jobs import registry
from core.jobs.models import Job
from licensing.domain.approval import ApprovalState
from licensing.models import UseCaseApproval
from licensing.selectors.approvals import approval_of, use_cases_approved
from licensing.selectors.pricing import newest_version, use_case_get
from licensing.services.approvals import USE_CASE_APPROVED
from licensing.services.use_cases import use_case_create
from tests.factories.core import actor_as, key_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer() -> Actor:
    return actor_as(OrganisationKind.BUYER, Role.ENGINEER)


def colleague(actor: Actor, role: Role) -> Actor:
    return actor_as(organisation=Organisation.objects.get(pk=str(actor.organisation_id)), role=role)


@pytest.fixture
def path(engineer: Actor) -> str:
    return f"/use_cases/{use_case_create(actor=engineer, name='Spring model', preset='text_to_video').public_id}"


def sent(actor: Actor, path: str, body: object = None) -> Any:
    headers = {"Authorization": f"Bearer {key_of(actor)}"}
    return Client().post(f"/api/v1{path}", body or {}, content_type="application/json", headers=headers)


def answered(actor: Actor, path: str, decision: str, version: int = 1, **more: str) -> Any:
    return sent(actor, f"{path}/decide", {"decision": decision, "version": version, **more})


def standing(actor: Actor, path: str) -> ApprovalState:
    key = parse_public_id(Prefix.USE_CASE, path.rpartition("/")[2])
    return approval_of(newest_version(use_case_get(actor, key))).state


def test_a_stated_use_case_begins_unapproved(engineer: Actor, path: str) -> None:
    assert standing(engineer, path) is ApprovalState.DRAFT
    assert use_cases_approved() == frozenset()


def test_one_asks_and_somebody_of_the_legal_team_approves(engineer: Actor, path: str) -> None:
    legal = colleague(engineer, Role.LEGAL)
    asked = sent(engineer, f"{path}/request_approval")
    assert (asked.status_code, asked.json()["approval"]["state"]) == (200, "requested")
    body = answered(legal, path, "approve").json()["approval"]
    row = UseCaseApproval.objects.select_related("asked_by", "decided_by").get()
    assert row.decided_by is not None
    assert (body["state"], body["asked_by"], body["decided_by"]) == ("approved", row.asked_by.name, row.decided_by.name)
    assert {row.asked_by_id, row.decided_by_id} == {engineer.user_id, legal.user_id}
    told = AuditEvent.objects.filter(action__startswith="use_case.").order_by("sequence").values_list("action", "chain")
    assert list(told) == [
        (name, engineer.organisation_id)
        for name in ("use_case.stated", "use_case.approval_requested", "use_case.approved")
    ]


def test_an_approval_is_told_to_whoever_subscribes(engineer: Actor, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._topics, USE_CASE_APPROVED, ["licensing.decision.effect"])
    sent(engineer, f"{path}/request_approval")
    answered(colleague(engineer, Role.OWNER), path, "approve")
    job = Job.objects.get(subject__startswith="use_")
    assert job.payload == {"use_case": path.rpartition("/")[2], "version": 1}


def test_nobody_answers_their_own_question(path: str, engineer: Actor) -> None:
    owner = colleague(engineer, Role.OWNER)
    sent(owner, f"{path}/request_approval")
    refused = answered(owner, path, "approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_person")
    assert standing(owner, path) is ApprovalState.REQUESTED


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.PROCUREMENT, Role.VIEWER])
def test_only_owners_and_legal_people_answer(engineer: Actor, path: str, role: Role) -> None:
    sent(engineer, f"{path}/request_approval")
    assert answered(colleague(engineer, role), path, "approve").json()["code"] == "role_missing"
    assert standing(engineer, path) is ApprovalState.REQUESTED


def test_another_buyer_sees_nothing_to_answer(engineer: Actor, path: str) -> None:
    sent(engineer, f"{path}/request_approval")
    stranger = actor_as(OrganisationKind.BUYER, Role.LEGAL)
    assert answered(stranger, path, "approve").status_code == 404
    assert sent(stranger, f"{path}/request_approval").status_code == 404


def test_a_refusal_says_why_and_may_be_asked_again(engineer: Actor, path: str) -> None:
    legal = colleague(engineer, Role.LEGAL)
    sent(engineer, f"{path}/request_approval")
    assert answered(legal, path, "refuse", reason="  ").json()["code"] == "refusal_unexplained"
    assert answered(legal, path, "refuse", reason="Too long.").json()["approval"]["reason"] == "Too long."
    assert sent(engineer, f"{path}/request_approval").json()["approval"]["state"] == "requested"
    assert answered(legal, path, "approve").json()["approval"]["state"] == "approved"
    assert list(UseCaseApproval.objects.order_by("id").values_list("state", flat=True)) == ["refused", "approved"]


def test_what_stands_is_not_asked_again_and_what_nobody_asked_is_not_answered(engineer: Actor, path: str) -> None:
    assert answered(colleague(engineer, Role.LEGAL), path, "approve").json()["code"] == "illegal_transition"
    sent(engineer, f"{path}/request_approval")
    assert sent(engineer, f"{path}/request_approval").json()["code"] == "illegal_transition"
    assert UseCaseApproval.objects.count() == 1


def test_a_new_version_starts_unapproved_and_an_answer_to_the_older_one_comes_too_late(
    engineer: Actor, path: str
) -> None:
    legal = colleague(engineer, Role.LEGAL)
    sent(engineer, f"{path}/request_approval")
    answered(legal, path, "approve")
    assert len(use_cases_approved()) == 1
    sent(engineer, f"{path}/versions", {"values": {"term_months": 60}})
    assert (standing(engineer, path), use_cases_approved()) == (ApprovalState.DRAFT, frozenset())
    sent(engineer, f"{path}/request_approval")
    late = answered(legal, path, "approve", version=1)
    assert (late.status_code, late.json()["code"], late.json()["version"]) == (409, "use_case_changed", 2)
    assert answered(legal, path, "approve", version=2).json()["approval"]["state"] == "approved"


def test_an_answer_is_never_rewritten_not_even_by_sql(engineer: Actor, path: str) -> None:
    sent(engineer, f"{path}/request_approval")
    answered(colleague(engineer, Role.LEGAL), path, "refuse", reason="Too long.")
    rows = UseCaseApproval.objects.all()
    attempts: list[Callable[[], object]] = [
        lambda: rows.update(state="approved"),
        lambda: rows.update(reason="Fine."),
        rows.delete,
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert rows.get().reason == "Too long."


def test_the_database_wants_another_person(engineer: Actor, path: str) -> None:
    sent(engineer, f"{path}/request_approval")
    with pytest.raises(DatabaseError), transaction.atomic():
        UseCaseApproval.objects.update(state="approved", decided_by_id=engineer.user_id, decided_at="2026-11-22T00:00Z")
