"""Moving creators' money: collecting from buyers, releasing what was held, paying out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.clock import now
from core.money import Money
from licensing.selectors.pricing import rate_in_force
from marketplace.actions import MONEY_MOVE
from marketplace.ledger.domain import payout_posting, release_posting
from marketplace.ledger.selectors import creator_balance
from marketplace.ledger.services import held_earnings_locked, transfers_post
from marketplace.payouts.adapters.test_provider import provider as test_provider
from marketplace.payouts.domain import Charge, Method, PaymentProvider, Returned
from marketplace.payouts.errors import BELOW_MINIMUM

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Released:
    """What a run of `earnings_release` moved."""

    earnings: int
    creators: int


def provider_for(method: Method) -> PaymentProvider:
    """The adapter behind a way to pay."""
    match method:
        case Method.TEST:
            return test_provider()


def payment_charge(*, method: Method, key: str, amount: Money, token: str) -> Charge:
    """Ask the provider to collect once for this key. Talks to the outside: never call it inside a transaction."""
    return provider_for(method).charge(key=key, amount=amount, token=token)


def payment_find(*, method: Method, key: str) -> Charge | None:
    """What the provider knows about a key. Talks to the outside: never call it inside a transaction."""
    return provider_for(method).find(key)


def payment_return(*, method: Method, key: str, charge_key: str, amount: Money) -> Returned:
    """Ask the provider to give back part of a charge once for this key. Never call it inside a transaction.

    It is asked first what became of the key: providers remember what they gave back, and the keys they were asked
    under for a day only.
    """
    provider = provider_for(method)
    known = provider.find_refund(key=key, charge_key=charge_key)
    return known or provider.refund(key=key, charge_key=charge_key, amount=amount)


def earnings_release(*, actor: Actor, at: datetime | None = None) -> Released:
    """Make earnings payable whose hold is over (`hold_days` of the rate card in force). Safe to repeat; run daily."""
    require(actor, MONEY_MOVE)
    moment = at or now()
    before = moment - timedelta(days=rate_in_force(moment).payout.hold_days)
    count = 0
    creators: set[UUID] = set()
    while True:
        with transaction.atomic():
            due = held_earnings_locked(before, _BATCH)
            postings = [release_posting(order_ref=order_ref, earning=earning) for order_ref, earning in due]
            transfers_post(actor=actor, postings=postings)
        if not due:
            return Released(count, len(creators))
        count += len(due)
        creators |= {earning.creator_id for _, earning in due}


def payout_send(*, actor: Actor, organisation_id: UUID, payout_ref: str, amount: Money) -> Money:
    """Take payable money out of a creator's balance for one payout; return what is left.

    `payout_ref` names the payout and makes it happen once. Refused: `below_minimum`, `insufficient_balance`.
    """
    require(actor, MONEY_MOVE)
    minimum = rate_in_force(now()).payout.minimum
    if amount < minimum:
        raise BELOW_MINIMUM(f"{amount} is less than the smallest payout, {minimum}. Nothing was moved.")
    posting = payout_posting(payout_ref=payout_ref, creator_id=organisation_id, amount=amount)
    transfers_post(actor=actor, postings=[posting])
    return creator_balance(organisation_id, amount.currency).available
