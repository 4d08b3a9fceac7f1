"""Posting rules of the double-entry ledger: which account is debited, which credited, and why.

Pure. A posting is a wish; `marketplace.ledger.services.transfers_post` turns wishes into immutable transfers.
Every posting moves one positive amount from one account to another, so the ledger balances by construction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.money import Money


class AccountKind(StrEnum):
    """What an account stands for."""

    BUYER_RECEIVABLE = "buyer_receivable"
    """What a buyer owes us."""
    CASH_AT_PROVIDER = "cash_at_provider"
    """Money the payment provider holds for us."""
    ESCROW = "escrow"
    """A buyer's money for orders that are not delivered yet."""
    PLATFORM_REVENUE = "platform_revenue"
    """Service fees earned."""
    CREATOR_HELD = "creator_held"
    """Earned by a creator, still inside the hold."""
    CREATOR_AVAILABLE = "creator_available"
    """Earned by a creator, payable."""
    REFUNDS = "refunds"
    """Owed back to a buyer."""
    TAX = "tax"
    """Collected for a tax authority."""
    ROUNDING = "rounding"
    """Differences of conversions; no posting rule uses it inside one currency."""


class Reason(StrEnum):
    """Why a transfer exists."""

    ORDER_INVOICED = "order_invoiced"
    ORDER_CAPTURED = "order_captured"
    CREATOR_EARNED = "creator_earned"
    SERVICE_FEE = "service_fee"
    EARNING_RELEASED = "earning_released"
    PAYOUT_SENT = "payout_sent"
    REFUND_OWED = "refund_owed"
    REFUND_PAID = "refund_paid"
    REVERSAL = "reversal"


OWNED = frozenset(
    {
        AccountKind.BUYER_RECEIVABLE,
        AccountKind.ESCROW,
        AccountKind.CREATOR_HELD,
        AccountKind.CREATOR_AVAILABLE,
        AccountKind.REFUNDS,
    },
)
"""Kinds that belong to one organisation; the others belong to the platform."""

DEBIT_NORMAL = frozenset({AccountKind.BUYER_RECEIVABLE, AccountKind.CASH_AT_PROVIDER})
"""Kinds whose balance grows with debits; all others grow with credits."""

NEVER_NEGATIVE = frozenset(
    {
        AccountKind.CASH_AT_PROVIDER,
        AccountKind.ESCROW,
        AccountKind.CREATOR_HELD,
        AccountKind.CREATOR_AVAILABLE,
        AccountKind.REFUNDS,
    },
)
"""Kinds that a posting may not overdraw. The hot revenue account is not among them: it needs no lock."""


@dataclass(frozen=True, slots=True, order=True)
class AccountRef:
    """An account by what it means; the row is found or made by the ledger service."""

    kind: AccountKind
    currency: str
    owner_id: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse an owner where none belongs, and the other way round."""
        if (self.owner_id is not None) != (self.kind in OWNED):
            message = f"{self.kind} {'needs' if self.kind in OWNED else 'has no'} owner"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Posting:
    """One wished transfer. `journal_key` makes it happen at most once."""

    journal_key: str
    debit: AccountRef
    credit: AccountRef
    amount: Money
    reason: Reason
    order_ref: str = ""
    """Public id of the order the money belongs to; empty for payouts."""
    subject_ref: str = ""
    """Public id of the licence, payout or reversed transfer that caused it."""

    def __post_init__(self) -> None:
        """Refuse what could unbalance the ledger."""
        if self.amount.minor <= 0:
            message = "an amount that moves is positive"
            raise ValueError(message)
        if self.debit == self.credit:
            message = "a transfer needs two accounts"
            raise ValueError(message)
        if not self.debit.currency == self.credit.currency == self.amount.currency:
            message = "one transfer, one currency"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Earning:
    """A creator's share of an order: the rounded line of one licence."""

    licence_ref: str
    creator_id: UUID
    amount: Money


def sale_postings(*, order_ref: str, buyer_id: UUID, total: Money) -> list[Posting]:
    """The buyer owes the total for escrow, and the provider collected it: the receivable is back at zero.

    A total of zero (clips of a few frames) moves nothing.
    """
    if not total.minor:
        return []
    receivable = AccountRef(AccountKind.BUYER_RECEIVABLE, total.currency, buyer_id)
    escrow = AccountRef(AccountKind.ESCROW, total.currency, buyer_id)
    cash = AccountRef(AccountKind.CASH_AT_PROVIDER, total.currency)
    return [
        Posting(f"order:{order_ref}:invoiced", receivable, escrow, total, Reason.ORDER_INVOICED, order_ref, order_ref),
        Posting(f"order:{order_ref}:captured", cash, receivable, total, Reason.ORDER_CAPTURED, order_ref, order_ref),
    ]


def delivery_postings(*, order_ref: str, buyer_id: UUID, earnings: Sequence[Earning], fee: Money) -> list[Posting]:
    """Delivered: escrow goes to each creator's held balance, one transfer per licence, and the fee to the platform.

    Lines of zero move nothing and have no transfer.
    """
    escrow = AccountRef(AccountKind.ESCROW, fee.currency, buyer_id)
    postings = [
        Posting(
            f"licence:{one.licence_ref}:earned",
            escrow,
            AccountRef(AccountKind.CREATOR_HELD, one.amount.currency, one.creator_id),
            one.amount,
            Reason.CREATOR_EARNED,
            order_ref,
            one.licence_ref,
        )
        for one in earnings
        if one.amount.minor
    ]
    if fee.minor:
        revenue = AccountRef(AccountKind.PLATFORM_REVENUE, fee.currency)
        postings.append(
            Posting(f"order:{order_ref}:fee", escrow, revenue, fee, Reason.SERVICE_FEE, order_ref, order_ref),
        )
    return postings


def release_posting(*, order_ref: str, earning: Earning) -> Posting:
    """The hold of one earning is over: it becomes payable."""
    currency = earning.amount.currency
    return Posting(
        f"licence:{earning.licence_ref}:released",
        AccountRef(AccountKind.CREATOR_HELD, currency, earning.creator_id),
        AccountRef(AccountKind.CREATOR_AVAILABLE, currency, earning.creator_id),
        earning.amount,
        Reason.EARNING_RELEASED,
        order_ref,
        earning.licence_ref,
    )


def payout_posting(*, payout_ref: str, creator_id: UUID, amount: Money) -> Posting:
    """Payable money leaves through the provider."""
    return Posting(
        f"payout:{payout_ref}:sent",
        AccountRef(AccountKind.CREATOR_AVAILABLE, amount.currency, creator_id),
        AccountRef(AccountKind.CASH_AT_PROVIDER, amount.currency),
        amount,
        Reason.PAYOUT_SENT,
        "",
        payout_ref,
    )


def refund_postings(*, order_ref: str, buyer_id: UUID, total: Money) -> list[Posting]:
    """Give back an order whose whole total is in escrow (reverse its delivery transfers first, when there are any)."""
    if not total.minor:
        return []
    escrow = AccountRef(AccountKind.ESCROW, total.currency, buyer_id)
    refunds = AccountRef(AccountKind.REFUNDS, total.currency, buyer_id)
    cash = AccountRef(AccountKind.CASH_AT_PROVIDER, total.currency)
    return [
        Posting(f"order:{order_ref}:refund_owed", escrow, refunds, total, Reason.REFUND_OWED, order_ref, order_ref),
        Posting(f"order:{order_ref}:refund_paid", refunds, cash, total, Reason.REFUND_PAID, order_ref, order_ref),
    ]


def reversal_posting(original: Posting, *, transfer_ref: str) -> Posting:
    """The exact mirror of a posted transfer: the only correction there is. At most one per transfer."""
    return Posting(
        f"{original.journal_key}:reversed",
        original.credit,
        original.debit,
        original.amount,
        Reason.REVERSAL,
        original.order_ref,
        transfer_ref,
    )


def signed_minor(kind: AccountKind, *, debits: int, credits_: int) -> int:
    """Balance in minor units, positive on the account's normal side."""
    return debits - credits_ if kind in DEBIT_NORMAL else credits_ - debits


def fold(postings: Iterable[Posting]) -> dict[AccountRef, int]:
    """Balances after these postings, from nothing, in minor units on each account's normal side."""
    balances: dict[AccountRef, int] = {}
    for posting in postings:
        minor = posting.amount.minor
        for account, debits, credits_ in ((posting.debit, minor, 0), (posting.credit, 0, minor)):
            balances[account] = balances.get(account, 0) + signed_minor(account.kind, debits=debits, credits_=credits_)
    return balances


def lowered(postings: Sequence[Posting]) -> list[AccountRef]:
    """Guarded accounts that these postings lower as a whole: those whose rows must be locked and checked."""
    return sorted(ref for ref, change in fold(postings).items() if change < 0 and ref.kind in NEVER_NEGATIVE)


def overdrawn(before: Mapping[AccountRef, int], postings: Sequence[Posting]) -> list[AccountRef]:
    """Guarded accounts that would fall below zero."""
    changes = fold(postings)
    return [ref for ref in lowered(postings) if before.get(ref, 0) + changes[ref] < 0]
