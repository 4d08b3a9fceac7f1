"""T40, T41: many at once, and still every cent and every right exists exactly once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from core.clock import now
from core.errors import DomainError
from core.ids import uuid7
from core.money import Money
from marketplace.ledger import selectors
from marketplace.ledger import services as ledger
from marketplace.ledger.domain import AccountKind, AccountRef, payout_posting, sale_postings
from marketplace.ledger.selectors import account_balance, creator_balance
from marketplace.ledger.services import transfers_post
from marketplace.models import Licence, Payment, Transfer
from marketplace.orders.services.accepting import quote_accept
from marketplace.orders.services.fulfilling import order_mark_delivered
from marketplace.orders.services.paying import order_pay
from marketplace.orders.services.verification import ledger_verify
from marketplace.payouts.services import earnings_release, payout_send
from tests.factories.marketplace import (
    EXCLUSIVE,
    SYSTEM,
    buyer_as,
    clip_live,
    need,
    order_delivered,
    order_of,
    quote_of,
    studio_signed,
)

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(jobs: list[Callable[[], object]]) -> Counter[str]:
    """Run all jobs at the same moment, each on its own connection; count results and refusals."""
    barrier = threading.Barrier(len(jobs))
    outcomes: list[str] = []

    def run(job: Callable[[], object]) -> None:
        barrier.wait()
        try:
            job()
            outcomes.append("done")
        except DomainError as refused:
            outcomes.append(refused.code)
        except Exception as error:  # noqa: BLE001 - a thread's crash is an outcome of the race
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


def _payable() -> tuple[UUID, Money]:
    studio = studio_signed()
    order = order_delivered(buyer_as(), [clip_live(studio, width=3840, height=2160, duration_ms=2_400_000)])
    earnings_release(actor=SYSTEM, at=now() + timedelta(days=31))
    assert studio.organisation_id
    return studio.organisation_id, order.quote.creators


def test_twenty_payouts_of_one_balance_pay_once() -> None:
    creator, whole = _payable()
    outcomes = at_once(
        [
            lambda number=number: payout_send(  # type: ignore[misc]  # the loop's number is bound on purpose
                actor=SYSTEM, organisation_id=creator, payout_ref=f"pay_{number}", amount=whole
            )
            for number in range(20)
        ]
    )
    assert outcomes == {"done": 1, "insufficient_balance": 19}
    assert creator_balance(creator, "USD").available == Money.zero("USD")
    assert ledger_verify() == []


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer: nothing to race")
def test_without_the_lock_one_balance_is_paid_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above."""
    creator, whole = _payable()
    everybody_has_read = threading.Barrier(8)
    read = selectors.balances_by_account

    def read_together(account_ids: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
        balances = read(account_ids)
        everybody_has_read.wait(20)
        return balances

    monkeypatch.setattr(ledger, "_lock", lambda _accounts: None)
    monkeypatch.setattr(selectors, "balances_by_account", read_together)
    outcomes = at_once(
        [
            lambda number=number: payout_send(  # type: ignore[misc]  # the loop's number is bound on purpose
                actor=SYSTEM, organisation_id=creator, payout_ref=f"pay_{number}", amount=whole
            )
            for number in range(8)
        ]
    )
    assert outcomes == {"done": 8}


def test_one_journal_key_posted_ten_times_at_once_moves_money_once() -> None:
    buyer = buyer_as()
    assert buyer.organisation_id
    postings = sale_postings(order_ref="ord_x", buyer_id=buyer.organisation_id, total=Money(100, "USD"))
    outcomes = at_once([lambda: transfers_post(actor=SYSTEM, postings=postings)] * 10)
    assert outcomes == {"done": 10}
    assert Transfer.objects.count() == 2
    other = sale_postings(order_ref="ord_x", buyer_id=buyer.organisation_id, total=Money(101, "USD"))
    with pytest.raises(DomainError) as refused:
        transfers_post(actor=SYSTEM, postings=other)
    assert refused.value.code == "journal_key_reused"
    cash = AccountRef(AccountKind.CASH_AT_PROVIDER, "USD")
    assert account_balance(cash) == Money(100, "USD")
    with pytest.raises(DomainError) as poor:
        transfers_post(
            actor=SYSTEM,
            postings=[payout_posting(payout_ref="p", creator_id=buyer.organisation_id, amount=Money(1, "USD"))],
        )
    assert poor.value.code == "insufficient_balance"


def test_ten_people_paying_one_order_pay_once() -> None:
    buyer = buyer_as()
    order = order_of(buyer, quote_of(buyer, [clip_live(studio_signed())]))
    outcomes = at_once([lambda: order_pay(actor=buyer, order_id=order.pk)] * 10)
    assert outcomes == {"done": 10}
    assert Payment.objects.count() == 1
    assert Licence.objects.count() == 1
    assert Transfer.objects.count() == 2
    delivered = at_once([lambda: order_mark_delivered(actor=SYSTEM, order_id=order.pk)] * 5)
    assert delivered == {"done": 5}
    assert Transfer.objects.count() == 4
    assert ledger_verify() == []


def test_one_quote_accepted_ten_times_at_once_is_one_order() -> None:
    buyer = buyer_as()
    quote = quote_of(buyer, [clip_live(studio_signed())])
    outcomes = at_once([lambda: quote_accept(actor=buyer, quote_id=quote.pk, conditions=[])] * 10)
    assert outcomes == {"done": 10}


@pytest.mark.parametrize("first", ["exclusive", "open"])
def test_a_clip_goes_to_one_exclusive_buyer_or_to_many(first: str) -> None:
    """Ten buyers, every other one wants it exclusively; all accepted before anybody paid."""
    clip = clip_live(studio_signed(EXCLUSIVE))
    jobs: list[Callable[[], object]] = []
    for number in range(10):
        buyer = buyer_as()
        exclusive = (number % 2 == 0) == (first == "exclusive")
        use_case = need(buyer, exclusivity="ai_training") if exclusive else need(buyer)
        order = order_of(buyer, quote_of(buyer, [clip], use_case))
        jobs.append(lambda buyer=buyer, order=order: order_pay(actor=buyer, order_id=order.pk))  # type: ignore[misc]  # bound on purpose
    outcomes = at_once(jobs)
    kinds = Counter(Licence.objects.values_list("exclusivity", flat=True))
    assert kinds in ({"ai_training": 1}, {"none": outcomes["done"]})
    assert outcomes["done"] + outcomes["under_exclusive"] == 10
    assert Payment.objects.filter(state="captured").count() == outcomes["done"]
    assert ledger_verify() == []


def test_deliveries_of_one_buyer_do_not_deadlock() -> None:
    buyer = buyer_as()
    studio = studio_signed()
    use_case = need(buyer)
    orders = [order_of(buyer, quote_of(buyer, [clip_live(studio)], use_case)) for _ in range(6)]
    for order in orders:
        order_pay(actor=buyer, order_id=order.pk)
    outcomes = at_once([lambda key=order.pk: order_mark_delivered(actor=SYSTEM, order_id=key) for order in orders])  # type: ignore[misc]  # bound on purpose
    assert outcomes == {"done": 6}
    assert ledger_verify() == []


def test_a_rolled_back_post_leaves_nothing() -> None:
    owner = buyer_as().organisation_id
    assert owner
    postings = sale_postings(order_ref=str(uuid7()), buyer_id=owner, total=Money(1, "USD"))
    with transaction.atomic():
        transfers_post(actor=SYSTEM, postings=postings)
        transaction.set_rollback(True)
    assert not Transfer.objects.exists()
