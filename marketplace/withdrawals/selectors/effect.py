"""What taking a clip back would do, before it is done: open offers that lose it, licences it reaches and how far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from core.money import Money
from licensing.domain.facts import GrantExclusivity
from marketplace.orders.domain.states import OrderState, QuoteState
from marketplace.orders.models import Licence, QuoteLine
from marketplace.orders.selectors.orders import STANDING, licensee_told
from marketplace.withdrawals.domain.ladder import Plan, plan_of, refund_of
from marketplace.withdrawals.domain.states import Cause


@dataclass(frozen=True, slots=True)
class Reached:
    """One licence and what its frozen terms make of the withdrawal."""

    licence: Licence
    plan: Plan
    refund: Money

    @property
    def holder(self) -> str:
        """The holder's name, as far as the licensor learns it."""
        return licensee_told(self.licence)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a withdrawal does. `lost` is what creators would have received for the clip in open offers, by currency."""

    quotes: int
    orders: int
    """Accepted and not yet paid: they cannot be paid any more."""
    duration_ms: int
    lost: tuple[Money, ...]
    reached: tuple[Reached, ...]

    @property
    def held_exclusively(self) -> bool:
        """Whether somebody paid to be alone with it."""
        return any(one.licence.exclusivity != GrantExclusivity.NONE for one in self.reached)

    @property
    def refunds(self) -> tuple[Money, ...]:
        """What goes back to buyers, by currency."""
        return _by_currency([one.refund for one in self.reached])


def licences_reached(clip_id: UUID) -> QuerySet[Licence]:
    """Standing licences on a clip that have no notice yet, oldest first."""
    rows = Licence.objects.filter(clip_id=clip_id, state__in=STANDING, takedown_notice=None)
    return rows.select_related("line__terms_profile_version", "licensee", "order").order_by("pk")


def reached_by(licence: Licence, *, cause: Cause, at: datetime) -> Reached:
    """The plan for one licence if its holder is told now."""
    plan = plan_of(
        terms=licence.line.terms_profile_version.values, cause=cause, told_at=at, licence_ends_at=licence.ends_at
    )
    refund = refund_of(
        rule=plan.refund_rule,
        paid=licence.line.amount,
        starts_at=licence.starts_at,
        ends_at=licence.ends_at,
        effective_at=plan.effective_at,
    )
    return Reached(licence, plan, refund)


def effect_of(clip_id: UUID, *, cause: Cause, at: datetime) -> Effect:
    """The effect of taking a clip back at a moment."""
    lines = list(
        QuoteLine.objects.filter(clip_id=clip_id, quote__state=QuoteState.OPEN, quote__expires_at__gt=at).values_list(
            "duration_ms", "amount_minor", "currency"
        )
    )
    unpaid = QuoteLine.objects.filter(clip_id=clip_id, quote__order__state=OrderState.AWAITING_PAYMENT)
    return Effect(
        quotes=len(lines),
        orders=unpaid.count(),
        duration_ms=sum(duration for duration, _, _ in lines),
        lost=_by_currency([Money(minor, currency) for _, minor, currency in lines]),
        reached=tuple(reached_by(licence, cause=cause, at=at) for licence in licences_reached(clip_id)),
    )


def _by_currency(amounts: list[Money]) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money.zero(amount.currency)) + amount
    return tuple(sums[currency] for currency in sorted(sums))
