"""The page behind a signing link: plain, neutral, once; and what hostile visitors get out of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.accounts.models import User
from core.accounts.policy import Actor
from licensing.domain.consent import NodeKind
from licensing.domain.wording import Language
from licensing.models import ConsentNode, Release, ReleaseSignature
from marketplace.transparency.adapters.jws import CertificateError, verify
from marketplace.transparency.services.keys import public_keys
from marketplace.web.views import people
from tests.factories.consent import ADA, release_sent, shown_on
from tests.factories.licensing import creator
from tests.factories.marketplace import clip_of

pytestmark = pytest.mark.django_db

YES = {"answer": "sign", "name": "Ada Nord", "ai_training": "yes", "ai_generative": "yes"}


@pytest.fixture(autouse=True)
def _counted_anew() -> None:
    """Each test begins with no visits counted."""
    cache.clear()


def as_studio(actor: Actor) -> Client:
    """A browser of somebody of a studio."""
    client = Client()
    assert actor.user_id is not None
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def test_nothing_is_chosen_beforehand_and_the_page_tells_nobody_its_address() -> None:
    studio = creator()
    _, token = release_sent(studio, clip_of(studio))
    page = Client().get(f"/release/{token}")
    body = page.content.decode()
    assert page.status_code == 200
    assert "checked" not in body
    assert "May these recordings be used to train AI?" in body
    assert page["Cache-Control"] == "no-store, private"
    assert page["Referrer-Policy"] == "strict-origin"
    assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert page["X-Frame-Options"] == "DENY"
    assert not re.findall(r'(?:src|href|action)="https?:', body), "nothing of others is loaded"


def test_the_page_opens_in_the_language_it_was_sent_in_until_the_reader_chooses() -> None:
    studio = creator()
    _, token = release_sent(studio, asked=replace(ADA, language=Language.FR))
    visitor = Client()
    assert '<html lang="fr">' in visitor.get(f"/release/{token}").content.decode()
    visitor.post("/language", {"language": "en", "next": "/"})
    assert '<html lang="en">' in visitor.get(f"/release/{token}").content.decode()
    visitor.post("/language", {"language": "fr", "next": "/"})
    visitor.post(f"/release/{token}", YES)
    signature = ReleaseSignature.objects.get()
    assert (signature.language, "Oui, y compris" in signature.text) == ("fr", True)


def test_a_signature_leads_to_a_receipt_that_anybody_can_check_and_the_link_is_spent() -> None:
    studio = creator()
    _, token = release_sent(studio, clip_of(studio))
    visitor = Client()
    answer = visitor.post(f"/release/{token}", YES)
    assert answer.status_code == 303
    kept = answer["Location"]
    assert "Ada Nord" in visitor.get(kept).content.decode()
    for again in (visitor.get(f"/release/{token}"), visitor.post(f"/release/{token}", YES)):
        assert again.status_code == 410
    receipt = visitor.get(f"{kept}/receipt")
    assert receipt["Cache-Control"] == "no-store, private"
    said = json.loads(receipt.content)
    signature = ReleaseSignature.objects.get()
    assert said["text_sha256"] == hashlib.sha256(said["text"].encode()).hexdigest() == signature.text_sha256
    header, payload, _ = said["jws"].split(".")
    inside = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert {name: value for name, value in said.items() if name != "jws"}.items() <= inside.items()
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["typ"] == "offcut-release-receipt+jwt"
    with pytest.raises(CertificateError, match="another algorithm or type"):
        verify(said["jws"], public_keys())


def test_the_signer_takes_it_back_by_their_own_link() -> None:
    studio = creator()
    _, token = release_sent(studio, clip_of(studio))
    visitor = Client()
    kept = visitor.post(f"/release/{token}", YES)["Location"]
    assert visitor.get(f"{kept}/take-back").status_code == 405
    assert visitor.post(f"{kept}/take-back")["Location"] == kept
    assert "This permission was taken back." in visitor.get(kept).content.decode()
    assert Release.objects.get().state == "revoked"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "AI training has to be answered"),
        ({"name": "Ada"}, "AI training has to be answered"),
        ({"name": "Ada", "ai_training": "yes"}, "AI training has to be answered"),
        ({"name": "Ada", "ai_training": "YES", "ai_generative": "yes"}, "AI training has to be answered"),
        ({"name": "   ", "ai_training": "no"}, "This release cannot be stored"),
        ({"name": "A" * 500, "ai_training": "no"}, "This release cannot be stored"),
        ({"name": "\x00", "ai_training": "no"}, "This release cannot be stored"),
    ],
)
def test_a_form_that_leaves_something_open_signs_nothing_and_keeps_what_was_typed(
    form: dict[str, str], code: str
) -> None:
    studio = creator()
    _, token = release_sent(studio)
    page = Client().post(f"/release/{token}", {"answer": "sign", **form})
    assert page.status_code == 422
    assert code in page.content.decode()
    assert ReleaseSignature.objects.count() == 0
    assert Client().get(f"/release/{token}").status_code == 200, "the link is not spent"


def test_markup_in_names_is_shown_as_text() -> None:
    studio = creator()
    bad = '<script>alert("1")</script>'
    _, token = release_sent(studio, clip_of(studio), asked=replace(ADA, subject=bad, occasion=bad))
    visitor = Client()
    page = visitor.get(f"/release/{token}").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    kept = visitor.post(f"/release/{token}", {**YES, "name": bad})["Location"]
    assert "<script>alert" not in visitor.get(kept).content.decode()
    studio_page = as_studio(studio)
    shown_on(studio, clip_of(studio), label=bad)
    for path in ("/studio/people", f"/studio/releases/{Release.objects.get().public_id}"):
        assert "<script>alert" not in studio_page.get(path).content.decode()


def test_a_form_from_elsewhere_signs_nothing() -> None:
    studio = creator()
    _, token = release_sent(studio)
    visitor = Client(enforce_csrf_checks=True)
    visitor.get(f"/release/{token}")
    assert visitor.post(f"/release/{token}", YES).status_code == 403
    own = visitor.cookies["csrftoken"].value
    elsewhere = visitor.post(
        f"/release/{token}", {**YES, "csrfmiddlewaretoken": own}, headers={"Origin": "https://elsewhere.example"}
    )
    assert elsewhere.status_code == 403
    assert ReleaseSignature.objects.count() == 0


def test_guessing_is_slowed_down() -> None:
    visitor = Client()
    answers = [visitor.get(f"/release/guess{number}").status_code for number in range(32)]
    assert answers[:30] == [410] * 30
    assert answers[30:] == [429, 429]


def test_a_guardian_signs_for_a_child() -> None:
    studio = creator()
    _, token = release_sent(studio, asked=replace(ADA, kind=NodeKind.MINOR, subject="Kim"))
    visitor = Client()
    assert "Name of the child" in visitor.get(f"/release/{token}").content.decode()
    assert visitor.post(f"/release/{token}", YES).status_code == 422
    visitor.post(f"/release/{token}", {**YES, "minor_name": "Kim Nord", "guardian_relation": "mother"})
    assert ReleaseSignature.objects.get().minor_name == "Kim Nord"


def test_saying_no_needs_no_answers_and_spends_the_link() -> None:
    studio = creator()
    release, token = release_sent(studio)
    page = Client().post(f"/release/{token}", {"answer": "refuse"})
    assert (page.status_code, "You did not agree" in page.content.decode()) == (200, True)
    release.refresh_from_db()
    assert release.state == "refused"
    assert Client().get(f"/release/{token}").status_code == 410


def test_a_studio_lists_asks_and_shows_the_link_once() -> None:
    studio = creator()
    clip, client = clip_of(studio), as_studio(studio)
    client.post(f"/studio/clips/{clip.public_id}/people", {"kind": "person", "label": "woman in red"})
    node = ConsentNode.objects.get()
    page = client.post(
        f"/studio/people/{node.public_id}/ask",
        {"subject": "Ada Nord", "occasion": "Lyon", "language": "fr", "shows_pictures": "yes"},
    )
    assert "no-store" in page["Cache-Control"]
    (token,) = re.findall(r"/release/([\w-]{43})", page.content.decode())
    assert Client().get(f"/release/{token}").status_code == 200
    release = Release.objects.get()
    assert token not in client.get(f"/studio/releases/{release.public_id}").content.decode()
    listed = client.get("/studio/people").content.decode()
    assert "The release is not signed yet." in listed
    clip_page = client.get(f"/studio/clips/{clip.public_id}").content.decode()
    assert "The release is not signed yet." in clip_page
    assert as_studio(creator()).get(f"/studio/releases/{release.public_id}").status_code == 404


def test_a_paper_release_is_recorded_with_its_fingerprint() -> None:
    studio = creator()
    clip, client = clip_of(studio), as_studio(studio)
    node = shown_on(studio, clip)
    form = {"subject": "Ada Nord", "name": "Ada Nord", "signed_on": "2026-05-02"}
    path = f"/studio/people/{node.public_id}/paper"
    client.post(path, {**form, "scan": SimpleUploadedFile("ada.pdf", b"scan")})
    assert Release.objects.count() == 0, "AI training was not answered"
    client.post(path, {**form, "ai_training": "generative"})
    assert Release.objects.count() == 0, "there is no scan"
    client.post(path, {**form, "ai_training": "generative", "scan": SimpleUploadedFile("ada.pdf", b"scan")})
    release = Release.objects.get()
    assert (release.paper_sha256, release.ai) == (hashlib.sha256(b"scan").hexdigest(), "generative")
    assert "every AI use" in client.get(f"/studio/clips/{clip.public_id}").content.decode()


def test_the_list_of_people_goes_on_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "SHOWN", 2)
    studio = creator()
    clip, client = clip_of(studio), as_studio(studio)
    for number in range(5):
        shown_on(studio, clip, label=f"guest {number}")
    seen, address = [], f"/studio/people?clip={clip.public_id}"
    while address:
        body = client.get(address).content.decode()
        seen += re.findall(r"<h2>(guest \d)</h2>", body)
        (address,) = re.findall(r'class="pages"><a class="btn" href="([^"]+)"', body) or [""]
        address = address.replace("&amp;", "&")
    assert seen == [f"guest {number}" for number in (4, 3, 2, 1, 0)]
