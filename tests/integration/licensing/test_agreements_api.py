"""Terms, agreements and the desk over HTTP: the demonstration's story, and who may not see what."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.accounts.actions import OrganisationKind, Role, Scope
from core.accounts.policy import Actor
from core.api.operation import Resource
from licensing.api import agreements, clauses, desk, desk_queues, desk_reasons, terms, use_cases
from licensing.domain.diff import Op
from licensing.models import Agreement, ReviewCase
from licensing.services.agreements import agreement_amend, agreement_draft
from licensing.services.catalogue import catalogue_load
from tests.factories.core import actor_as, key_of
from tests.factories.licensing import creator, drafted, in_review, reviewer, signed
from tests.factories.licensing import terms as terms_of

pytestmark = pytest.mark.django_db


class Caller:
    """Somebody with a key."""

    def __init__(self, client: Client, actor: Actor, scopes: frozenset[Scope] | None = None) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {key_of(actor, scopes)}"}

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self.headers)

    def post(self, path: str, body: object = None, key: str = "") -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        return self.client.post(f"/api/v1{path}", body or {}, content_type="application/json", headers=headers)


def test_anybody_reads_the_clauses(client: Client) -> None:
    catalogue_load()
    clauses = client.get("/api/v1/clauses").json()["data"]
    assert [clause["number"] for clause in clauses] == list(range(1, 41))
    term = client.get("/api/v1/clauses/TERM").json()
    assert term["title"] == {"en": "Term of training access", "fr": "Durée d’accès pour l’entraînement"}
    assert term["parameters"][0]["allowed"] == [12, 24, 36, 60]
    assert len(term["sha256"]) == 64
    assert client.get("/api/v1/clauses/NOPE").status_code == 404


def test_the_story_of_a_careful_creator_with_one_change_that_needs_a_person(client: Client) -> None:
    catalogue_load()
    studio, desk = Caller(client, creator()), Caller(client, reviewer())
    made = studio.post(
        "/terms_profiles",
        {"name": "Careful", "preset": "careful", "changes": {"CMO_STATUS": {"societies": ["none"]}}},
    )
    assert made.status_code == 201
    terms = made.json()
    assert terms["sentence"]["fr"].startswith("Pour")
    draft = studio.post("/agreements", {"terms_profile_id": terms["id"], "language": "fr"}).json()
    assert draft["state"] == "draft"
    assert draft["text"]["fr"].startswith("Contrat de licence de rushes")
    amended = studio.post(
        f"/agreements/{draft['id']}/amendments", {"clause": "WITHDRAWAL", "parameters": {"notice_days": 7}}
    )
    assert amended.status_code == 201
    (amendment,) = amended.json()["amendments"]
    assert (amendment["amendment_class"], amendment["passes_by_policy"]) == ("custom", False)
    assert amendment["changes"][0]["after"] == {"en": "7 days", "fr": "7 jours"}
    assert studio.post(f"/agreements/{draft['id']}/submit").json()["state"] == "in_review"

    (case,) = desk.get("/desk/cases?state=open").json()["data"]
    assert (case["kind"], case["clauses"], case["approvals_needed"]) == ("contract_custom", ["WITHDRAWAL"], 1)
    assert case["due"]["en"].startswith("due in ")
    claimed = desk.post(f"/desk/cases/{case['id']}/claim").json()
    for language in ("en", "fr"):
        runs = claimed["amendments"][0]["diff"][language]
        assert [run["text"] for run in runs if run["op"] != str(Op.KEEP)] == ["30", "7"]
    decision = {"decision": "approve", "version": claimed["version"], "undo_seconds": 0}
    decided = desk.post(f"/desk/cases/{case['id']}/decide", decision, key="decide-1")
    assert (decided.status_code, decided.json()["state"]) == (200, "decided")
    again = desk.post(f"/desk/cases/{case['id']}/decide", decision, key="decide-1")
    assert (again.json(), again["Idempotent-Replayed"]) == (decided.json(), "true")

    path = f"/agreements/{draft['id']}/sign"
    assert studio.post(path, {"name": "Ada Nord"}).json()["code"] == "idempotency_key_needed"
    done = studio.post(path, {"name": "Ada Nord"}, key="sign-1").json()
    assert (done["state"], done["signatory_name"], done["effective_version"]) == ("signed", "Ada Nord", 2)
    assert "Le préavis de chaque titulaire est de 7 jours" in done["text"]["fr"]
    assert studio.get(f"/agreements/{draft['id']}").json()["sha256"] == done["sha256"]
    assert Agreement.objects.get().ip_hash


def test_contradictions_are_a_problem_that_names_both_clauses(client: Client) -> None:
    catalogue_load()
    answer = Caller(client, creator()).post(
        "/terms_profiles", {"name": "Odd", "preset": "open", "changes": {"ATTRIBUTION": {"place": "none"}}}
    )
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["clauses"]) == ("contradiction", ["ATTRIBUTION", "MORAL_RIGHTS"])
    assert [error["pointer"] for error in problem["errors"]] == ["/ATTRIBUTION", "/MORAL_RIGHTS"]


def test_refused_reasons_reach_the_creator_in_both_languages(client: Client) -> None:
    actor = creator()
    case = in_review(actor, "REV_SHARE", percent=9)
    desk = Caller(client, reviewer())
    version = desk.post(f"/desk/cases/{case.public_id}/claim").json()["version"]
    body = {
        "decision": "request_changes",
        "reason": "C02",
        "note": "Net of what?",
        "version": version,
        "undo_seconds": 0,
    }
    assert desk.post(f"/desk/cases/{case.public_id}/decide", body, key="decide-2").status_code == 200
    (seen,) = Caller(client, actor).get("/agreements").json()["data"]
    assert (seen["state"], seen["review"]["state"]) == ("countered", "returned")
    (decision,) = seen["review"]["decisions"]
    assert decision["words"]["fr"] == "Ceci peut se lire de deux manières."
    assert decision["fix"]["en"] == "Say which of the two you mean."
    assert decision["note"] == "Net of what?"


def test_a_stale_version_is_a_conflict(client: Client) -> None:
    case = in_review(creator(), "REV_SHARE", percent=9)
    desk = Caller(client, reviewer())
    version = desk.post(f"/desk/cases/{case.public_id}/claim").json()["version"]
    body = {"decision": "approve", "version": version - 1}
    answer = desk.post(f"/desk/cases/{case.public_id}/decide", body, key="decide-3")
    assert (answer.status_code, answer.json()["code"], answer.json()["version"]) == (409, "case_changed", version)


def test_somebody_elses_terms_and_agreements_are_not_there(client: Client) -> None:
    agreement = signed(creator())
    other = Caller(client, creator())
    profile = agreement.terms_version.profile
    assert other.get(f"/terms_profiles/{profile.public_id}").status_code == 404
    assert other.get(f"/agreements/{agreement.public_id}").status_code == 404
    assert other.get("/agreements").json()["data"] == []
    assert other.get("/terms_profiles").json()["data"] == []
    for path in ("submit", "recall", "amendments", "sign", "end"):
        answer = other.post(
            f"/agreements/{agreement.public_id}/{path}", {"clause": "TERM", "name": "x"}, key=f"k-{path}-1"
        )
        assert answer.status_code in {404, 422}
    assert other.post(f"/terms_profiles/{profile.public_id}/versions", {"preset": "open"}).status_code == 404
    assert other.post("/agreements", {"terms_profile_id": profile.public_id}).status_code == 404
    agreement.refresh_from_db()
    assert agreement.state == "signed"


@pytest.mark.parametrize(
    "actor",
    [
        lambda: actor_as(OrganisationKind.STUDIO),
        lambda: actor_as(OrganisationKind.BUYER),
        lambda: actor_as(OrganisationKind.PLATFORM, Role.FINANCE),
    ],
    ids=["studio", "buyer", "finance"],
)
def test_the_desk_is_for_contract_reviewers(client: Client, actor: Any) -> None:
    case = in_review(creator(), "REV_SHARE", percent=9)
    caller = Caller(client, actor())
    body = {"decision": "approve", "version": 1}
    answers = [
        caller.get("/desk/cases"),
        caller.get(f"/desk/cases/{case.public_id}"),
        caller.post(f"/desk/cases/{case.public_id}/claim"),
        caller.post(f"/desk/cases/{case.public_id}/decide", body, key="decide-4"),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "role_missing")}
    assert ReviewCase.objects.get().state == "open"


def test_a_key_needs_the_scope(client: Client) -> None:
    actor = creator()
    drafted(actor)
    answer = Caller(client, actor, frozenset({Scope.LIBRARY_READ})).get("/agreements")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert client.get("/api/v1/agreements").status_code == 401


def test_lists_cost_the_same_number_of_queries_however_long(client: Client) -> None:
    studio = creator()
    counts: list[tuple[int, int]] = []
    for number in range(3):
        in_review(creator(), "REV_SHARE", percent=number + 1)
        agreement_amend(
            actor=studio,
            agreement_id=agreement_draft(actor=studio, terms_profile_id=terms_of(studio).id).id,
            clause_code="REV_SHARE",
            parameters={"percent": number + 1},
        )
        counts.append((asked(Caller(client, reviewer()), "/desk/cases"), asked(Caller(client, studio), "/agreements")))
    assert len(set(counts)) == 1, counts


def asked(caller: Caller, path: str) -> int:
    """Return how many queries a list costs, once warm."""
    caller.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert caller.get(path).status_code == 200
    return len(queries)


def test_every_operation_of_this_floor_says_what_it_promises() -> None:
    resources = [
        item
        for module in (agreements, clauses, desk, desk_queues, desk_reasons, terms, use_cases)
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Resource) and item is not Resource
    ]
    contracts = [
        handler.contract
        for item in resources
        for name in ("get", "post", "delete")
        if (handler := getattr(item, name, None)) is not None
    ]
    assert len(contracts) >= 37
    assert all(contract.summary and contract.output for contract in contracts)


def test_reviewers_look_at_everything_in_the_admin_and_change_nothing(client: Client, admin_user: Any) -> None:
    agreement = signed(creator())
    case = in_review(creator(), "REV_SHARE", percent=9)
    client.force_login(admin_user)
    for path in (
        "agreement",
        f"agreement/{agreement.pk}/change",
        "reviewcase",
        f"reviewcase/{case.pk}/change",
        "clauseversion",
        "contractversion",
        "termsprofile",
        f"termsprofile/{agreement.terms_version.profile_id}/change",
        "ratecard",
        "reasonversion",
        "usecaseversion",
        "usecaseapproval",
    ):
        page = client.get(f"/admin/licensing/{path}/")
        assert page.status_code == 200, path
        assert b'name="_save"' not in page.content
    assert client.post(f"/admin/licensing/agreement/{agreement.pk}/delete/").status_code == 403
