"""The pages do the work: each action reaches the services, says what happened, and keeps what was typed."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from core.jobs.runner import run_due
from licensing.models import Declaration, UseCase
from marketplace.orders.models import Order, Quote
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip, Upload
from tests.browsing import after, browser, person_of, text_of
from tests.factories.core import PASSWORD, actor_as
from tests.factories.delivery import clip_from, rush
from tests.factories.marketplace import (
    buyer_as,
    clip_live,
    clip_of,
    need,
    order_paid,
    quote_of,
    rules_loaded,
    studio_signed,
)
from tests.factories.media_ingest import AssetFactory

pytestmark = pytest.mark.django_db

DECLARED = {"genre": "generic", "release": "none_needed", "people": "none", "cmo_status": "none"}


# The front door


def test_forty_minutes_of_4k_drone_earn_112_dollars_explained() -> None:
    rules_loaded()
    said = text_of(Client(), "/", {"genre": "drone", "length": "40:00", "size": "2160p", "rate": "25/1"})
    assert "$112.00" in said
    assert "$2.80" in said
    assert "$160.00" in said
    assert "Allow 36 months instead of 24" in said


def test_the_estimator_answers_htmx_with_a_fragment_and_others_with_a_page() -> None:
    rules_loaded()
    typed = {"genre": "generic", "length": "2", "size": "1080p", "rate": "25/1"}
    fragment = Client().get("/estimate", typed, headers={"HX-Request": "true"}).content.decode()
    assert "$2.00" in fragment
    assert "<html" not in fragment
    assert "<html" in Client().get("/estimate", typed).content.decode()


@pytest.mark.parametrize(("length", "shown"), [("1:00:00", "$168.00"), ("2,5", "$7.00"), ("0:30", "$1.40")])
def test_a_length_may_be_typed_as_people_write_it(length: str, shown: str) -> None:
    rules_loaded()
    assert shown in text_of(Client(), "/estimate", {"genre": "drone", "length": length})


@pytest.mark.parametrize("length", ["", "soon", "-3", "1:2:3:4"])
def test_a_length_that_cannot_be_read_is_told_and_the_form_stays(length: str) -> None:
    rules_loaded()
    said = text_of(Client(), "/estimate", {"genre": "rare", "length": length})
    assert "Type the length as minutes (40) or as 40:00." in said


def test_unknown_words_in_the_form_are_told_not_crashed_on() -> None:
    rules_loaded()
    assert "not on the rate card" in text_of(Client(), "/estimate", {"length": "1", "genre": "x", "term": "7"})


def test_without_a_rate_card_the_home_page_still_stands() -> None:
    assert "No rate card is in force" in text_of(Client(), "/")


def test_signing_in_leads_to_the_page_that_was_asked_for_and_nowhere_else() -> None:
    user = person_of(actor_as())
    typed = {"email": user.email, "password": PASSWORD}
    assert Client().post("/login", {**typed, "next": "/studio/terms"})["Location"] == "/studio/terms"
    assert Client().post("/login", {**typed, "next": "https://elsewhere.example/"})["Location"] == "/studio"
    refused = Client().post("/login", {**typed, "password": "wrong"})
    assert refused.status_code == 401
    assert user.email in refused.content.decode()


def test_guessing_passwords_is_slowed_down() -> None:
    client = Client(REMOTE_ADDR="192.0.2.77")
    for _ in range(20):
        assert client.post("/login", {"email": "a@example.org", "password": "guess"}).status_code == 401
    refused = client.post("/login", {"email": "a@example.org", "password": "guess"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0


def test_signed_in_pages_are_nobody_elses_to_keep() -> None:
    assert browser(actor_as()).get("/studio")["Cache-Control"] == "private, no-cache"


def test_the_language_is_remembered_and_announced() -> None:
    client = Client()
    client.post("/language", {"language": "fr", "next": "/"})
    page = client.get("/").content.decode()
    assert '<html lang="fr">' in page
    assert "Se connecter" in page


def test_a_page_runs_no_script_of_its_own_line() -> None:
    rules_loaded()
    for path in ("/", "/login", "/verify"):
        page = Client().get(path)
        assert not re.search(r"<script(?![^>]*\bsrc=)", page.content.decode())
        assert " onclick=" not in page.content.decode()
        assert "script-src 'self'" in page["Content-Security-Policy"]


def test_what_is_not_there_is_a_plain_page_with_the_requests_number() -> None:
    answer = Client().get("/nowhere")
    assert answer.status_code == 404
    assert answer["X-Request-Id"] in answer.content.decode()
    api = Client().get("/api/v1/nowhere")
    assert api["Content-Type"] == "application/problem+json"
    assert api.json()["code"] == "not_found"


# The studio


def test_a_file_sent_without_script_is_in_the_library() -> None:
    studio = actor_as()
    said = after(
        browser(studio), "/studio/upload", {"file": SimpleUploadedFile("A.mov", b"not a film"), "batch": "Day 1"}
    )
    assert "A.mov is here." in said
    assert Asset.objects.get().original_name == "A.mov"
    assert Upload.objects.get().batch is not None


def test_a_file_that_is_being_read_asks_again_and_a_settled_one_does_not() -> None:
    studio = actor_as()
    client = browser(studio)
    client.post("/studio/upload", {"file": SimpleUploadedFile("A.mov", b"not a film")})
    asset = Asset.objects.get()
    path = f"/studio/files/{asset.public_id}"
    assert 'hx-trigger="every 3s"' in client.get(path, {"n": "1"}).content.decode()
    assert 'hx-trigger="every 10s"' in client.get(path, {"n": "30"}).content.decode()
    Asset.objects.filter(pk=asset.pk).update(state=AssetState.REJECTED, reason="not_media")
    settled = client.get(path, {"n": "31"}).content.decode()
    assert "hx-trigger" not in settled
    assert "This is not a video file" in settled
    assert "What to do:" in settled


def test_a_clip_shows_what_it_earns_and_what_it_still_needs() -> None:
    studio = studio_signed()
    clip = clip_of(studio, title="Coast", width=3840, height=2160, duration_ms=60_000)
    said = text_of(browser(studio), "/studio")
    assert "Coast" in said
    assert "$2.00" in said
    assert "collecting society" in said
    client = browser(studio)
    told = after(client, f"/studio/clips/{clip.public_id}/declare", {**DECLARED, "genre": "drone"})
    assert "Saved." in told
    assert "$2.80" in told
    assert Declaration.objects.get(clip=clip).genre == "drone"


def test_a_declaration_that_contradicts_itself_is_kept_in_the_form() -> None:
    studio = studio_signed()
    clip = clip_of(studio)
    answer = browser(studio).post(
        f"/studio/clips/{clip.public_id}/declare",
        {**DECLARED, "genre": "rare", "minors": "yes"},
    )
    assert answer.status_code == 422
    assert '<option value="rare" selected>' in answer.content.decode()
    assert not Declaration.objects.exists()


def test_a_clip_is_paused_taken_up_and_withdrawn() -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    client, path = browser(studio), f"/studio/clips/{clip.public_id}/move"
    assert "The clip is now: Paused." in after(client, path, {"move": "pause"})
    assert "The clip is now: On offer." in after(client, path, {"move": "resume"})
    away = f"/studio/clips/{clip.public_id}/withdraw"
    assert "It is never offered again" in text_of(client, away)
    assert "The clip is taken back." in after(client, f"{away}/now", {})


def test_earnings_show_each_licence_with_its_steps() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio, title="Coast", duration_ms=61_500)
    order_paid(buyer, [clip])
    said = text_of(browser(studio), "/studio/earnings")
    assert "61.500" in said
    assert "Base rate" in said
    assert "Expected: paid, being delivered" in said


# The market


def test_a_buyer_goes_from_a_use_to_an_order() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio, title="Coast", duration_ms=600_000)
    client = browser(buyer)
    assert "Say first what the footage is for." in text_of(client, "/market")
    assert "Coast" in after(client, "/market/use-cases", {"name": "Video", "preset": "text_to_video"})
    use_case = UseCase.objects.get()
    form = {"use_case": use_case.public_id, "clip": clip.public_id}
    assert "$12.00" in after(client, "/market/quotes/new", form)
    quote = Quote.objects.get()
    assert "Tick at least one clip" in after(client, "/market/quotes/new", {"use_case": use_case.public_id})
    order_page = after(client, f"/market/quotes/{quote.public_id}/accept", {})
    assert "Pay $12.00" in order_page
    order = Order.objects.get()
    declined = after(client, f"/market/orders/{order.public_id}/pay", {"card": "tok_decline"})
    assert "Nothing was charged" in declined
    assert "Paid." in after(client, f"/market/orders/{order.public_id}/pay", {"card": "tok_test"})


def test_everything_that_fits_can_be_quoted_at_once() -> None:
    studio, buyer = studio_signed(), buyer_as()
    for number in range(3):
        clip_live(studio, title=f"Clip {number}", duration_ms=60_000)
    use_case = need(buyer)
    said = after(
        browser(buyer), "/market/quotes/new", {"use_case": use_case.public_id, "everything": "yes", "q": "clip"}
    )
    assert "3 clips" in said
    assert Quote.objects.get().lines.count() == 3


def test_what_does_not_fit_is_shown_with_its_reasons_on_request() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip_live(studio, title="Coast", duration_ms=60_000)
    use_case = need(buyer, term_months=60, retention="perpetual")
    client = browser(buyer)
    hidden = text_of(client, "/market", {"use_case": use_case.public_id})
    assert "No clip matches." in hidden
    assert "Accept a shorter term" in hidden
    assert "Changing “Term” and “After the term” together gains 1" in hidden
    shown = text_of(client, "/market", {"use_case": use_case.public_id, "all": "yes"})
    assert "Coast" in shown
    assert "you need: 60 months" in shown


def test_a_search_that_cannot_be_read_keeps_its_text() -> None:
    rules_loaded()
    buyer = buyer_as()
    need(buyer)
    answer = browser(buyer).get("/market", {"q": "colour:blue"})
    assert answer.status_code == 200
    assert 'value="colour:blue"' in answer.content.decode()
    assert "is not a filter" in answer.content.decode()


def test_a_use_case_that_is_refused_keeps_what_was_typed() -> None:
    buyer = buyer_as()
    answer = browser(buyer).post("/market/use-cases", {"name": "Mine", "preset": "text_to_video", "max_rate": "cheap"})
    assert answer.status_code == 422
    assert 'value="Mine"' in answer.content.decode()
    assert 'value="cheap"' in answer.content.decode()


def test_a_colleague_who_may_not_buy_is_told_who_may() -> None:
    studio, buyer = studio_signed(), buyer_as()
    quote = quote_of(buyer, [clip_live(studio, duration_ms=60_000)])
    viewer = actor_as(OrganisationKind.BUYER, Role.VIEWER, person_of(buyer).memberships.get().organisation)
    said = text_of(browser(viewer), f"/market/quotes/{quote.public_id}")
    assert "purchasing department" in said
    assert "Accept and order" not in said


@pytest.mark.timeout(120)
def test_an_order_shows_its_way_then_its_files_and_certificate() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_from(studio, rush(0), "rush.mp4")
    browser(studio).post(
        f"/studio/clips/{clip.public_id}/declare",
        DECLARED,
    )
    run_due()
    order = order_paid(buyer, [Clip.objects.get(pk=clip.pk)])
    client, path = browser(buyer), f"/market/orders/{order.public_id}/progress"
    assert 'hx-trigger="every 3s"' in client.get(path).content.decode()
    run_due()
    done = client.get(path).content.decode()
    assert "hx-trigger" not in done
    assert f"offcut download {order.datasets.get().public_id}" in done
    code = order.datasets.get().certificate.code
    assert "Genuine" in text_of(Client(), f"/verify/{code}")
    assert client.get(f"/market/orders/{order.public_id}/files/README.md")["Location"].startswith("/api/v1/files/")


def test_french_pages_have_no_english_navigation() -> None:
    studio = studio_signed()
    clip_live(studio, title="Côte", duration_ms=60_000)
    AssetFactory.create(organisation_id=studio.organisation_id, state="rejected", reason="damaged")
    english = re.compile(r"\b(My footage|Terms|Earnings|Sign out|Upload|Refused|What to do|licence|a minute|fps)\b")
    for path in ("/studio", "/studio/terms", "/studio/earnings", "/"):
        said = text_of(browser(studio, "fr"), path)
        assert not [word for word in english.findall(said) if word != "licence"], path


def test_a_file_asked_for_before_the_dataset_is_built_is_not_there_yet() -> None:
    buyer = buyer_as()
    order = order_paid(buyer, [clip_live(studio_signed())])
    answer = browser(buyer).get(f"/market/orders/{order.public_id}/files/README.md")
    assert answer.status_code == 409
    assert "The dataset is not built yet." in answer.content.decode()
