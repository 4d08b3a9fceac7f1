"""Reasons of the desk: all codes, proposed by one person, published by another, and what was quoted stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from core.accounts.actions import Role
from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from licensing.domain.reasons import FixAction, ReasonCode, ReasonState
from licensing.domain.shipped_reasons import SHIPPED_REASONS
from licensing.models import ReasonVersion, ReviewDecision
from licensing.services.claims import case_claim
from licensing.services.reasons import reasons_load
from licensing.services.review import case_decide
from tests.factories.core import key_of
from tests.factories.licensing import creator, in_review, reviewer

pytestmark = pytest.mark.django_db

CODES = [
    "F01",
    "F02",
    "F03",
    "F04",
    "F05",
    "F06",
    "P01",
    "P02",
    "P03",
    "P04",
    "R01",
    "R02",
    "S01",
    "S02",
    "C01",
    "C02",
    "C03",
    "C04",
    "I01",
    "I02",
]
WORDS = {"en": "We cannot sign this.", "fr": "Nous ne pouvons pas signer cela."}


def asked(actor: Actor, path: str, body: object | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key_of(actor)}"}
    if body is None:
        return Client().get(f"/api/v1{path}", headers=headers)
    return Client().post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def proposed(actor: Actor, code: str = "C01", **said: object) -> Any:
    return asked(actor, "/desk/reason_codes", {"code": code, **(said or {"words": WORDS})})


def step(actor: Actor, name: str, code: str = "C01", version: int = 2) -> Any:
    return asked(actor, f"/desk/reason_codes/{code}/versions/{version}/{name}", {})


def in_force(code: str = "C01") -> dict[str, Any]:
    rows: list[dict[str, Any]] = Client().get("/api/v1/reason_codes").json()["data"]
    return next(row for row in rows if row["code"] == code)


def test_everybody_reads_every_code_in_both_languages_with_what_to_do() -> None:
    rows = Client().get("/api/v1/reason_codes").json()["data"]
    assert [row["code"] for row in rows] == CODES == [str(code) for code in ReasonCode]
    assert all(row["words"]["fr"] and row["words"]["en"] and row["fix"]["fr"] and row["version"] == 1 for row in rows)
    assert {row["applies_to"] for row in rows} == {"footage", "contract", "identity"}
    helpless = {row["code"] for row in rows if not row["actions"]}
    assert helpless == {"F04", "S02"}
    assert in_force("P02")["actions"] == ["guardian_release", "blur"]
    assert (in_force("S01")["action"], in_force("S02")["action"]) == ("appeal", None)


def test_every_action_is_offered_by_some_reason() -> None:
    offered = {action for (reason,) in SHIPPED_REASONS.values() for action in reason.actions}
    assert offered == set(FixAction)


def test_loading_stores_each_version_once_and_refuses_other_words() -> None:
    assert (reasons_load(), reasons_load()) == (20, 0)
    assert ReasonVersion.objects.get(code="C01").sha256 == SHIPPED_REASONS[ReasonCode.OUTSIDE_POLICY][0].sha256
    assert AuditEvent.objects.filter(action="reasons.loaded").count() == 1


def test_a_version_somebody_proposed_is_published_by_somebody_else() -> None:
    author, other = reviewer(), reviewer(Role.LEAD)
    body = proposed(author)
    assert (body.status_code, body.json()["version"], body.json()["state"]) == (201, 2, "proposed")
    assert in_force()["version"] == 1
    own = step(author, "publish")
    assert (own.status_code, own.json()["code"]) == (403, "second_person")
    published = step(other, "publish").json()
    assert (published["state"], published["author"] != published["reviewer"]) == ("published", True)
    assert (in_force()["version"], in_force()["words"]) == (2, WORDS)
    assert in_force()["fix"]["en"] == "See our own wording of this clause."
    told = AuditEvent.objects.filter(action__startswith="reason.").values_list("action", flat=True)
    assert sorted(told) == ["reason.proposed", "reason.published"]


def test_a_decision_quotes_the_version_its_reader_was_given() -> None:
    first, second = reviewer(), reviewer()
    said: dict[str, Any] = {"decision": "refuse", "reason": "C01", "note": "No.", "undo_within": timedelta(0)}
    studios = [creator(), creator()]
    cases = [in_review(studio, "REV_SHARE", percent=5) for studio in studios]
    for number, case in enumerate(cases):
        case_decide(actor=first, case_id=case.id, version=case_claim(actor=first, case_id=case.id).version, **said)
        if not number:
            proposed(first)
            step(second, "publish")
    assert [row.reason_version for row in ReviewDecision.objects.order_by("id")] == [1, 2]
    told = [
        asked(studio, f"/agreements/{case.agreement.public_id}").json()["review"]["decisions"][0]["words"]["en"]
        for studio, case in zip(studios, cases, strict=True)
    ]
    assert told == ["We cannot accept this wording.", "We cannot sign this."]


def test_contracts_are_refused_with_contract_reasons_only() -> None:
    desk = reviewer()
    case = in_review(creator(), "REV_SHARE", percent=5)
    version = case_claim(actor=desk, case_id=case.id).version
    said = {"decision": "refuse", "reason": "F01", "note": "Blurred.", "version": version}
    headers = {"Authorization": f"Bearer {key_of(desk)}", "Idempotency-Key": "one"}
    answer = Client().post(
        f"/api/v1/desk/cases/{case.public_id}/decide", said, content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "reason_required")
    offered = asked(desk, f"/desk/cases/{case.public_id}").json()["reasons"]
    assert [row["code"] for row in offered] == ["C01", "C02", "C03", "C04"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"words": {"en": "Only English."}}, "language_missing"),
        ({"fix": {"en": " ", "fr": "Coupez."}}, "language_missing"),
        ({"words": {"en": "x" * 201, "fr": "y"}}, "reason_invalid"),
        ({"actions": ["fly"]}, "reason_invalid"),
        ({"actions": ["trim", "trim"]}, "reason_invalid"),
        ({"actions": ["see_our_wording"]}, "reason_unchanged"),
    ],
)
def test_a_proposal_says_something_new_in_both_languages(said: dict[str, Any], code: str) -> None:
    assert proposed(reviewer(), **said).json()["code"] == code
    assert not ReasonVersion.objects.filter(state=ReasonState.PROPOSED).exists()


def test_an_unknown_code_is_refused() -> None:
    assert proposed(reviewer(), "F99").json()["code"] == "reason_invalid"


def test_one_proposal_waits_at_a_time_and_may_be_taken_back() -> None:
    author = reviewer()
    proposed(author)
    assert proposed(reviewer()).json()["code"] == "reason_proposed"
    assert step(author, "withdraw").json()["state"] == "withdrawn"
    assert step(reviewer(), "publish").json()["code"] == "illegal_transition"
    assert proposed(author).json()["version"] == 3
    assert in_force()["version"] == 1


def test_an_auditor_reads_and_does_not_write() -> None:
    auditor = reviewer(Role.AUDITOR)
    reasons_load()
    assert len(asked(auditor, "/desk/reason_codes").json()["data"]) == 20
    assert proposed(auditor).json()["code"] == "role_missing"


def test_what_was_published_or_proposed_is_never_rewritten_not_even_by_sql() -> None:
    reasons_load()
    proposed(reviewer())
    rows = ReasonVersion.objects.filter(code="C01")
    attempts: list[Callable[[], object]] = [
        lambda: rows.filter(version=1).update(words_en="Other."),
        lambda: rows.filter(version=2).update(words_fr="Autre."),
        lambda: rows.filter(version=1).update(state="withdrawn"),
        lambda: rows.filter(version=2).update(state="published", published_at="2026-11-22T00:00Z"),
        rows.filter(version=1).delete,
        rows.filter(version=2).delete,
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert list(rows.order_by("version").values_list("words_en", "state")) == [
        ("We cannot accept this wording.", "published"),
        ("We cannot sign this.", "proposed"),
    ]
