"""Estimates over HTTP: public, explained, exact; one's own file with a key; refusals as problems."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core.accounts.actions import OrganisationKind, Scope
from core.accounts.policy import Actor
from core.ids import Prefix, public_id
from licensing.domain.declaration import Declared
from licensing.domain.facts import Genre, Tech
from licensing.services.declarations import clip_declare
from licensing.services.rates import ratecard_load
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset
from tests.factories.core import actor_as, key_of
from tests.factories.priced import ready_clip, studio

pytestmark = pytest.mark.django_db

ISSUE = {
    "duration_ms": 2_400_000,
    "width": 3840,
    "height": 2160,
    "frame_rate": "25/1",
    "genre": "drone",
    "tech": [],
    "published": False,
    "release": "none_needed",
    "scope": "generative",
    "exclusivity": "none",
    "term_months": 24,
}


@pytest.fixture(autouse=True)
def rate_card(db: None) -> None:
    cache.clear()
    ratecard_load()


def asked(client: Client, body: object, actor: Actor | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key_of(actor)}"} if actor else {}
    return client.post("/api/v1/estimates", body, content_type="application/json", headers=headers)


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


def test_anybody_learns_what_forty_minutes_of_4k_from_a_drone_earn(client: Client) -> None:
    answer = asked(client, ISSUE)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {
        "rate_per_minute",
        "earns",
        "up_to",
        "resolution_class",
        "steps",
        "raise",
        "guard",
        "rate_card",
    }
    assert body["rate_per_minute"] == {"amount": "2.80", "currency": "USD"}
    assert body["earns"] == {"amount": "112.00", "currency": "USD"}
    assert body["up_to"] == {"amount": "160.00", "currency": "USD"}
    assert (body["resolution_class"], body["guard"], body["rate_card"]) == ("2160p", None, "2026-11")
    assert all(set(step) == {"label", "factor", "adds", "because"} for step in body["steps"])
    assert sum(Decimal(step["adds"]) for step in body["steps"]) == Decimal("2.80")
    assert body["raise"][0] == {
        "action": "Offer AI training exclusively to one buyer",
        "rate_per_minute": {"amount": "4.00", "currency": "USD"},
        "adds": "1.20",
    }


def test_only_the_measured_facts_are_needed(client: Client) -> None:
    answer = asked(client, {"duration_ms": 60_000, "width": 1080, "height": 1920, "frame_rate": "30000/1001"})
    assert answer.json()["rate_per_minute"]["amount"] == "1.00"
    assert answer.json()["resolution_class"] == "1080p"


def test_a_price_above_the_ceiling_waits_for_an_admin(client: Client) -> None:
    body = asked(client, ISSUE | {"exclusivity": "ai_training"}).json()
    assert body["guard"] == {"computed": "4.20", "needs": "admin_approval"}
    assert body["rate_per_minute"]["amount"] == "4.00"
    assert body["raise"] == []


def test_a_price_above_the_hard_maximum_is_refused_with_a_problem(client: Client) -> None:
    answer = asked(client, ISSUE | {"exclusivity": "buyout", "term_months": 60})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["computed"]) == ("above_hard_maximum", "9.80")


@pytest.mark.parametrize(
    ("change", "code", "places"),
    [
        ({"genre": "opera"}, "unknown_kind", ["/genre"]),
        ({"genre": "opera", "tech": ["x"]}, "unknown_kind", ["/genre", "/tech/0"]),
        ({"term_months": 18}, "unknown_kind", ["/term_months"]),
        ({"scope": "all", "duration_ms": 0}, "unknown_kind", ["/scope", "/duration_ms"]),
        ({"duration_ms": 0}, "facts_invalid", ["/duration_ms"]),
        ({"frame_rate": "fast"}, "facts_invalid", ["/frame_rate"]),
        ({"floor": "free"}, "facts_invalid", ["/floor"]),
        ({"width": "wide"}, "invalid", ["/width"]),
        ({"gener": "drone"}, "invalid", ["/gener"]),
        ({"asset": "clp_nothing"}, "invalid", ["/asset"]),
    ],
)
def test_a_wrong_fact_is_named_with_its_place(
    client: Client, change: dict[str, object], code: str, places: list[str]
) -> None:
    answer = asked(client, ISSUE | change)
    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert pointers(answer) == places


def test_missing_facts_are_all_named(client: Client) -> None:
    answer = asked(client, {"genre": "drone"})
    assert answer.status_code == 422
    assert pointers(answer) == ["/duration_ms", "/width", "/height", "/frame_rate"]


def test_what_is_not_json_is_refused(client: Client) -> None:
    answer = client.post("/api/v1/estimates", "{", content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_ones_own_file_is_priced_from_what_was_measured_and_declared(client: Client) -> None:
    actor, organisation = studio()
    clip = ready_clip(organisation)
    clip_declare(actor=actor, clip_id=clip.id, declared=Declared(genre=Genre.DRONE, tech=frozenset({Tech.TELEMETRY})))
    answer = asked(client, {"asset": clip.asset.public_id}, actor)
    assert answer.status_code == 200
    assert answer.json()["rate_per_minute"]["amount"] == "3.36"
    changed = asked(client, {"asset": clip.asset.public_id, "tech": [], "term_months": 36}, actor)
    assert changed.json()["rate_per_minute"]["amount"] == "3.36"
    assert changed.json()["earns"]["amount"] == "134.40"


def test_measured_facts_cannot_be_talked_up(client: Client) -> None:
    actor, organisation = studio()
    clip = ready_clip(organisation, width=1920, height=1080)
    answer = asked(client, {"asset": clip.asset.public_id, "width": 7680, "height": 4320}, actor)
    assert answer.json()["resolution_class"] == "1080p"


def test_a_file_is_priced_for_its_owner_only(client: Client) -> None:
    _, organisation = studio()
    asset = ready_clip(organisation).asset
    anonymous = asked(client, {"asset": asset.public_id})
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "auth_required")
    other = asked(client, {"asset": asset.public_id}, actor_as(OrganisationKind.STUDIO))
    assert (other.status_code, other.json()["code"]) == (404, "not_found")
    buyer = asked(client, {"asset": asset.public_id}, actor_as(OrganisationKind.BUYER))
    assert (buyer.status_code, buyer.json()["code"]) == (403, "role_missing")
    nothing = asked(client, {"asset": public_id(Prefix.ASSET, organisation.id)}, actor_as(OrganisationKind.STUDIO))
    assert nothing.status_code == 404


def test_a_file_is_priced_once_it_was_read(client: Client) -> None:
    actor, organisation = studio()
    asset = Asset.objects.create(
        organisation=organisation, original_name="a.mov", sha256="0" * 64, size_bytes=1, storage_key="x"
    )
    assert asset.state == AssetState.RECEIVED
    answer = asked(client, {"asset": asset.public_id}, actor)
    assert (answer.status_code, answer.json()["code"]) == (409, "asset_not_ready")


def test_somebody_who_asks_too_often_has_to_wait(client: Client) -> None:
    answers = [asked(client, ISSUE).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    answer = asked(client, ISSUE)
    assert answer.json()["code"] == "rate_limited"
    assert int(answer["Retry-After"]) >= 1


def test_the_rate_card_is_public_and_checkable(client: Client) -> None:
    answer = client.get("/api/v1/rate_cards/current")
    assert answer.status_code == 200
    assert answer.json()["version"] == "2026-11"
    assert answer.json()["card"]["base"]["2160p"] == "2.00"
    assert len(answer.json()["sha256"]) == 64


def declare(client: Client, clip_id: str, body: object, key: str) -> Any:
    return client.put(
        f"/api/v1/clips/{clip_id}/declaration",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )


def test_a_creator_declares_a_clip_and_learns_what_is_still_in_the_way_of_a_sale(client: Client) -> None:
    actor, organisation = studio()
    clip, key = ready_clip(organisation), key_of(actor)
    assumed = client.get(f"/api/v1/clips/{clip.public_id}/declaration", headers={"Authorization": f"Bearer {key}"})
    assert (assumed.json()["genre"], assumed.json()["sellable"]) == ("generic", False)
    said = declare(client, clip.public_id, {"genre": "drone", "tech": ["telemetry"], "cmo_status": "SACD"}, key)
    assert said.status_code == 200
    assert [obstacle["code"] for obstacle in said.json()["obstacles"]] == ["cmo_authorisation_missing"]
    free = declare(client, clip.public_id, {"genre": "drone", "tech": ["telemetry"], "cmo_status": "none"}, key)
    assert (free.json()["sellable"], free.json()["obstacles"]) == (True, [])


@pytest.mark.parametrize(
    ("body", "code", "place"),
    [
        ({"people": "released", "release": "none_needed"}, "declaration_invalid", "/release"),
        ({"minors": True}, "declaration_invalid", "/minors"),
        ({"genre": "opera"}, "invalid", "/genre"),
        ({"cmo": "none"}, "invalid", "/cmo"),
    ],
)
def test_a_contradicting_declaration_is_refused(client: Client, body: object, code: str, place: str) -> None:
    actor, organisation = studio()
    answer = declare(client, ready_clip(organisation).public_id, body, key_of(actor))
    assert (answer.status_code, answer.json()["code"], pointers(answer)) == (422, code, [place])


def test_nobody_else_declares_a_clip(client: Client) -> None:
    actor, organisation = studio()
    clip = ready_clip(organisation)
    anonymous = client.put(f"/api/v1/clips/{clip.public_id}/declaration", {}, content_type="application/json")
    assert anonymous.status_code == 401
    assert declare(client, clip.public_id, {}, key_of(actor_as(OrganisationKind.STUDIO))).status_code == 404
    assert declare(client, clip.public_id, {}, key_of(actor_as(OrganisationKind.BUYER))).status_code == 403
    readonly = key_of(actor, frozenset({Scope.LIBRARY_READ}))
    assert declare(client, clip.public_id, {"genre": "drone"}, readonly).json()["code"] == "scope_missing"
    seen = client.get(f"/api/v1/clips/{clip.public_id}/declaration", headers={"Authorization": f"Bearer {readonly}"})
    assert seen.json()["genre"] == "generic"
