"""Previewing terms over HTTP: prices, reach from what buyers ask for, contradictions named, nothing stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from licensing.models import TermsProfileVersion
from licensing.services.approvals import use_case_decide, use_case_request_approval
from tests.factories.core import key_of
from tests.factories.world import World, world_made

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(made_once: Callable[[Callable[[], World]], World]) -> World:
    return made_once(world_made)


def previewed(actor: Actor, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = Client().post(
        "/api/v1/terms_profiles/preview",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key_of(actor)}"},
    )
    shown: dict[str, Any] = answer.json()
    return answer.status_code, shown


def approved(world: World) -> None:
    """One use case of the world, approved by the buyer's legal people."""
    key = parse_public_id(Prefix.USE_CASE, world.ids["use_case_id"])
    use_case_request_approval(actor=world.buyer, use_case_id=key)
    legal = world.colleague(OrganisationKind.BUYER, Role.LEGAL)
    use_case_decide(actor=legal, use_case_id=key, version=1, decision="approve")


def test_use_cases_count_once_they_are_approved(world: World) -> None:
    _, shown = previewed(world.studio, {"preset": "careful"})
    assert (shown["after"]["use_cases"], shown["after"]["share_percent"]) == (0, None)
    assert shown["after"]["share"]["fr"] == "Aucun acheteur n’a encore d’usage approuvé."
    assert shown["after"]["fits_ms"] > 0
    approved(world)
    _, shown = previewed(world.studio, {"preset": "careful"})
    assert (shown["after"]["use_cases"], shown["after"]["share_percent"]) == (1, 100)


def test_a_draft_is_previewed_beside_the_signed_terms_and_nothing_is_stored(world: World) -> None:
    before = TermsProfileVersion.objects.count()
    approved(world)
    status, shown = previewed(world.studio, {"changes": {"TERM": {"training_access_months": 60}}})
    assert status == 200
    drone = shown["prices"][0]
    assert (drone["before"]["high"]["amount"], drone["after"]["high"]["amount"]) == ("112.00", "156.80")
    assert [step["clause"] for step in drone["steps"]] == ["TERM"]
    assert shown["after"]["use_cases"] >= 1
    assert shown["after"]["asked_ms"] > 0
    assert shown["after"]["fits_ms"] >= shown["before"]["fits_ms"]
    assert TermsProfileVersion.objects.count() == before


def test_a_draft_that_keeps_buyers_out_names_the_dimension_that_costs_most(world: World) -> None:
    approved(world)
    status, shown = previewed(world.studio, {"preset": "research_only"})
    assert status == 200
    assert shown["after"]["fits"] + shown["after"]["fits_if_accepted"] < shown["after"]["use_cases"]
    assert shown["after"]["costs_most"]["name"]["fr"]
    assert shown["after"]["costs_most"] == shown["after"]["barriers"][0]


def test_contradictions_are_refused_early_and_name_both_clauses(world: World) -> None:
    status, shown = previewed(world.studio, {"changes": {"FIELD_OF_USE": {"commercial": False}}})
    assert (status, shown["code"], shown["clauses"]) == (422, "contradiction", ["FIELD_OF_USE", "MODEL_SCOPE"])


def test_a_value_that_needs_a_person_is_named_and_not_refused(world: World) -> None:
    status, shown = previewed(world.studio, {"changes": {"REV_SHARE": {"percent": 5}}})
    assert (status, shown["needs_amendment"]) == (200, ["REV_SHARE"])


def test_somebody_elses_terms_are_not_found(world: World) -> None:
    other = world.buyer
    assert previewed(other, {})[0] == 403
    status, shown = previewed(world.studio, {"terms_profile": "trm_00000000000000000000000000"})
    assert (status, shown["code"]) == (404, "not_found")
