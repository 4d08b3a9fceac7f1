"""What the terms give back is credited with the licence's end: once, balanced, never below zero for a creator."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.clock import now
from core.money import Money
from marketplace.ledger.domain import AccountKind, AccountRef, Posting, Reason
from marketplace.ledger.refunds import Refund, licence_refund
from marketplace.ledger.selectors import account_balance, creator_balance, refunds_of
from marketplace.ledger.services import transfers_post
from marketplace.models import Licence, Notice, Order, Transfer
from marketplace.orders.selectors.earnings import earning_lines, earnings_summary, earnings_visible_to
from marketplace.orders.services.fulfilling import order_mark_delivered
from marketplace.orders.services.verification import ledger_verify
from marketplace.payouts.services import earnings_release, payout_send
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.services.claims import Filing, claim_decide, claim_file
from marketplace.withdrawals.services.noticing import notice_look
from marketplace.withdrawals.services.sweeping import notices_sweep
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from media_ingest.models import Clip
from tests.factories.checked import breaches
from tests.factories.core import actor_as
from tests.factories.delivery import home
from tests.factories.marketplace import SYSTEM, buyer_as, clip_live, order_paid, studio_signed

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]


def clip(studio: Actor) -> Clip:
    return clip_live(studio, duration_ms=2_400_000, duration_ticks=30_720_000)


def taken_down(taken: Clip) -> None:
    """Uphold a claim: the licences end at once, with all of their term still to come."""
    filing = Filing(ClaimKind.RIGHTS, "A harbour", "V. Passer-by", "v@example.org", "Mine.", taken.pk)
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    claim_decide(
        actor=desk, claim_id=claim_file(filing=filing).claim.pk, uphold=True, note="It is theirs.", reason="R02"
    )


def owed(buyer: Actor) -> Money:
    return account_balance(AccountRef(AccountKind.REFUNDS, "USD", home(buyer)))


def platform() -> int:
    return account_balance(AccountRef(AccountKind.PLATFORM_REVENUE, "USD")).minor


def licence_of(order: Order, of: Clip) -> Licence:
    return Licence.objects.select_related("line").get(order=order, clip=of)


def sound() -> None:
    assert ledger_verify() == []
    assert breaches("withdrawals", "money", "audit") == []


def sold(studio: Actor, clips: list[Clip]) -> tuple[Actor, Order]:
    buyer = buyer_as()
    return buyer, order_paid(buyer, clips)


def released(at: int) -> int:
    return earnings_release(actor=SYSTEM, at=now() + timedelta(days=at)).earnings


def test_before_delivery_it_comes_out_of_escrow_and_is_never_earned() -> None:
    studio = studio_signed()
    gone, kept = clip(studio), clip(studio)
    buyer, order = sold(studio, [gone, kept])
    line, other = licence_of(order, gone).line.amount, licence_of(order, kept).line.amount
    assert line.minor > 100
    taken_down(gone)
    assert owed(buyer) == Notice.objects.get().refund == line
    assert account_balance(AccountRef(AccountKind.ESCROW, "USD", home(buyer))) == order.quote.total - line
    sound()
    assert earnings_summary(studio).expected == other
    for _ in range(2):
        order_mark_delivered(actor=SYSTEM, order_id=order.pk)
    assert creator_balance(home(studio), "USD").held == other
    shown = {one.licence.clip_id: one for one in earning_lines(earnings_visible_to(studio))}
    assert (shown[gone.pk].state, shown[gone.pk].refunded) == ("reversed", line)
    assert shown[kept.pk].refunded == Money.zero("USD")
    assert platform() == order.quote.service_fee.minor
    sound()


def test_while_it_is_held_the_creator_gives_it_back_and_only_the_rest_becomes_payable() -> None:
    studio = studio_signed({"WITHDRAWAL": {"notice_days": 90}})
    gone, kept = clip(studio), clip(studio)
    buyer, order = sold(studio, [gone, kept])
    order_mark_delivered(actor=SYSTEM, order_id=order.pk)
    clip_withdraw(actor=studio, clip_id=gone.pk)
    notice = Notice.objects.get()
    assert (owed(buyer).minor, notice.state) == (0, "noticed")
    for _ in range(2):
        notice_look(actor=SYSTEM, notice_id=notice.pk, at=notice.effective_at)
    line = licence_of(order, gone).line.amount
    assert 0 < notice.refund.minor < line.minor
    assert owed(buyer) == notice.refund
    rest = order.quote.creators - notice.refund
    assert creator_balance(home(studio), "USD").held == rest
    sound()
    assert (released(31), released(31)) == (2, 0)
    balance = creator_balance(home(studio), "USD")
    assert (balance.held, balance.available) == (Money.zero("USD"), rest)
    sound()


def test_an_earning_that_went_back_whole_is_not_released_and_stops_no_other() -> None:
    studio = studio_signed()
    gone, kept = clip(studio), clip(studio)
    _, order = sold(studio, [gone, kept])
    order_mark_delivered(actor=SYSTEM, order_id=order.pk)
    taken_down(gone)
    assert (released(31), released(31)) == (1, 0)
    assert creator_balance(home(studio), "USD").available == licence_of(order, kept).line.amount
    sound()


@pytest.mark.parametrize("left", [0, 1_000])
def test_what_was_paid_out_already_the_platform_bears_and_no_balance_falls_below_zero(left: int) -> None:
    studio = studio_signed()
    gone = clip(studio)
    buyer, order = sold(studio, [gone])
    order_mark_delivered(actor=SYSTEM, order_id=order.pk)
    assert released(31) == 1
    line = licence_of(order, gone).line.amount
    payout_send(actor=SYSTEM, organisation_id=home(studio), payout_ref="pay_1", amount=line - Money(left, "USD"))
    taken_down(gone)
    assert owed(buyer) == line
    assert creator_balance(home(studio), "USD").available == Money.zero("USD")
    assert platform() == order.quote.service_fee.minor - (line.minor - left)
    sound()


def test_a_refund_is_credited_once_however_often_it_is_asked_for() -> None:
    studio = studio_signed()
    gone = clip(studio)
    buyer, order = sold(studio, [gone])
    taken_down(gone)
    licence, before = licence_of(order, gone), Transfer.objects.count()
    refund = Refund(licence.public_id, order.public_id, home(buyer), home(studio), licence.line.amount)
    for _ in range(3):
        assert not licence_refund(actor=SYSTEM, refund=refund)
        notices_sweep(actor=SYSTEM)
    assert Transfer.objects.count() == before
    sound()


def test_the_control_a_second_credit_under_another_key_is_found() -> None:
    studio = studio_signed()
    gone = clip(studio)
    buyer, order = sold(studio, [gone])
    taken_down(gone)
    licence = licence_of(order, gone)
    escrow = AccountRef(AccountKind.ESCROW, "USD", home(buyer))
    back = AccountRef(AccountKind.REFUNDS, "USD", home(buyer))
    again = Posting("again", escrow, back, Money(1, "USD"), Reason.REFUND_OWED, order.public_id, licence.public_id)
    transfers_post(actor=SYSTEM, postings=[again])
    assert ["credited another amount" in one for one in breaches("withdrawals")] == [True]


def test_refunds_of_before_they_were_credited_are_found_and_credited_by_night() -> None:
    studio = studio_signed()
    gone = clip(studio)
    buyer, order = sold(studio, [gone])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("marketplace.withdrawals.services.noticing.refund_credit", lambda **_: False)
        taken_down(gone)
    assert (owed(buyer).minor, len(breaches("withdrawals"))) == (0, 1)
    notices_sweep(actor=SYSTEM)
    assert owed(buyer) == Notice.objects.get().refund
    assert refunds_of([licence_of(order, gone).public_id]) != {}
    sound()


def test_where_the_terms_give_nothing_back_nothing_moves() -> None:
    studio = studio_signed({"WITHDRAWAL": {"refund": "none"}})
    gone = clip(studio)
    buyer, _ = sold(studio, [gone])
    before = Transfer.objects.count()
    taken_down(gone)
    assert (Transfer.objects.count(), owed(buyer).minor) == (before, 0)
    sound()
