"""A new card counts for new quotes only, a buyer's own for that buyer only; a draft is tried on the library."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from core.accounts.actions import Role
from core.clock import now
from licensing.domain.declaration import CmoStatus, Declared
from licensing.domain.facts import Genre
from licensing.domain.ratecard import parse_rate_card, shipped_card
from licensing.models import RateCard
from licensing.selectors.ratecards import card_simulated
from licensing.services.ratecards import ratecard_draft
from licensing.services.rates import ratecard_load
from marketplace.catalog.domain.query import Filters
from marketplace.orders.selectors.market import market_clip, market_hits, market_search
from marketplace.orders.selectors.orders import lines_of
from tests.factories.licensing import reviewer
from tests.factories.marketplace import buyer_as, clip_live, clip_of, need, order_of, quote_of, studio_signed

pytestmark = pytest.mark.django_db
DRONE = Declared(genre=Genre.DRONE, cmo_status=CmoStatus.NONE)
UHD = {"width": 3840, "height": 2160, "duration_ms": 2_400_000}


def card(version: str, **base: str) -> dict[str, Any]:
    raw: dict[str, Any] = {**copy.deepcopy(shipped_card("2026-11")), "version": version}
    raw["base"].update({name.removeprefix("p"): value for name, value in base.items()})
    return raw


def test_a_quote_keeps_its_card_and_the_next_one_uses_the_new() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio, declared=DRONE, **UHD)
    wanted = need(buyer)
    before = quote_of(buyer, [clip], wanted)
    ratecard_load(raw=card("2026-12", p2160p="1.00"), valid_from=now())
    after = quote_of(buyer, [clip], wanted)
    assert [(one.rate_card_version, one.creators.amount) for one in (before, after)] == [
        ("2026-11", "112.00"),
        ("2026-12", "56.00"),
    ]
    order = order_of(buyer, before)
    assert order.quote.total.amount == "134.40"
    assert [line.rate_card_version for line in lines_of(before)] == ["2026-11"]


def test_a_buyers_own_card_prices_search_and_quotes_of_that_buyer_alone() -> None:
    studio, mine, other = studio_signed(), buyer_as(), buyer_as()
    clip = clip_live(studio, declared=DRONE, **UHD)
    raw = card("2026-11.1", p2160p="1.50")
    RateCard.objects.create(
        version="2026-11.1",
        organisation_id=mine.organisation_id,
        currency="USD",
        card=raw,
        sha256=parse_rate_card(raw).sha256,
        valid_from=now() - timedelta(days=1),
        valid_until=now() + timedelta(days=1),
    )
    found = {buyer: quote_of(buyer, [clip]) for buyer in (mine, other)}
    assert [(quote.rate_card_version, quote.creators.amount) for quote in found.values()] == [
        ("2026-11.1", "84.00"),
        ("2026-11", "112.00"),
    ]
    for buyer, rate in ((mine, "2.10"), (other, "2.80")):
        shown = market_clip(actor=buyer, clip_id=clip.pk)
        market = market_search(actor=buyer, filters=Filters())
        assert shown.price is not None
        assert shown.price.rate.text == rate
        assert [hit.price.rate.text for hit in market_hits(market, market.found.listings) if hit.price] == [rate]


def test_a_draft_is_simulated_on_the_clips_that_could_be_licensed() -> None:
    cheap, dear = studio_signed(), studio_signed({"PRICE": {"floor": "2.60"}})
    moved = clip_live(cheap, declared=DRONE, **UHD)
    held = clip_live(dear, declared=DRONE, **UHD)
    clip_of(cheap, width=1920, height=1080, duration_ms=60_000)
    finance = reviewer(Role.FINANCE)
    ratecard_draft(actor=finance, raw=card("2027-03", p2160p="1.00"), valid_from=now() + timedelta(days=40))
    found = card_simulated(finance, "2027-03")
    assert (found.clips, found.changed) == (3, 2)
    assert (found.before.creators.amount, found.after.creators.amount) == ("225.00", "161.00")
    losers = {one.subject_id: one.change.amount for one in found.losers}
    assert losers == {moved.pk: "-56.00", held.pk: "-8.00"}
    assert {one.subject_id for one in found.creators_losing} == {cheap.organisation_id, dear.organisation_id}
    assert found.winners == ()
    assert [str(row.resolution_class) for row in found.classes] == ["1080p", "2160p"]
    assert RateCard.objects.count() == 1
