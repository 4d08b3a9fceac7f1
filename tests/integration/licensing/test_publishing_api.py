"""Clause versions and rate cards over HTTP: the desk publishes by two, everybody reads and compares."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import Role
from core.accounts.policy import Actor
from core.clock import now
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.ratecard import NOTICE_DAYS, shipped_card
from licensing.services.catalogue import catalogue_load
from licensing.services.rates import ratecard_load
from tests.factories.core import key_of
from tests.factories.licensing import reviewer

pytestmark = pytest.mark.django_db
TEXT = {
    "en": "A Licence opens the Footage to training for {training_access_months}.",
    "fr": "Une Licence ouvre les Rushes à l'entraînement pendant {training_access_months}.",
}


@pytest.fixture(autouse=True)
def loaded() -> None:
    catalogue_load()
    ratecard_load()


def ask(actor: Actor | None, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    headers = {} if actor is None else {"Authorization": f"Bearer {key_of(actor)}"}
    data = "" if body is None else json.dumps(body)
    answer = Client().generic(method, f"/api/v1{path}", data, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def test_a_clause_version_from_its_draft_to_its_comparison() -> None:
    lead, second = reviewer(Role.LEAD), reviewer(Role.CONTRACT)
    shipped = CATALOGUE["TERM"].version
    status, draft = ask(lead, "POST", "/desk/clauses", {"code": "TERM", "text": TEXT})
    assert (status, draft["state"], draft["version"]) == (201, "draft", shipped + 1)
    assert {run["op"] for run in draft["against"]["text"]["fr"]} >= {"add", "remove"}
    assert draft["against"]["parameters"] == []
    path = f"/desk/clauses/TERM/versions/{shipped + 1}"
    assert ask(None, "GET", f"/clauses/term/versions/{shipped + 1}")[0] == 404
    assert ask(lead, "POST", f"{path}/submit", {})[0] == 200
    status, refused = ask(lead, "POST", f"{path}/approve", {})
    assert (status, refused["code"]) == (403, "second_person")
    assert [row["code"] for row in ask(second, "GET", "/desk/clauses?state=in_review")[1]["data"]] == ["TERM"]
    status, approved = ask(second, "POST", f"{path}/approve", {})
    assert (status, approved["state"]) == (200, "approved")
    assert approved["author"] != approved["reviewer"]
    assert ask(None, "GET", "/clauses/TERM")[1]["version"] == shipped + 1
    status, old = ask(None, "GET", f"/clauses/term/versions/{shipped}")
    assert (status, old["text"]["en"]) == (200, CATALOGUE["TERM"].text.en)
    status, diff = ask(None, "GET", f"/clauses/term/diff?from={shipped}&to={shipped + 1}")
    assert (status, diff["from"], diff["to"]) == (200, shipped, shipped + 1)
    kept = " ".join(run["text"] for run in diff["text"]["en"] if run["op"] != "remove")
    assert kept == TEXT["en"]
    status, retired = ask(lead, "POST", f"/desk/clauses/TERM/versions/{shipped}/retire", {})
    assert (status, retired["state"]) == (200, "retired")
    assert ask(None, "GET", f"/clauses/TERM/versions/{shipped}")[1]["state"] == "retired"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ({"en": TEXT["en"]}, "language_missing"),
        ({"en": TEXT["en"], "fr": "Sans durée."}, "value_without_text"),
        ({"en": TEXT["en"], "fr": TEXT["fr"] + " {autre}"}, "placeholder_without_value"),
    ],
)
def test_what_is_not_whole_is_a_problem_with_its_place(text: dict[str, str], code: str) -> None:
    status, problem = ask(reviewer(Role.LEAD), "POST", "/desk/clauses", {"code": "TERM", "text": text})
    assert (status, problem["code"], problem["pointer"]) == (422, code, "/text/fr")


def test_numbers_no_column_holds_are_simply_not_found() -> None:
    assert ask(None, "GET", "/clauses/TERM/versions/99999999999999999999")[0] == 404
    assert ask(None, "GET", "/clauses/TERM/diff?from=1&to=99999999999999999999")[0] == 422
    assert ask(reviewer(Role.LEAD), "POST", "/desk/clauses/TERM/versions/99999999999999999999/submit", {})[0] == 404


def test_a_rate_card_from_its_draft_to_its_announcement() -> None:
    finance, second = reviewer(Role.FINANCE), reviewer(Role.LEAD)
    raw = {**copy.deepcopy(shipped_card("2026-11")), "version": "2027-06"}
    day = (now() + timedelta(days=NOTICE_DAYS + 1)).isoformat()
    early = {"card": raw, "valid_from": (now() + timedelta(days=1)).isoformat()}
    status, problem = ask(finance, "POST", "/desk/rate_cards", early)
    assert (status, problem["code"], problem["pointer"]) == (422, "notice_too_short", "/valid_from")
    status, draft = ask(finance, "POST", "/desk/rate_cards", {"card": raw, "valid_from": day})
    assert (status, draft["state"], draft["in_force"]) == (201, "draft", False)
    status, found = ask(finance, "POST", "/desk/rate_cards/2027-06/simulate", {})
    assert (status, found["clips"], found["before"]["creators"]["amount"]) == (200, 0, "0.00")
    assert found["fees"][0] == {"from_hours": 0, "before": "0.20", "after": "0.20"}
    assert ask(finance, "POST", "/desk/rate_cards/2027-06/submit", {})[0] == 200
    status, refused = ask(finance, "POST", "/desk/rate_cards/2027-06/publish", {})
    assert (status, refused["code"]) == (403, "second_person")
    status, published = ask(second, "POST", "/desk/rate_cards/2027-06/publish", {})
    assert (status, published["state"]) == (200, "published")
    current = ask(None, "GET", "/rate_cards/current")[1]
    assert (current["version"], [card["version"] for card in current["announced"]]) == ("2026-11", ["2027-06"])
    assert current["valid_until"] == current["announced"][0]["valid_from"]
    assert [row["version"] for row in ask(second, "GET", "/desk/rate_cards")[1]["data"]] == ["2027-06", "2026-11"]


def test_a_card_that_cannot_be_read_names_the_place() -> None:
    raw = {**copy.deepcopy(shipped_card("2026-11")), "version": "2027-06", "published": "cheap"}
    body = {"card": raw, "valid_from": (now() + timedelta(days=60)).isoformat()}
    status, problem = ask(reviewer(Role.FINANCE), "POST", "/desk/rate_cards", body)
    assert (status, problem["code"], problem["errors"][0]["pointer"]) == (422, "rate_card_invalid", "/published")
