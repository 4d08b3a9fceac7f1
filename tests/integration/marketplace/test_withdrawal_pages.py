"""Taking back, telling, attesting and claiming as people do it: on pages and over the API, in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from core.accounts.models import User
from core.accounts.policy import Actor
from core.jobs.runner import run_due
from licensing.domain.reasons import ReasonCode
from licensing.domain.shipped_reasons import SHIPPED_REASONS
from licensing.services.declarations import clip_declare
from marketplace.catalog.services.listing import listings_create
from marketplace.models import Attestation, Claim, Dataset, Licence, Notice
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from tests.endpoints import ATTESTATION
from tests.factories.core import actor_as, key_of
from tests.factories.delivery import clip_from, rush
from tests.factories.marketplace import (
    EXCLUSIVE,
    NOBODYS,
    SYSTEM,
    buyer_as,
    clip_live,
    listing_of,
    need,
    order_paid,
    quote_of,
    studio_signed,
)

pytestmark = pytest.mark.django_db
CLAIM = {
    "kind": "safety",
    "about": "A harbour at dawn",
    "name": "V. Passer-by",
    "email": "v@example.org",
    "statement": "A child of mine is shown.",
}


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def browser(actor: Actor | None, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    if actor is not None and actor.user_id is not None:
        client.force_login(User.objects.get(pk=actor.user_id))
    return client


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return " ".join(answer.content.decode().split())


def call(actor: Actor | None, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"Idempotency-Key": f"{method} {path} {json.dumps(body)}"[:200]}
    if actor is not None:
        headers["Authorization"] = f"Bearer {key_of(actor)}"
    data = "" if body is None else json.dumps(body)
    return Client().generic(method, f"/api/v1{path}", data, content_type="application/json", headers=headers)


def test_a_creator_sees_the_effect_first_and_every_holder_after() -> None:
    studio, buyer = studio_signed(EXCLUSIVE), buyer_as()
    clip = clip_live(studio)
    order_paid(buyer, [clip], need(buyer, exclusivity="ai_training"))
    client, path = browser(studio), f"/studio/clips/{clip.public_id}/withdraw"
    before = page(client, path)
    assert "A buyer paid to be alone with this clip." in before
    assert "No new training run begins" in before
    assert client.post(f"{path}/now", {}).status_code == 303
    assert listing_of(clip).state == "live"
    assert "Somebody paid to be alone" in page(client, path)
    assert client.post(f"{path}/now", {"despite_exclusive": "yes"}).status_code == 303
    after = page(client, path)
    assert "The clip is taken back." in after
    assert "Notice is running" in after
    assert Notice.objects.get().holder.name in after
    assert "Who was told" in page(client, f"/studio/clips/{clip.public_id}")


def test_a_buyer_reads_a_notice_and_attests_on_the_page() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    order_paid(buyer, [clip])
    clip_withdraw(actor=studio, clip_id=clip.pk)
    notice = Notice.objects.get()
    client, path = browser(buyer), f"/market/notices/{notice.public_id}"
    assert f"/market/notices/{notice.public_id}" in page(client, "/market/notices")
    assert "Every copy deleted by" in page(client, path)
    half = client.post(f"{path}/attest", {"name": "A. Officer", "done": ["stop_new_training"]})
    assert half.status_code == 422
    assert "The attestation leaves something open" in half.content.decode()
    assert 'value="A. Officer"' in half.content.decode()
    whole = {"name": "A. Officer", "done": ["stop_new_training"], "deleted": "yes", "method": "yes", "signatory": "yes"}
    assert client.post(f"{path}/attest", whole).status_code == 303
    assert "Deletion certificate" in page(client, path)
    assert Attestation.objects.get().notice_id == notice.pk
    assert "Attested" in page(browser(studio), f"/studio/clips/{clip.public_id}/withdraw")
    viewer = actor_as(organisation=notice.holder, role=Role.VIEWER)
    assert browser(viewer).post(f"{path}/attest", whole).status_code in {303, 422}
    assert Attestation.objects.count() == 1


def test_the_api_takes_back_tells_lists_changes_and_takes_the_attestation() -> None:
    studio, buyer, other = studio_signed(), buyer_as(), buyer_as()
    clip = clip_live(studio)
    order = order_paid(buyer, [clip])
    quote_of(other, [clip])
    effect = call(studio, "GET", f"/clips/{clip.public_id}/withdraw/effect").json()
    assert (effect["open_quotes"], len(effect["licences"]), effect["held_exclusively"]) == (1, 1, False)
    done = call(studio, "POST", f"/clips/{clip.public_id}/withdraw", {"reason": "I sold the boat."})
    assert done.status_code == 200, done.content
    answer = done.json()
    assert (answer["state"], answer["effect"]["open_quotes"]) == ("withdrawn", 1)
    assert answer["effect"]["licences"][0]["effects"] == ["stop_new_sales", "stop_new_training"]
    again = call(studio, "POST", f"/clips/{clip.public_id}/withdraw", {})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    (mine,) = call(studio, "GET", "/withdrawals").json()["data"]
    assert (mine["id"], mine["notices"][0]["state"]) == (answer["withdrawal_id"], "noticed")
    (notice,) = call(buyer, "GET", "/takedown_notices").json()["data"]
    assert (notice["clip_id"], notice["order_id"], notice["certificate"]) == (clip.public_id, order.public_id, None)
    said = {"name": "A", "role": notice["signatory"], "method": notice["method"], "done": notice["effects"]}
    wrong = call(buyer, "POST", f"/takedown_notices/{notice['id']}/attest", {**said, "hashes": ["a" * 64]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "attestation_incomplete")
    right = call(buyer, "POST", f"/takedown_notices/{notice['id']}/attest", {**said, "hashes": []})
    assert (right.status_code, right.json()["state"]) == (200, "attested")
    assert right.json()["certificate"].count(".") == 2
    assert call(other, "GET", f"/takedown_notices/{notice['id']}").status_code == 404


def test_anybody_may_claim_and_the_desk_decides_on_its_page() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    order_paid(buyer, [clip])
    visitor = browser(None)
    assert "You need no account." in page(visitor, "/takedown")
    assert visitor.post("/takedown", {**CLAIM, "email": "nobody"}).status_code == 422
    assert visitor.post("/takedown", {**CLAIM, "kind": "spite"}).status_code == 422
    sent = visitor.post("/takedown", {**CLAIM, "clip": clip.public_id})
    assert sent.status_code == 201
    ref = sent.content.decode().partition("/takedown/")[2].partition('"')[0]
    assert "Being looked at" in page(visitor, f"/takedown/{ref}")
    assert listing_of(clip).state == "in_review"
    desk = browser(actor_as(OrganisationKind.PLATFORM, Role.LEAD))
    assert "A child of mine is shown." in page(desk, "/desk/takedowns")
    claim = Claim.objects.get()
    decide = f"/desk/takedowns/{claim.public_id}/decide"
    desk.post(decide, {"decision": "uphold", "note": " "})
    assert Claim.objects.get().state == "open"
    desk.post(decide, {"decision": "uphold", "note": "The child is shown."})
    assert Claim.objects.get().state == "open", "nobody said what is wrong with the clip"
    desk.post(decide, {"decision": "uphold", "note": "The child is shown.", "reason": "P02"})
    assert listing_of(clip).state == "removed"
    assert Licence.objects.get().state == "terminated"
    told = page(visitor, f"/takedown/{ref}")
    assert "Upheld" in told
    assert "The child is shown." in told
    assert CLAIM["statement"] not in told
    assert CLAIM["email"] not in told


def test_an_auditor_reads_claims_and_decides_none() -> None:
    call(None, "POST", "/takedowns", CLAIM)
    auditor = browser(actor_as(OrganisationKind.PLATFORM, Role.AUDITOR))
    claim = Claim.objects.get()
    assert 'name="decision"' not in page(auditor, "/desk/takedowns")
    auditor.post(f"/desk/takedowns/{claim.public_id}/decide", {"decision": "reject", "note": "No."})
    assert Claim.objects.get().state == "open"


def test_a_stranger_files_so_many_claims_an_hour_and_no_more() -> None:
    statuses = [call(None, "POST", "/takedowns", {**CLAIM, "kind": "rights"}).status_code for _ in range(8)]
    assert statuses == [201] * 6 + [429, 429]
    assert browser(None).post("/takedown", CLAIM).status_code == 429
    assert Claim.objects.count() == 6
    assert {len(row.ref_sha256) for row in Claim.objects.all()} == {64}


def test_changes_of_a_dataset_are_told_since_a_moment_or_a_version(sold_dataset: tuple[Actor, str, Notice]) -> None:
    buyer, dataset, notice = sold_dataset
    path = f"/datasets/{dataset}/changes"
    (change,) = call(buyer, "GET", path).json()["data"]
    assert (change["kind"], change["notice_id"]) == ("taken_down", notice.public_id)
    for since, count in (("v1", 1), ("2020-01-01T00:00:00Z", 1), ("2999-01-01T00:00:00Z", 0), ("v7", 0)):
        assert len(call(buyer, "GET", f"{path}?since={since}").json()["data"]) == count, since
    assert call(buyer, "GET", f"{path}?since=yesterday").status_code == 422
    assert call(buyer_as(), "GET", path).status_code == 404


@pytest.fixture
def sold_dataset() -> tuple[Actor, str, Notice]:
    """A dataset whose clip was taken back after it was ready."""
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_from(studio, rush(0), "rush.mp4")
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    order = order_paid(buyer, [clip])
    run_due()
    clip_withdraw(actor=studio, clip_id=clip.pk)
    return buyer, Dataset.objects.get(order=order).public_id, Notice.objects.get()


@pytest.mark.parametrize("path", ["/takedown", "/market/notices"])
def test_pages_answer_in_french(path: str) -> None:
    assert 'lang="fr"' in page(browser(buyer_as(), "fr"), path)


def test_a_holder_who_was_only_informed_is_told_again_and_the_creator_reads_what_is_wrong() -> None:
    studio, buyer = studio_signed({"WITHDRAWAL": {"effects": ["stop_new_sales"]}}), buyer_as()
    clip = clip_live(studio)
    order_paid(buyer, [clip], need(buyer))
    clip_withdraw(actor=studio, clip_id=clip.pk)
    earlier = f"/market/notices/{Notice.objects.get().public_id}"
    assert "Your licence goes on as it was." in page(browser(buyer), earlier)
    call(None, "POST", "/takedowns", {**CLAIM, "kind": "rights", "clip_id": clip.public_id})
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    decide = f"/desk/takedowns/{Claim.objects.get().public_id}/decide"
    browser(desk).post(decide, {"decision": "uphold", "note": "It is theirs.", "reason": "R01"})
    further = f"/market/notices/{Notice.objects.get(supersedes__isnull=False).public_id}"
    after = page(browser(buyer), earlier)
    assert further in after
    assert "goes on as it was" not in after
    assert "Sign the attestation" not in after
    now = page(browser(buyer), further)
    assert earlier in now
    assert "Sign the attestation" in now
    assert "suppressed" in now
    gone = page(browser(studio), f"/studio/clips/{clip.public_id}/withdraw")
    assert "A claim of a third party was upheld." in gone
    assert "Its creator took it back." in gone
    assert SHIPPED_REASONS[ReasonCode.THIRD_PARTY_WORK][-1].words.en in gone
    assert "For your information" not in gone
    (listed,) = call(buyer, "GET", "/takedown_notices?limit=1").json()["data"]
    assert (listed["state"], listed["supersedes_id"], listed["superseded_by_id"]) == (
        "in_effect",
        earlier.rpartition("/")[2],
        None,
    )
    refused = call(buyer, "POST", f"/takedown_notices/{listed['supersedes_id']}/attest", ATTESTATION)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_attest")
    assert refused.json()["superseded_by"] == listed["id"]
