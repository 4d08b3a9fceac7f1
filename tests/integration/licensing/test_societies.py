"""The question about collecting societies: asked once, kept for ever, and nothing is sold against the answer."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from core.accounts.actions import Role
from core.accounts.models import User
from core.audit.models import AuditEvent
from core.jobs.runner import run_due
from licensing.domain.declaration import CmoStatus, Declared
from licensing.models import SocietyAnswer, TermsProfileVersion
from licensing.selectors.societies import societies_of
from licensing.services.declarations import clip_declare
from licensing.services.societies import societies_answer
from marketplace.catalog.services.listing import listings_create
from tests.factories.core import key_of
from tests.factories.licensing import creator
from tests.factories.marketplace import (
    SYSTEM,
    buyer_as,
    clip_live,
    clip_of,
    listing_of,
    quote_of,
    rules_loaded,
    studio_signed,
)

pytestmark = pytest.mark.django_db


def test_a_member_without_authorisation_sells_nothing_until_it_is_given() -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    societies_answer(actor=studio, societies=["SACD", "SCAM"])
    run_due(["marketplace.listings.refresh"])
    assert listing_of(clip).state == "needs_you"
    societies_answer(actor=studio, societies=["SACD", "SCAM"], authorisation="SACD-2026-4")
    run_due(["marketplace.listings.refresh"])
    assert listing_of(clip).state == "live"


def test_a_clip_that_was_not_asked_about_goes_by_the_studios_answer() -> None:
    studio = studio_signed()
    clip = clip_of(studio)
    clip_declare(actor=studio, clip_id=clip.pk, declared=Declared(cmo_status=CmoStatus.UNDECLARED))
    (listing,) = listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    assert listing.state == "needs_you"
    societies_answer(actor=studio, societies=["none"])
    run_due(["marketplace.listings.refresh"])
    assert listing_of(clip).state == "live"


def test_an_open_quote_cannot_take_what_the_answer_took_off_sale() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    quote_of(buyer, [clip])
    societies_answer(actor=studio, societies=["SACEM"])
    run_due(["marketplace.listings.refresh"])
    with pytest.raises(Exception, match=r"(?i)clip|offer|quote"):
        quote_of(buyer_as(), [clip])


def test_the_same_answer_again_writes_nothing_and_none_drops_a_reference() -> None:
    studio = creator()
    societies_answer(actor=studio, societies=["SCAM", "SACD"], authorisation=" X-1 ")
    count = AuditEvent.objects.count()
    again = societies_answer(actor=studio, societies=["SACD", "SCAM"], authorisation="X-1")
    assert (again.members, again.authorisation) == (("SACD", "SCAM"), "X-1")
    assert AuditEvent.objects.count() == count
    assert societies_answer(actor=studio, societies=["none"], authorisation="X-1").authorisation == ""
    assert studio.organisation_id is not None
    assert societies_of(studio.organisation_id).members == ("none",)
    assert SocietyAnswer.objects.count() == 2


def test_an_answer_is_never_changed_by_sql() -> None:
    studio = creator()
    societies_answer(actor=studio, societies=["none"])
    for change in (
        lambda: SocietyAnswer.objects.update(authorisation="forged"),
        lambda: SocietyAnswer.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_question_over_http(client: Client) -> None:
    studio = creator()
    headers = {"Authorization": f"Bearer {key_of(studio)}"}
    address = "/api/v1/collecting_societies"
    before = client.get(address, headers=headers).json()
    assert (before["standing"], before["sellable"], before["societies"]) == ("unanswered", False, [])
    assert before["what_follows"]["fr"].startswith("Rien n’est vendu")

    def put(body: dict[str, object]) -> tuple[int, dict[str, object]]:
        answer = client.put(address, body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    status, said = put({"societies": ["SACD"]})
    assert (status, said["standing"], said["sellable"]) == (200, "unauthorised", False)
    status, said = put({"societies": ["SACD"], "authorisation": "SACD-2026-4"})
    assert (status, said["standing"], said["sellable"]) == (200, "authorised", True)
    unknown: list[list[str]] = [[], ["none", "SACD"], ["GEMA"], ["undeclared"]]
    for societies in unknown:
        assert put({"societies": societies})[0] == 422, societies
    assert put({"societies": ["SACD"], "authorisation": "a; b"})[0] == 422
    assert client.get(address, headers=headers).json()["authorisation"] == "SACD-2026-4"


def test_only_those_who_write_terms_answer(client: Client) -> None:
    owner = creator()
    uploader = creator(role=Role.UPLOADER)
    headers = {"Authorization": f"Bearer {key_of(uploader)}"}
    refused = client.put(
        "/api/v1/collecting_societies", {"societies": ["none"]}, content_type="application/json", headers=headers
    )
    assert refused.status_code == 403
    assert SocietyAnswer.objects.count() == 0
    assert owner.organisation_id != uploader.organisation_id


def test_the_question_stands_on_the_pages_in_both_languages_and_the_answer_goes_into_the_terms(client: Client) -> None:
    rules_loaded()
    owner = creator()
    assert owner.user_id is not None
    assert owner.organisation_id is not None
    client.force_login(User.objects.get(pk=owner.user_id))
    assert "collecting society" in client.get("/studio/terms").content.decode()
    assert "Answer about collecting societies" in client.get("/studio").content.decode()
    refused = client.post("/studio/societies", {"authorisation": "X"}, follow=True)
    assert "Your answer:" not in refused.content.decode()
    client.post("/studio/societies", {"societies": ["SCAM"], "authorisation": "SCAM-26"})
    page = client.get("/studio/terms", headers={"Accept-Language": "fr"}).content.decode()
    assert "SCAM-26" in page
    client.post("/studio/terms/draft", {"preset": "careful", "name": "Mine"})
    version = TermsProfileVersion.objects.get(profile__organisation_id=owner.organisation_id)
    assert version.values["CMO_STATUS"] == {"societies": ["SCAM"], "authorisation": ["SCAM-26"]}
