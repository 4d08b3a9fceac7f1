"""Prices hold as quoted, pages cost a fixed number of queries, and the books are checked for what may go wrong."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import now
from core.money import Money
from licensing.domain.ratecard import shipped_card
from licensing.services.rates import ratecard_load
from marketplace.api.shown import hit_json
from marketplace.catalog.domain.query import Filters
from marketplace.ledger.domain import AccountKind, AccountRef, Posting, Reason
from marketplace.ledger.services import transfer_reverse, transfers_post
from marketplace.models import Transfer
from marketplace.orders.selectors.earnings import EarningState, earning_lines, earnings_visible_to
from marketplace.orders.selectors.market import market_hits, market_search
from marketplace.orders.services.paying import order_pay
from marketplace.orders.services.verification import ledger_verify
from tests.factories.marketplace import (
    SYSTEM,
    buyer_as,
    clip_live,
    need,
    order_delivered,
    order_of,
    quote_of,
    studio_signed,
)

pytestmark = pytest.mark.django_db


def test_a_new_rate_card_changes_new_quotes_only() -> None:
    buyer = buyer_as()
    clip = clip_live(studio_signed(), duration_ms=60_000)
    use_case = need(buyer)
    quote = quote_of(buyer, [clip], use_case)
    dearer = shipped_card("2026-11")
    base = dearer["base"]
    assert isinstance(base, dict)
    dearer |= {"version": "2026-12", "base": {**base, "1080p": "1.20"}}
    ratecard_load(raw=dearer, valid_from=now() - timedelta(seconds=1))
    order = order_of(buyer, quote)
    assert order_pay(actor=buyer, order_id=order.pk).quote.total.amount == "1.20"
    assert (order.quote.rate_card_version, order.quote.creators.amount) == ("2026-11", "1.00")
    again = quote_of(buyer, [clip], use_case)
    assert (again.rate_card_version, again.creators.amount) == ("2026-12", "1.20")
    assert ledger_verify() == []


def test_a_page_of_hits_costs_the_same_whatever_its_length() -> None:
    buyer = buyer_as()
    studio = studio_signed()
    use_case = need(buyer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            market = market_search(actor=buyer, filters=Filters(), use_case_id=use_case.pk)
            rows = market_hits(market, list(market.found.listings.order_by("-pk")[:50]))
            assert [hit_json(row)["verdict"] for row in rows] == ["fits"] * len(rows)
        return len(caught)

    clip_live(studio)
    queries()  # terms that were read once are not read again
    one = queries()
    for _ in range(4):
        clip_live(studio)
    assert queries() == one


def test_lists_cost_the_same_whatever_their_length() -> None:
    buyer = buyer_as()
    studio = studio_signed()
    use_case = need(buyer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            lines = earning_lines(earnings_visible_to(studio))
            assert all(line.state is EarningState.HELD for line in lines)
            assert all(str(line.licence.line.terms_profile_version.contract_version) for line in lines)
        return len(caught)

    order_delivered(buyer, [clip_live(studio)], use_case)
    one = queries()
    order_delivered(buyer, [clip_live(studio), clip_live(studio)], use_case)
    assert queries() == one


def test_money_that_no_order_explains_is_found() -> None:
    studio = studio_signed()
    buyer = buyer_as()
    order = order_delivered(buyer, [clip_live(studio)])
    assert ledger_verify() == []
    assert buyer.organisation_id
    stray = Posting(
        "stray",
        AccountRef(AccountKind.CASH_AT_PROVIDER, "USD"),
        AccountRef(AccountKind.ESCROW, "USD", buyer.organisation_id),
        Money(1, "USD"),
        Reason.ORDER_CAPTURED,
        order.public_id,
        order.public_id,
    )
    transfers_post(actor=SYSTEM, postings=[stray])
    assert {finding.code for finding in ledger_verify()} == {"order_disagrees"}
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_ledger", "--json", stdout=out)
    assert json.loads(out.getvalue())["balanced"] is False
    transfer_reverse(actor=SYSTEM, journal_key="stray")
    transfer_reverse(actor=SYSTEM, journal_key="stray")
    assert ledger_verify() == []
    assert Transfer.objects.filter(reverses__journal_key="stray").count() == 1


def test_an_earning_taken_back_is_missed() -> None:
    order = order_delivered(buyer_as(), [clip_live(studio_signed())])
    licence = order.licences.get()
    transfer_reverse(actor=SYSTEM, journal_key=f"licence:{licence.public_id}:earned")
    codes = {finding.code for finding in ledger_verify()}
    assert codes == {"order_disagrees", "creators_disagree", "earning_disagrees"}


def test_the_day_can_be_closed_twice() -> None:
    order_delivered(buyer_as(), [clip_live(studio_signed())])
    for _ in range(2):
        out = io.StringIO()
        call_command("close_day", stdout=out)
        assert out.getvalue().splitlines() == [
            "0 quotes expired",
            "0 earnings of 0 creators are payable now",
            "0 licences ended; entries in the log: 1",
        ]
