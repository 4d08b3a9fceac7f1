"""Contracts through the pages: from a preset to a signature, with the desk in between."""

from __future__ import annotations

import pytest

from core.accounts.policy import Actor
from licensing.models import Agreement, ReviewCase
from licensing.services.review import decision_take_effect
from tests.browsing import after, browser, text_of
from tests.factories.core import actor_as
from tests.factories.licensing import in_review, reviewer
from tests.factories.marketplace import (
    rules_loaded,
)

pytestmark = pytest.mark.django_db


def test_terms_from_preset_to_signature_through_the_pages() -> None:
    rules_loaded()
    studio, desk = actor_as(), reviewer()
    client = browser(studio)
    client.post("/studio/societies", {"societies": "none"})
    client.post("/studio/terms/draft", {"preset": "careful", "name": "Mine"})
    agreement = Agreement.objects.get()
    path = f"/studio/agreements/{agreement.public_id}"
    assert "Longest training access" in text_of(client, path, {"clause": "TERM"})
    audit = {"clause": "AUDIT", "per_year": "3", "notice_days": "30", "cost_shift_percent": "5"}
    after(client, f"{path}/amend", {**audit, "scope": "training_log_only"})
    assert "Sent." in after(client, f"{path}/submit", {})
    case = ReviewCase.objects.get()
    seat = browser(desk)
    assert "1 contract waits" in text_of(seat, "/desk")
    assert "Claim this case" in text_of(seat, f"/desk/cases/{case.public_id}")
    seat.post(f"/desk/cases/{case.public_id}/claim")
    case.refresh_from_db()
    decide = f"/desk/cases/{case.public_id}/decide"
    kept = seat.post(decide, {"decision": "refuse", "note": "Hm", "version": str(case.version)})
    assert kept.status_code == 422
    assert "Hm</textarea>" in kept.content.decode()
    assert "Decided." in after(seat, decide, {"decision": "approve", "version": str(case.version)})
    assert "Being reviewed" in text_of(client, path)
    undo = f"/desk/decisions/{case.decisions.get().public_id}/undo"
    assert undo in seat.get("/desk").content.decode()
    assert "Undone." in after(seat, undo, {})
    case.refresh_from_db()
    after(seat, decide, {"decision": "approve", "version": str(case.version)})
    assert decision_take_effect(actor=Actor.system(), decision_id=case.decisions.latest("id").pk)
    assert "Tick that you have read" in after(client, f"{path}/sign", {"name": "Ada Nord"})
    assert "Signed." in after(client, f"{path}/sign", {"name": "Ada Nord", "read": "yes"})
    assert Agreement.objects.get().state == "signed"


def test_a_counter_proposal_goes_from_desk_to_creator_through_the_pages() -> None:
    rules_loaded()
    studio, desk = actor_as(), reviewer()
    case = in_review(studio, "RETENTION", max_days=120)
    seat, client = browser(desk), browser(studio)
    assert "Nothing in this queue" in after(seat, "/desk/queues/contracts/take", {})
    assert "You hold it until" in after(seat, "/desk/queues/critical/take", {})
    assert "Ask finance." in after(seat, f"/desk/cases/{case.public_id}/note", {"text": "Ask finance."})
    case.refresh_from_db()
    form = {"decision": "counter", "reason": "C01", "note": "Sixty at most.", "version": str(case.version)}
    assert "Decided." in after(seat, f"/desk/cases/{case.public_id}/decide", {**form, "fallback": "RETENTION:1"})
    assert "paused, waiting for the creator" in text_of(seat, f"/desk/cases/{case.public_id}")
    assert decision_take_effect(actor=Actor.system(), decision_id=case.decisions.get().pk)
    path = f"/studio/agreements/{case.agreement.public_id}"
    assert "What the reviewers propose instead" in text_of(client, path)
    assert "Accepted." in after(client, f"{path}/accept", {})
    assert Agreement.objects.get().state == "approved"


def test_a_wording_that_is_refused_stays_in_its_field() -> None:
    rules_loaded()
    studio = actor_as()
    client = browser(studio)
    client.post("/studio/societies", {"societies": "none"})
    client.post("/studio/terms/draft", {"preset": "careful", "name": "Mine"})
    path = f"/studio/agreements/{Agreement.objects.get().public_id}"
    answer = client.post(
        f"{path}/amend", {"clause": "TERM", "training_access_months": "24", "text": "As long as I like."}
    )
    assert answer.status_code == 422
    assert "As long as I like.</textarea>" in answer.content.decode()


def test_the_desk_shows_both_languages_and_who_holds_a_case() -> None:
    rules_loaded()
    studio, first, second = actor_as(), reviewer(), reviewer()
    case = in_review(studio, "AUDIT", per_year=3)
    browser(first).post(f"/desk/cases/{case.public_id}/claim")
    path = f"/desk/cases/{case.public_id}"
    assert "is working on it until" in text_of(browser(second), path)
    assert "Concédant" in text_of(browser(second), path, {"text": "fr"})
    assert "Licensor" in text_of(browser(second), path, {"text": "en"})


@pytest.mark.parametrize("typed", ["--5", "9" * 5000, "٣", "1e3", "-", "5.0"])
def test_what_is_no_number_is_refused_and_nothing_breaks(typed: str) -> None:
    rules_loaded()
    studio = actor_as()
    client = browser(studio)
    client.post("/studio/societies", {"societies": "none"})
    client.post("/studio/terms/draft", {"preset": "careful", "name": "Mine"})
    path = f"/studio/agreements/{Agreement.objects.get().public_id}/amend"
    answer = client.post(path, {"clause": "RETENTION", "max_days": typed})
    assert answer.status_code == 422
    assert client.get("/studio/terms/preview", {"from": "", "training_access_months": typed}).status_code == 200
