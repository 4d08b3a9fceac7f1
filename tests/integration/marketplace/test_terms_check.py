"""A clip's terms against a use case, line by line: over HTTP and on its page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import OrganisationKind
from core.accounts.models import User
from core.accounts.policy import Actor
from licensing.models import UseCase
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from media_ingest.models import Clip
from tests.factories.core import actor_as, key_of
from tests.factories.marketplace import clip_live, need, studio_signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio() -> Actor:
    return studio_signed()


@pytest.fixture
def clip(studio: Actor) -> Clip:
    return clip_live(studio)


@pytest.fixture
def buyer() -> Actor:
    return actor_as(OrganisationKind.BUYER)


def checked(actor: Actor, clip: Clip, use_case: UseCase | None) -> Any:
    asked = {} if use_case is None else {"use_case": use_case.public_id}
    headers = {"Authorization": f"Bearer {key_of(actor)}"}
    return Client().get(f"/api/v1/catalog/clips/{clip.public_id}/terms_check", asked, headers=headers)


def test_every_dimension_is_a_line_and_what_fits_fits(buyer: Actor, clip: Clip) -> None:
    answer = checked(buyer, clip, need(buyer))
    body = answer.json()
    assert (answer.status_code, body["verdict"], len(body["lines"])) == (200, "fits", 12)
    assert all(line["fits"] and line["obstacle"] is None for line in body["lines"])
    term = next(line for line in body["lines"] if line["dimension"] == "term")
    assert (term["need"]["en"], term["offer"]["fr"]) == ("24 months", "24 mois")
    assert (body["use_case_version"], body["conditions"]) == (1, [])


def test_a_line_that_does_not_fit_says_why_and_conditions_are_named(buyer: Actor, clip: Clip) -> None:
    longer = need(buyer, term_months=60, accepts=[])
    body = checked(buyer, clip, longer).json()
    short = {line["dimension"]: line["obstacle"]["en"] for line in body["lines"] if not line["fits"]}
    assert short["term"] == "you need: 60 months; the terms allow: 24 months"
    assert short["output_limits"].startswith("still to accept: ")
    assert (sorted(short), body["verdict"]) == (["output_limits", "term"], "ask")
    assert {one["code"] for one in body["conditions"]} >= {"NO_REPLICA"}


def test_the_creators_own_floor_is_not_told_where_it_keeps_nobody_out(buyer: Actor, clip: Clip) -> None:
    body = checked(buyer, clip, need(buyer, max_rate_per_minute="9.00")).json()
    price = next(line for line in body["lines"] if line["dimension"] == "price_floor")
    assert (price["need"]["fr"], price["offer"]["en"]) == ("9,00 par minute au plus", "within it")


def test_without_a_use_case_or_with_somebody_elses_nothing_is_checked(buyer: Actor, clip: Clip) -> None:
    assert checked(buyer, clip, None).json()["code"] == "use_case_needed"
    assert checked(buyer, clip, need(actor_as(OrganisationKind.BUYER))).status_code == 404


def test_a_clip_taken_back_is_gone(buyer: Actor, studio: Actor, clip: Clip) -> None:
    clip_withdraw(actor=studio, clip_id=clip.pk)
    answer = checked(buyer, clip, need(buyer))
    assert (answer.status_code, answer.json()["code"]) == (410, "withdrawn")


@pytest.mark.parametrize(("language", "words"), [("en", "you need: 60 months"), ("fr", "permis : 24 mois")])
def test_the_page_of_a_clip_shows_the_lines(buyer: Actor, clip: Clip, language: str, words: str) -> None:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(pk=str(buyer.user_id)))
    use_case = need(buyer, term_months=60)
    page = client.get(f"/market/clips/{clip.public_id}", {"use_case": use_case.public_id}).content.decode()
    assert '<details class="card" id="lines">' in page
    assert words in page
