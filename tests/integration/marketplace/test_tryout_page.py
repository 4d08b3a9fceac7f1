"""Trying out terms in the browser: switches, prices, reach, in both languages, without script too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from core.accounts.models import User
from licensing.domain.catalogue import CATALOGUE
from licensing.models import TermsProfileVersion
from tests.factories.world import World, world_made

pytestmark = pytest.mark.django_db
PATH = "/studio/terms/preview"
SENT = {
    "preset": "",
    "from": "",
    "purposes": ["pretrain", "finetune", "evaluate"],
    "classes": ["video_gen", "detector"],
    "training_access_months": "24",
    "kind": "none",
    "level": "named_subprocessors",
    "people": "released",
    "floor": "",
}


@pytest.fixture(scope="module")
def world(made_once: Callable[[Callable[[], World]], World]) -> World:
    return made_once(world_made)


def signed_in(world: World, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(pk=str(world.studio.user_id)))
    return client


def test_the_page_shows_prices_and_reach_and_stores_nothing(world: World) -> None:
    before = TermsProfileVersion.objects.count()
    answer = signed_in(world).get(PATH)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "40 minutes of 4K from the air" in text
    assert 'aria-live="polite"' in text
    assert "112.00" in text
    assert TermsProfileVersion.objects.count() == before


def test_a_switch_moves_the_price_and_names_the_clause(world: World) -> None:
    text = signed_in(world).get(PATH, {**SENT, "training_access_months": "36"}).content.decode()
    assert "134.40" in text
    assert f"{CATALOGUE['TERM'].title.en} (+" in text
    exclusive = signed_in(world).get(PATH, {**SENT, "kind": "ai_training"}).content.decode()
    assert "160.00" in exclusive


def test_choosing_other_terms_to_start_from_fills_the_switches(world: World) -> None:
    text = signed_in(world).get(PATH, {**SENT, "preset": "research_only"}).content.decode()
    assert '<option value="12" selected>' in text
    assert "What costs most reach" in text


def test_what_cannot_hold_is_said_beside_the_form(world: World) -> None:
    text = signed_in(world).get(PATH, {**SENT, "purposes": []}).content.decode()
    assert "choose at least one" in text
    assert 'id="try"' in text


def test_the_page_speaks_french_and_the_terms_page_loads_it(world: World) -> None:
    text = signed_in(world, "fr").get(PATH).content.decode()
    assert "40 minutes de 4K vues du ciel" in text
    assert 'hx-get="/studio/terms/preview"' in signed_in(world).get("/studio/terms").content.decode()
