"""What a creator earns, line by line, so that it can be recomputed with a pocket calculator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet, Sum

from core.accounts.policy import Actor, require
from core.ids import NOT_FOUND
from core.money import Money
from licensing.selectors.pricing import rate_in_force
from marketplace.actions import EARNINGS_VIEW
from marketplace.ledger.domain import AccountKind, Reason
from marketplace.ledger.selectors import creator_balance, refunds_of, statement_lines, transfers_of
from marketplace.orders.domain.states import LicenceState, OrderState
from marketplace.orders.models import Licence
from marketplace.orders.selectors.orders import licensee_told

_NOT_BOOKED = (OrderState.BUILDING, OrderState.READY, OrderState.ON_HOLD)
_FROM_CREATOR = (AccountKind.ESCROW, AccountKind.CREATOR_HELD, AccountKind.CREATOR_AVAILABLE)


class EarningState(StrEnum):
    """How far a creator's money for one licence is."""

    EXPECTED = "expected"
    """Paid by the buyer, in escrow until the dataset is delivered."""
    HELD = "held"
    AVAILABLE = "available"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class EarningLine:
    """One licence as money. The amount is rate x duration, rounded once, half to even."""

    licence: Licence
    state: EarningState
    earned_at: datetime | None
    available_at: datetime | None
    """When the hold ends, or ended; None while the money is only expected."""
    refunded: Money
    """What of it went back to the buyer, because the licence ended before its time."""

    @property
    def buyer(self) -> str:
        """The buyer's name, as far as the creator learns it."""
        return licensee_told(self.licence)


@dataclass(frozen=True, slots=True)
class EarningsSummary:
    """A creator's money now."""

    expected: Money
    held: Money
    available: Money
    hold_days: int


def earnings_visible_to(actor: Actor) -> QuerySet[Licence]:
    """Licences granted on the clips of the actor's studio, paid for by a buyer; newest last id first when paged."""
    licences = Licence.objects.select_related(
        "clip__asset",
        "licensee",
        "order__quote__use_case_version__use_case",
        "line__terms_profile_version__profile",
        "line__terms_profile_version__contract_version",
        "line__agreement",
    )
    if actor.is_system:
        return licences
    require(actor, EARNINGS_VIEW)
    return licences.filter(licensor=actor.organisation_id)


def earning_lines(licences: Iterable[Licence]) -> list[EarningLine]:
    """Join one page of licences with the ledger: three queries, whatever the number of lines."""
    page = list(licences)
    refs = [licence.public_id for licence in page]
    earned = transfers_of(refs, Reason.CREATOR_EARNED)
    released = transfers_of(refs, Reason.EARNING_RELEASED)
    back = refunds_of(refs, *_FROM_CREATOR)
    hold = timedelta(days=rate_in_force().payout.hold_days)
    lines = []
    for licence in page:
        booked, freed = earned.get(licence.public_id), released.get(licence.public_id)
        refunded = back.get(licence.public_id, Money.zero(licence.line.currency))
        if booked is None:
            waiting = licence.order.state in _NOT_BOOKED or not licence.line.amount_minor
            state = EarningState.EXPECTED if waiting else EarningState.REVERSED
            lines.append(EarningLine(licence, state, None, None, refunded))
        elif freed is None:
            ends = booked.created_at + hold
            lines.append(EarningLine(licence, EarningState.HELD, booked.created_at, ends, refunded))
        else:
            lines.append(EarningLine(licence, EarningState.AVAILABLE, booked.created_at, freed.created_at, refunded))
    return lines


def earnings_summary(actor: Actor, currency: str = "USD") -> EarningsSummary:
    """A studio's expected, held and available money."""
    require(actor, EARNINGS_VIEW)
    if actor.organisation_id is None:
        nothing = Money.zero(currency)
        return EarningsSummary(nothing, nothing, nothing, 0)
    waiting = Licence.objects.filter(
        licensor=actor.organisation_id, order__state__in=_NOT_BOOKED, line__currency=currency
    )
    expected = waiting.aggregate(minor=Sum("line__amount_minor"))["minor"] or 0
    ended = [licence.public_id for licence in waiting.filter(state=LicenceState.TERMINATED)]
    back = sum(money.minor for money in refunds_of(ended, AccountKind.ESCROW).values())
    balance = creator_balance(actor.organisation_id, currency)
    return EarningsSummary(
        Money(expected - back, currency), balance.held, balance.available, rate_in_force().payout.hold_days
    )


def ledger_lines_visible_to(actor: Actor) -> QuerySet[Any]:
    """The transfers that moved the balances of the actor's studio."""
    require(actor, EARNINGS_VIEW)
    if actor.organisation_id is None:
        raise NOT_FOUND("The system has no balance of its own.")
    return statement_lines(actor.organisation_id)
