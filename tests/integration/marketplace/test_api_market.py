"""The buyer's and the creator's side of the market over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.ids import Prefix, public_id
from licensing.domain.declaration import CmoStatus, Declared
from licensing.domain.facts import Genre
from marketplace.orders.services.fulfilling import order_mark_delivered
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from tests.factories.core import actor_as, key_of
from tests.factories.marketplace import SYSTEM, buyer_as, clip_live, clip_of, need, order_delivered, studio_signed

pytestmark = pytest.mark.django_db

DRONE = Declared(genre=Genre.DRONE, cmo_status=CmoStatus.NONE)
UHD = {"width": 3840, "height": 2160, "duration_ms": 2_400_000}


class Api:
    """Calls as one actor, JSON in and out."""

    def __init__(self, actor: Actor) -> None:
        self._headers = {"Authorization": f"Bearer {key_of(actor)}"}
        self._client = Client()

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        answer = self._client.get(f"/api/v1/{path}", query, headers=self._headers)
        return answer.status_code, answer.json()

    def post(self, path: str, body: object, key: str | None = None) -> tuple[int, Any]:
        headers = {**self._headers, "Idempotency-Key": key or str(uuid.uuid4())}
        answer = self._client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()


def test_the_whole_story_over_http() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio, title="Cliffs at dawn", declared=DRONE, **UHD)
    clip_live(studio, title="Kitchen", duration_ms=60_000)
    use_case = need(buyer)
    api = Api(buyer)
    status, found = api.post("search", {"query": "cliffs class:2160p", "use_case_id": use_case.public_id})
    assert (status, found["clips"], found["duration_ms"], found["has_more"]) == (200, 1, 2_400_000, False)
    (hit,) = found["data"]
    assert (hit["id"], hit["title"], hit["verdict"]) == (clip.public_id, "Cliffs at dawn", "fits")
    assert hit["rate_per_minute"] == {"amount": "2.80", "currency": "USD"}
    assert hit["buyer_pays_per_minute"] == {"amount": "3.36", "currency": "USD"}
    assert hit["amount"] == {"amount": "112.00", "currency": "USD"}
    assert "original_name" not in str(found)
    key = "quote-1"
    body = {"use_case_id": use_case.public_id, "clip_ids": [clip.public_id]}
    status, quote = api.post("quotes", body, key)
    assert status == 201, quote
    assert (quote["state"], quote["clips"], quote["total"]["amount"]) == ("open", 1, "134.40")
    assert api.post("quotes", body, key) == (201, quote)
    assert api.get(f"quotes/{quote['id']}") == (200, quote)
    status, items = api.get(f"quotes/{quote['id']}/items")
    assert (status, items["data"][0]["clip_id"], items["data"][0]["amount"]["amount"]) == (
        200,
        clip.public_id,
        "112.00",
    )
    codes = [condition["code"] for condition in quote["conditions"]]
    status, order = api.post(f"quotes/{quote['id']}/accept", {"conditions": codes})
    assert (status, order["state"], order["quote_id"], order["dataset_id"]) == (
        201,
        "awaiting_payment",
        quote["id"],
        None,
    )
    status, declined = api.post(f"orders/{order['id']}/pay", {"token": "tok_decline"})
    assert (status, declined["code"], declined["reason"]) == (402, "payment_failed", "card_declined")
    status, paid = api.post(f"orders/{order['id']}/pay", {})
    assert (status, paid["state"], [one["state"] for one in paid["payments"]]) == (
        200,
        "building",
        ["declined", "captured"],
    )
    status, licences = api.get("licences")
    assert (status, licences["data"][0]["clip_id"], licences["data"][0]["state"]) == (200, clip.public_id, "active")
    assert api.get(f"licences/{licences['data'][0]['id']}") == (200, licences["data"][0])
    status, quotes = api.get("quotes")
    assert (quotes["data"][0]["state"], quotes["data"][0]["order_id"]) == ("accepted", order["id"])
    assert [one["id"] for one in api.get("orders")[1]["data"]] == [order["id"]]


def test_a_creator_can_recompute_every_line() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio, declared=DRONE, width=3840, height=2160, duration_ms=2_180_500)
    order = order_delivered(buyer, [clip])
    status, earnings = Api(studio).get("earnings")
    assert status == 200
    (line,) = earnings["data"]
    assert (line["seconds"], line["rate_per_minute"]["amount"], line["amount"]["amount"]) == (
        "2180.500",
        "2.80",
        "101.76",
    )
    assert (line["state"], line["clip_id"], line["order_id"]) == ("held", clip.public_id, order.public_id)
    assert line["agreement_sha256"]
    assert line["terms_version"] >= 1
    assert line["steps"][0]["label"] == "Base rate"
    assert earnings["held"] == {"amount": "101.76", "currency": "USD"}
    status, ledger = Api(studio).get("ledger")
    assert [(one["direction"], one["amount"]["amount"]) for one in ledger["data"]] == [("in", "101.76")]
    other = Api(actor_as(OrganisationKind.STUDIO))
    assert other.get("earnings")[1]["data"] == []
    assert other.get("ledger")[1]["data"] == []


def test_money_is_expected_until_delivery() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio, declared=DRONE, **UHD)
    api = Api(buyer)
    _, quote = api.post("quotes", {"use_case_id": need(buyer).public_id})
    assert quote["clips"] == 1
    codes = [condition["code"] for condition in quote["conditions"]]
    _, order = api.post(f"quotes/{quote['id']}/accept", {"conditions": codes})
    api.post(f"orders/{order['id']}/pay", {})
    _, before = Api(studio).get("earnings")
    assert (before["expected"]["amount"], before["held"]["amount"]) == ("112.00", "0.00")
    assert before["data"][0]["state"] == "expected"
    order_mark_delivered(actor=SYSTEM, order_id=clip.licences.get().order_id)
    _, after = Api(studio).get("earnings")
    assert (after["expected"]["amount"], after["held"]["amount"]) == ("0.00", "112.00")


def test_search_filters_pages_and_counts() -> None:
    studio, buyer = studio_signed(), buyer_as()
    upright = clip_live(studio, title="Été à Nice", width=1080, height=1920, tags=["plage"], duration_ms=5_000)
    slow = clip_live(studio, title="Slow motion", frame_rate_num=120_000, frame_rate_den=1001, has_audio=False)
    big = clip_live(studio, title="Coast", declared=DRONE, **UHD)
    clip_of(studio, title="Not live")
    api = Api(buyer)

    def ids(**body: Any) -> set[str]:
        status, found = api.post("search", body)
        assert status == 200, found
        return {one["id"] for one in found["data"]}

    everything = {clip.public_id for clip in (upright, slow, big)}
    assert ids() == everything
    assert ids(query="orientation:vertical") == {upright.public_id}
    assert ids(query="été") == {upright.public_id}
    assert ids(query="PLAGE") == {upright.public_id}
    assert ids(query="fps:>=119") == {slow.public_id}
    assert ids(query="fps:>=119.89") == set()
    assert ids(query="audio:no") == {slow.public_id}
    assert ids(genre=["drone"]) == {big.public_id}
    assert ids(resolution_class=["1080p"]) == {upright.public_id, slow.public_id}
    assert ids(query="duration:<=5s") == {upright.public_id}
    assert ids(query="nothing like it") == set()
    status, first = api.get("search", limit=2)
    assert (status, first["clips"], len(first["data"]), first["has_more"]) == (200, 3, 2, True)
    _, second = api.get("search", limit=2, cursor=first["next_cursor"])
    assert {one["id"] for one in [*first["data"], *second["data"]]} == everything
    classes = {one["value"]: one["clips"] for one in first["facets"]["resolution_class"]}
    assert classes == {"1080p": 2, "2160p": 1}
    status, problem = api.get("search", query="coast fps:fast")
    assert (status, problem["code"], problem["column"]) == (422, "query_syntax", 11)


def test_the_four_answers_and_why() -> None:
    buyer = buyer_as()
    fits = clip_live(studio_signed())
    short = clip_live(studio_signed({"TERM": {"training_access_months": 12}}), duration_ms=120_000)
    silent = clip_live(studio_signed(), has_audio=False, duration_ms=60_000)
    use_case = need(buyer, modalities=["video", "audio"])
    api = Api(buyer)
    _, found = api.post("search", {"use_case_id": use_case.public_id})
    verdicts = {one["id"]: one["verdict"] for one in found["data"]}
    assert verdicts == {fits.public_id: "fits", short.public_id: "ask", silent.public_id: "does_not_fit"}
    reasons = {one["id"]: one["reasons"] for one in found["data"]}
    assert reasons[short.public_id] == ["Term: you need: 24 months; the terms allow: 12 months"]
    _, only = api.post("search", {"use_case_id": use_case.public_id, "verdict": ["fits"]})
    assert [one["id"] for one in only["data"]] == [fits.public_id]
    status, why = api.post("search/explain", {"use_case_id": use_case.public_id})
    assert (status, why["total_ms"], why["eligible_ms"]) == (200, 220_000, 40_000)
    assert [(one["code"], one["only_obstacle_ms"]) for one in why["obstacles"]] == [
        ("term", 120_000),
        ("modalities", 60_000),
    ]
    _, conditional = api.post("search", {"use_case_id": need(buyer, name="Cautious", accepts=[]).public_id})
    hit = next(one for one in conditional["data"] if one["id"] == fits.public_id)
    assert hit["verdict"] == "fits_if"
    assert {"code", "title", "text", "clause_version", "values", "clips"} == hit["conditions"][0].keys()


def test_a_clip_page_shows_steps_and_a_withdrawn_one_is_gone() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio, declared=DRONE, **UHD)
    api = Api(buyer)
    status, shown = api.get(f"catalog/clips/{clip.public_id}", use_case_id=need(buyer).public_id)
    assert (status, shown["verdict"], shown["amount"]["amount"]) == (200, "fits", "112.00")
    assert [step["label"] for step in shown["steps"]][:2] == ["Base rate", "Genre"]
    clip_withdraw(actor=studio, clip_id=clip.pk)
    status, gone = api.get(f"catalog/clips/{clip.public_id}")
    assert (status, gone["code"]) == (410, "withdrawn")
    status, never = api.get(f"catalog/clips/{clip_of(studio).public_id}")
    assert (status, never["code"]) == (404, "not_found")


def test_nobody_reads_another_buyers_papers() -> None:
    studio, buyer = studio_signed(), buyer_as()
    order = order_delivered(buyer, [clip_live(studio)])
    licence = order.licences.get()
    paths = [
        f"quotes/{order.quote.public_id}",
        f"quotes/{order.quote.public_id}/items",
        f"orders/{order.public_id}",
        f"licences/{licence.public_id}",
    ]
    stranger = Api(buyer_as())
    for path in paths:
        assert stranger.get(path)[0] == 404, path
        assert Api(studio).get(path)[0] == 403, path
    for path in ("quotes", "orders", "licences"):
        assert stranger.get(path)[1]["data"] == []
    assert stranger.post(f"orders/{order.public_id}/pay", {})[0] == 404
    assert stranger.post(f"quotes/{order.quote.public_id}/accept", {"conditions": []})[0] == 404
    viewer = Api(actor_as(OrganisationKind.BUYER, Role.VIEWER, organisation=order.organisation))
    assert viewer.get(paths[0])[0] == 200
    assert viewer.post(f"orders/{order.public_id}/pay", {})[0] == 403
    other_use = need(buyer_as())
    status, problem = Api(buyer).post("search", {"use_case_id": other_use.public_id})
    assert (status, problem["code"]) == (404, "not_found")
    wrong = public_id(Prefix.ORDER, order.quote_id)
    assert Api(buyer).get(f"quotes/{wrong}")[0] == 404
