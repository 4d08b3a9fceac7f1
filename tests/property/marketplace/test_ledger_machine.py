"""T43, T44: any story of sales, deliveries, releases, payouts, refunds and repayments keeps the books right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from core.money import K, Money, allocate, share
from marketplace.ledger.domain import (
    DEBIT_NORMAL,
    AccountKind,
    AccountRef,
    Earning,
    Posting,
    delivery_postings,
    fold,
    lowered,
    overdrawn,
    payout_posting,
    refund_postings,
    release_posting,
    reversal_posting,
    sale_postings,
)
from marketplace.ledger.refunds import Refund, refund_credit_postings, refund_shares, repayment_posting

BUYERS = [UUID(int=number) for number in (1, 2)]
CREATORS = [UUID(int=number) for number in (11, 12, 13)]
USD = "USD"
AMOUNTS = st.integers(min_value=0, max_value=10**9)
NUMBERS = st.integers(min_value=0, max_value=5)


class Book:
    """What the ledger service promises, in memory: once per key, never overdrawn, all or nothing."""

    def __init__(self) -> None:
        self.posted: dict[str, Posting] = {}
        self.balances: dict[AccountRef, int] = {}

    def post(self, postings: list[Posting]) -> bool:
        for posting in postings:
            assert self.posted.get(posting.journal_key, posting) == posting, "a key with two contents"
        fresh = [posting for posting in postings if posting.journal_key not in self.posted]
        if overdrawn(self.balances, fresh):
            return False
        self.posted |= {posting.journal_key: posting for posting in fresh}
        for ref, change in fold(fresh).items():
            self.balances[ref] = self.balances.get(ref, 0) + change
        return True


class Sale:
    """One order: who pays what, and who earns it."""

    def __init__(self, number: int, buyer: UUID, earnings: list[Earning], fee: Money, total: Money) -> None:
        self.ref = f"ord_{number}"
        self.buyer, self.earnings, self.fee, self.total = buyer, earnings, fee, total
        self.state = "paid"
        self.back: dict[str, dict[AccountKind, int]] = {}
        """What went back for single licences, by where it came from."""
        self.sent: set[str] = set()
        """The licences whose refund left through the provider."""

    def left(self, earning: Earning, kind: AccountKind) -> Earning:
        """An earning less what was given back out of one kind of account."""
        given = Money(self.back.get(earning.licence_ref, {}).get(kind, 0), USD)
        return replace(earning, amount=earning.amount - given)


class LedgerMachine(RuleBasedStateMachine):
    """Random stories. `split` shares out a total; the control below replaces it by naive rounding."""

    split = staticmethod(allocate)
    give = staticmethod(refund_shares)
    send = staticmethod(repayment_posting)

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.sales: dict[int, Sale] = {}

    @rule(
        number=NUMBERS,
        buyer=st.sampled_from(BUYERS),
        total=st.integers(min_value=1, max_value=10**9),
        weights=st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=12),
        fee_percent=st.integers(min_value=0, max_value=50),
    )
    def sale(self, number: int, buyer: UUID, total: int, weights: list[int], fee_percent: int) -> None:
        if number in self.sales:
            return
        whole = Money(total, USD)
        fee = share(whole, Fraction(fee_percent, 100))
        parts = self.split(whole - fee, dict(enumerate(weights)))
        earnings = [
            Earning(f"lic_{number}_{place}", CREATORS[place % len(CREATORS)], amount) for place, amount in parts.items()
        ]
        sale = Sale(number, buyer, earnings, fee, whole)
        self.sales[number] = sale
        assert self.book.post(sale_postings(order_ref=sale.ref, buyer_id=buyer, total=whole))

    @rule(number=NUMBERS)
    def deliver(self, number: int) -> None:
        sale = self.sales.get(number)
        if sale is None or sale.state not in {"paid", "delivered"}:
            return
        earnings = [sale.left(earning, AccountKind.ESCROW) for earning in sale.earnings]
        assert self.book.post(
            delivery_postings(order_ref=sale.ref, buyer_id=sale.buyer, earnings=earnings, fee=sale.fee)
        )
        sale.state = "delivered"

    @rule(number=NUMBERS, place=st.integers(min_value=0, max_value=11))
    def release(self, number: int, place: int) -> None:
        sale = self.sales.get(number)
        if sale is None or sale.state != "delivered" or place >= len(sale.earnings):
            return
        earning = sale.left(sale.left(sale.earnings[place], AccountKind.ESCROW), AccountKind.CREATOR_HELD)
        if earning.amount.minor:
            assert self.book.post([release_posting(order_ref=sale.ref, earning=earning)])

    @rule(number=NUMBERS, place=st.integers(min_value=0, max_value=11), part=st.integers(min_value=1, max_value=10))
    def take_down(self, number: int, place: int, part: int) -> None:
        """Give back some tenths of one licence's price, wherever it lies: whatever happened, it can be given."""
        sale = self.sales.get(number)
        if sale is None or sale.state == "refunded" or place >= len(sale.earnings):
            return
        earning = sale.earnings[place]
        amount = share(earning.amount, Fraction(part, 10))
        if not amount.minor or earning.licence_ref in sale.back:
            return
        available = self.book.balances.get(AccountRef(AccountKind.CREATOR_AVAILABLE, USD, earning.creator_id), 0)
        shares = self.give(
            amount,
            earned=f"licence:{earning.licence_ref}:earned" in self.book.posted,
            released=f"licence:{earning.licence_ref}:released" in self.book.posted,
            available=Money(available, USD),
        )
        refund = Refund(earning.licence_ref, sale.ref, sale.buyer, earning.creator_id, amount)
        assert self.book.post(refund_credit_postings(refund, shares))
        sale.back[earning.licence_ref] = {kind: money.minor for kind, money in shares.items()}

    @rule(which=NUMBERS)
    def repay(self, which: int) -> None:
        """Send what was credited for a licence to its buyer; sent again it is the same transfer."""
        credited = [(sale, ref) for sale in self.sales.values() for ref in sale.back]
        if not credited:
            return
        sale, ref = credited[which % len(credited)]
        owed = Money(sum(sale.back[ref].values()), USD)
        assert self.book.post([self.send(licence_ref=ref, order_ref=sale.ref, buyer_id=sale.buyer, amount=owed)])
        sale.sent.add(ref)

    @rule(number=NUMBERS, creator=st.sampled_from(CREATORS), minor=st.integers(min_value=1, max_value=10**9))
    def payout(self, number: int, creator: UUID, minor: int) -> None:
        key = f"payout:pay_{number}:sent"
        if key in self.book.posted:
            return
        available = self.book.balances.get(AccountRef(AccountKind.CREATOR_AVAILABLE, USD, creator), 0)
        posting = payout_posting(payout_ref=f"pay_{number}", creator_id=creator, amount=Money(minor, USD))
        assert self.book.post([posting]) is (minor <= available)

    @rule(number=NUMBERS)
    def refund(self, number: int) -> None:
        """Before delivery the escrow goes back; after it, each transfer is mirrored first, as far as it is unpaid."""
        sale = self.sales.get(number)
        if sale is None or sale.state == "refunded" or sale.back:
            return
        mirrors = [
            reversal_posting(posting, transfer_ref=posting.journal_key)
            for posting in self.book.posted.values()
            if sale.state == "delivered" and posting.order_ref == sale.ref and posting.debit.kind == AccountKind.ESCROW
        ]
        releases = [
            reversal_posting(posting, transfer_ref=posting.journal_key)
            for posting in self.book.posted.values()
            if posting.order_ref == sale.ref and posting.journal_key.endswith(":released")
        ]
        back = refund_postings(order_ref=sale.ref, buyer_id=sale.buyer, total=sale.total)
        if self.book.post([*releases, *mirrors, *back]):
            sale.state = "refunded"

    @rule()
    def replay(self) -> None:
        before = dict(self.book.posted)
        assert self.book.post(list(before.values()))
        assert self.book.posted == before

    @invariant()
    def debits_equal_credits(self) -> None:
        net = sum(minor if ref.kind in DEBIT_NORMAL else -minor for ref, minor in self.book.balances.items())
        assert net == 0

    @invariant()
    def nobody_is_overdrawn(self) -> None:
        revenue = AccountRef(AccountKind.PLATFORM_REVENUE, USD)
        assert all(minor >= 0 for ref, minor in self.book.balances.items() if ref != revenue)

    @invariant()
    def escrow_holds_what_is_not_delivered(self) -> None:
        for buyer in BUYERS:
            waiting = sum(
                sale.total.minor - sum(given.get(AccountKind.ESCROW, 0) for given in sale.back.values())
                for sale in self.sales.values()
                if sale.buyer == buyer and sale.state == "paid"
            )
            assert self.book.balances.get(AccountRef(AccountKind.ESCROW, USD, buyer), 0) == waiting

    @invariant()
    def buyers_are_owed_what_is_still_to_be_sent(self) -> None:
        for buyer in BUYERS:
            waiting = sum(
                sum(given.values())
                for sale in self.sales.values()
                for ref, given in sale.back.items()
                if sale.buyer == buyer and ref not in sale.sent
            )
            assert self.book.balances.get(AccountRef(AccountKind.REFUNDS, USD, buyer), 0) == waiting


def _naive(total: Money, weights: Mapping[K, Fraction | int]) -> dict[K, Money]:
    whole = float(sum(weights.values()))
    return {key: Money(round(total.minor * float(weight) / whole), total.currency) for key, weight in weights.items()}


class NaiveMachine(LedgerMachine):
    """The control: each share rounded by itself, with floats."""

    split = staticmethod(_naive)


def _greedy(amount: Money, **_: object) -> dict[AccountKind, Money]:
    return {AccountKind.CREATOR_AVAILABLE: amount}


class GreedyMachine(LedgerMachine):
    """The control: whatever goes back is taken from what the creator can be paid, as if it were all there."""

    give = staticmethod(_greedy)


_sendings = count()


def _again(*, licence_ref: str, order_ref: str, buyer_id: UUID, amount: Money) -> Posting:
    posting = repayment_posting(licence_ref=licence_ref, order_ref=order_ref, buyer_id=buyer_id, amount=amount)
    return replace(posting, journal_key=f"{posting.journal_key}:{next(_sendings)}")


class ForgetfulMachine(LedgerMachine):
    """The control: each time a refund is sent, it is booked under another key."""

    send = staticmethod(_again)


STORIES = settings(max_examples=200, stateful_step_count=40, deadline=None)


def test_any_story_keeps_the_books_right() -> None:
    run_state_machine_as_test(LedgerMachine, settings=STORIES)


def test_naive_rounding_breaks_the_books() -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(NaiveMachine, settings=settings(STORIES, report_multiple_bugs=False))


def test_taking_refunds_from_what_is_payable_alone_breaks_the_books() -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(GreedyMachine, settings=settings(STORIES, report_multiple_bugs=False))


def test_sending_a_refund_under_another_key_each_time_breaks_the_books() -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(ForgetfulMachine, settings=settings(STORIES, report_multiple_bugs=False))


@given(
    total=st.integers(min_value=-(10**12), max_value=10**12),
    weights=st.dictionaries(st.integers(), st.integers(min_value=0, max_value=10**9), min_size=1, max_size=200),
    order=st.randoms(use_true_random=False),
)
def test_a_split_never_loses_a_cent_and_ignores_the_order(total: int, weights: dict[int, int], order: object) -> None:
    if not sum(weights.values()):
        return
    money = Money(total, USD)
    parts = allocate(money, weights)
    assert sum(part.minor for part in parts.values()) == total
    whole = sum(weights.values())
    assert all(abs(parts[key].minor - Fraction(total * weights[key], whole)) < 1 for key in weights)
    shuffled = list(weights.items())
    order.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands out a random.Random
    assert allocate(money, dict(shuffled)) == parts


def test_a_split_of_a_hundred_thousand_lines_is_exact() -> None:
    total = Money(123_456_789_01, USD)
    parts = allocate(total, {number: 1 + number % 7 for number in range(100_000)})
    assert sum(part.minor for part in parts.values()) == total.minor


def test_only_guarded_accounts_that_fall_are_locked() -> None:
    sale = sale_postings(order_ref="ord_1", buyer_id=BUYERS[0], total=Money(100, USD))
    assert lowered(sale) == []
    delivery = delivery_postings(
        order_ref="ord_1",
        buyer_id=BUYERS[0],
        earnings=[Earning("lic_1", CREATORS[0], Money(80, USD))],
        fee=Money(20, USD),
    )
    assert [ref.kind for ref in lowered(delivery)] == [AccountKind.ESCROW]
