"""Where people look for a refund it says how far it is: promised, credited, sent or delayed."""

from __future__ import annotations

import pytest

from core.jobs.runner import run_due
from marketplace.models import Notice, Repayment
from marketplace.payouts.domain import TOKEN_CLOSED
from marketplace.repayments.domain.topics import REPAYMENT_SEND
from marketplace.repayments.selectors.shown import refund_shown
from marketplace.web.formats import money_text
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from tests.factories.marketplace import buyer_as, clip_live, order_paid, studio_signed
from tests.factories.taken_down import ended, taken_down
from tests.integration.marketplace.test_withdrawal_pages import browser, call, page

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]


def test_a_notice_and_its_order_say_how_far_the_refund_is() -> None:
    buyer, order, (licence,) = ended(clips=2)
    notice, price = Notice.objects.get(), licence.line.amount
    path, at_order = f"/market/notices/{notice.public_id}", f"/market/orders/{order.public_id}"
    over_api = call(buyer, "GET", f"/takedown_notices/{notice.public_id}").json()
    assert (over_api["refund_stage"], over_api["refund_sent_at"]) == ("credited", None)
    assert "Credited, and on its way to where you paid from." in page(browser(buyer), path)
    assert "Sent back for licences that ended early" not in page(browser(buyer), at_order)
    assert call(buyer, "GET", f"/orders/{order.public_id}").json()["payments"][0]["returned"] == []
    run_due([REPAYMENT_SEND])
    repayment = Repayment.objects.get()
    assert repayment.sent_at is not None
    over_api = call(buyer, "GET", "/takedown_notices").json()["data"][0]
    assert over_api["refund_stage"] == "sent"
    assert over_api["refund_sent_at"][:19] == repayment.sent_at.isoformat()[:19]
    assert "Sent to where you paid from. <time datetime=" in page(browser(buyer), path)
    shown = page(browser(buyer), at_order)
    assert f'Sent back for licences that ended early</dt><dd class="num">{money_text(price)}<' in shown
    (payment,) = call(buyer, "GET", f"/orders/{order.public_id}").json()["payments"]
    (back,) = payment["returned"]
    assert (back["licence_id"], back["amount"]["amount"]) == (licence.public_id, price.amount)
    assert back["reference"] == repayment.reference


def test_a_refund_that_could_not_be_sent_says_that_nothing_has_to_be_done() -> None:
    buyer, order, _ = ended(token=TOKEN_CLOSED)
    run_due([REPAYMENT_SEND])
    notice = Notice.objects.get()
    assert call(buyer, "GET", f"/takedown_notices/{notice.public_id}").json()["refund_stage"] == "delayed"
    shown = page(browser(buyer), f"/market/notices/{notice.public_id}")
    assert "It could not be sent to where you paid from: we see to it" in shown
    assert call(buyer, "GET", f"/orders/{order.public_id}").json()["payments"][0]["returned"] == []


def test_until_the_licence_ends_it_is_promised_and_what_counts_no_more_promises_nothing() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio, duration_ms=2_400_000, duration_ticks=30_720_000)
    order_paid(buyer, [clip])
    clip_withdraw(actor=studio, clip_id=clip.pk)
    notice = Notice.objects.get()
    assert notice.refund_minor
    assert "It is credited when the licence ends." in page(browser(buyer), f"/market/notices/{notice.public_id}")
    assert refund_shown(notice).stage == "promised"
    taken_down(clip)
    notice.refresh_from_db()
    assert (notice.state, refund_shown(notice).stage) == ("superseded", "none")


def test_a_creator_sees_what_of_an_earning_went_back() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio, duration_ms=2_400_000, duration_ticks=30_720_000)
    order = order_paid(buyer, [clip])
    assert "went back to the buyer" not in page(browser(studio), "/studio/earnings")
    taken_down(clip)
    price = money_text(order.quote.creators)
    shown = page(browser(studio), "/studio/earnings")
    assert f"{price} of it went back to the buyer: the licence ended early" in shown
