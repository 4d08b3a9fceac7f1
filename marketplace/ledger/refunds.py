"""Giving a buyer back part of what one licence cost, out of where that money lies now; then it leaves.

Undelivered, it lies in escrow. Earned and held, the creator gives it back before it becomes payable. Once payable, the
creator's balance gives what it has; it never falls below zero, and the platform bears the rest, for good: no clause
of an agreement lets it take that back from what other licences earn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.money import Money
from marketplace.ledger import selectors
from marketplace.ledger.domain import AccountKind, AccountRef, Posting, Reason
from marketplace.ledger.errors import JOURNAL_KEY_REUSED
from marketplace.ledger.services import accounts_lock, transfers_post

_OWNER: Final = {
    AccountKind.ESCROW: "buyer_id",
    AccountKind.CREATOR_HELD: "creator_id",
    AccountKind.CREATOR_AVAILABLE: "creator_id",
}


@dataclass(frozen=True, slots=True)
class Refund:
    """What goes back to whom for which licence; at most once for a licence."""

    licence_ref: str
    order_ref: str
    buyer_id: UUID
    creator_id: UUID
    amount: Money

    def account(self, kind: AccountKind) -> AccountRef:
        """The account of a kind that gives; the buyer's own of what is owed back takes."""
        owner = getattr(self, _OWNER[kind]) if kind in _OWNER else None
        return AccountRef(kind, self.amount.currency, owner)


def refund_shares(amount: Money, *, earned: bool, released: bool, available: Money) -> dict[AccountKind, Money]:
    """Which kinds of account give how much; the parts are the whole, and none asks a creator for more than there is."""
    if not earned:
        return {AccountKind.ESCROW: amount}
    if not released:
        return {AccountKind.CREATOR_HELD: amount}
    given = min(amount, available)
    return {AccountKind.CREATOR_AVAILABLE: given, AccountKind.PLATFORM_REVENUE: amount - given}


def refund_credit_postings(refund: Refund, shares: Mapping[AccountKind, Money]) -> list[Posting]:
    """The transfers of a refund, one for each account that gives. Shares of zero move nothing."""
    owed = AccountRef(AccountKind.REFUNDS, refund.amount.currency, refund.buyer_id)
    return [
        Posting(
            f"licence:{refund.licence_ref}:refunded:{kind}",
            refund.account(kind),
            owed,
            amount,
            Reason.REFUND_OWED,
            refund.order_ref,
            refund.licence_ref,
        )
        for kind, amount in shares.items()
        if amount.minor
    ]


def repayment_posting(*, licence_ref: str, order_ref: str, buyer_id: UUID, amount: Money) -> Posting:
    """What was credited for a licence leaves through the provider; once for a licence."""
    return Posting(
        f"licence:{licence_ref}:refund_paid",
        AccountRef(AccountKind.REFUNDS, amount.currency, buyer_id),
        AccountRef(AccountKind.CASH_AT_PROVIDER, amount.currency),
        amount,
        Reason.REFUND_PAID,
        order_ref,
        licence_ref,
    )


def licence_refund(*, actor: Actor, refund: Refund) -> bool:
    """Credit a refund once; False when it was credited before. The order is locked by the caller.

    `journal_key_reused` when another amount was credited for the licence.
    """
    with transaction.atomic():
        kinds = (AccountKind.ESCROW, AccountKind.CREATOR_HELD, AccountKind.CREATOR_AVAILABLE)
        accounts_lock(refund.account(kind) for kind in kinds)
        before = selectors.refunds_of([refund.licence_ref]).get(refund.licence_ref)
        if before is not None:
            if before != refund.amount:
                raise JOURNAL_KEY_REUSED(f"{before} was credited for {refund.licence_ref} before. Nothing was posted.")
            return False
        shares = refund_shares(
            refund.amount,
            earned=bool(selectors.transfers_of([refund.licence_ref], Reason.CREATOR_EARNED)),
            released=bool(selectors.transfers_of([refund.licence_ref], Reason.EARNING_RELEASED)),
            available=selectors.account_balance(refund.account(AccountKind.CREATOR_AVAILABLE)),
        )
        transfers_post(actor=actor, postings=refund_credit_postings(refund, shares))
    return True
