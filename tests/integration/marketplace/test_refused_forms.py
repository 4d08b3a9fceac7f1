"""A form that is refused says what is wrong in the reader's words, and keeps all that was typed and ticked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from licensing.models import Agreement
from marketplace.models import Claim, Notice
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from tests.browsing import after, browser
from tests.factories.core import actor_as
from tests.factories.licensing import in_review, reviewer
from tests.factories.marketplace import buyer_as, clip_live, order_paid, rules_loaded, studio_signed

pytestmark = pytest.mark.django_db

CLAIM = {
    "kind": "rights",
    "about": "A harbour at dawn",
    "name": "V. Passer-by",
    "email": "v@example.org",
    "statement": "It is mine.",
}


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def ticked(html: str) -> set[str]:
    """Return the names of the boxes that are ticked."""
    return set(re.findall(r'<input type="checkbox" name="(\w+)" [^>]*checked', html))


def test_a_refused_attestation_keeps_every_tick_and_the_rest_of_it() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    order_paid(buyer, [clip])
    clip_withdraw(actor=studio, clip_id=clip.pk)
    path = f"/market/notices/{Notice.objects.get().public_id}/attest"
    typed = {"done": ["stop_new_training"], "method": "yes", "places": "A tape", "name": "A. Officer"}
    answer = browser(buyer).post(path, typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert ticked(html) == {"done", "method"}
    assert "A tape</textarea>" in html
    assert "Tick each line that was carried out" in html
    other = browser(buyer).post(path, {"deleted": "yes", "signatory": "yes", "name": ""}).content.decode()
    assert ticked(other) == {"deleted", "signatory"}


def test_a_refused_decision_on_a_claim_keeps_the_note_and_the_reason() -> None:
    Client().post("/takedown", CLAIM)
    desk = browser(actor_as(OrganisationKind.PLATFORM, Role.LEAD))
    path = f"/desk/takedowns/{Claim.objects.get().public_id}/decide"
    without_reason = desk.post(path, {"decision": "uphold", "note": "It is theirs."})
    assert without_reason.status_code == 422
    assert "It is theirs.</textarea>" in without_reason.content.decode()
    assert "Say what is wrong with the clip" in without_reason.content.decode()
    without_note = desk.post(path, {"decision": "uphold", "reason": "R02"}).content.decode()
    assert '<option value="R02" selected>' in without_note
    assert Claim.objects.get().state == "open"


def test_a_claim_with_a_number_no_clip_has_says_so_and_keeps_what_was_typed() -> None:
    answer = Client().post("/takedown", {**CLAIM, "clip": "harbour-12"})
    assert answer.status_code == 422
    assert "No clip has the number “harbour-12”" in answer.content.decode()
    assert 'value="harbour-12"' in answer.content.decode()
    assert "It is mine.</textarea>" in answer.content.decode()
    assert not Claim.objects.exists()


def test_a_claimant_reads_what_they_claimed() -> None:
    sent = Client().post("/takedown", CLAIM).content.decode()
    ref = sent.partition("/takedown/")[2].partition('"')[0]
    assert "It, or something in it, is mine" in Client().get(f"/takedown/{ref}").content.decode()


def test_a_refused_value_of_a_clause_stays_in_its_field() -> None:
    rules_loaded()
    client = browser(actor_as())
    client.post("/studio/terms/draft", {"preset": "careful", "name": "Mine"})
    path = f"/studio/agreements/{Agreement.objects.get().public_id}"
    typed = {"clause": "OUTPUT_VERBATIM", "max_consecutive_seconds": "7", "max_similarity": "9", "even_if": "no"}
    answer = client.post(f"{path}/amend", typed)
    assert answer.status_code == 422
    assert 'name="max_consecutive_seconds" value="7"' in answer.content.decode()
    assert 'name="max_similarity" value="9"' in answer.content.decode()
    submitted = after(client, f"{path}/submit", {})
    assert "whether you belong to one" in submitted
    assert "CMO_STATUS" not in submitted


def test_a_ratio_is_typed_as_it_is_written() -> None:
    rules_loaded()
    client = browser(actor_as(), "fr")
    client.post("/studio/terms/draft", {"preset": "careful", "name": "Mine"})
    page = client.get(f"/studio/agreements/{Agreement.objects.get().public_id}", {"clause": "OUTPUT_VERBATIM"})
    assert 'name="max_similarity" value="0,90"' in page.content.decode()


def test_a_refused_decision_on_a_case_keeps_the_wording_chosen_instead() -> None:
    rules_loaded()
    case, seat = in_review(actor_as(), "RETENTION", max_days=120), browser(reviewer())
    seat.post("/desk/queues/critical/take")
    case.refresh_from_db()
    form = {"decision": "counter", "version": str(case.version), "fallback": "RETENTION:2", "note": "Sixty at most."}
    answer = seat.post(f"/desk/cases/{case.public_id}/decide", form)
    assert answer.status_code == 422
    assert '<option value="RETENTION:2" data-rank="2" selected>' in answer.content.decode()


def test_a_check_that_finds_nothing_keeps_the_page_and_what_was_typed() -> None:
    client = Client()
    code = client.get("/verify/OC-AAAAA")
    assert code.status_code == 404
    assert 'value="OC-AAAAA"' in code.content.decode()
    pasted = client.post("/verify", {"certificate": "hello"})
    assert pasted.status_code == 422
    assert ">hello</textarea>" in pasted.content.decode()
    clip = client.get("/verify", {"clip": "harbour"})
    assert clip.status_code == 404
    assert 'value="harbour"' in clip.content.decode()
