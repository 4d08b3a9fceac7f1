"""What taking a clip back would do, before it is done: open offers that lose it, licences it reaches and how far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from core.money import Money
from licensing.domain.facts import GrantExclusivity
from marketplace.orders.domain.states import OrderState, QuoteState
from marketplace.orders.models import Licence, QuoteLine
from marketplace.orders.selectors.orders import STANDING, licensee_told
from marketplace.withdrawals.domain.ladder import Plan, goes_further, plan_of, refund_of
from marketplace.withdrawals.domain.states import OPEN_NOTICES, Cause, NoticeState
from marketplace.withdrawals.models import Notice


@dataclass(frozen=True, slots=True)
class Reached:
    """One licence and what its frozen terms make of the withdrawal. `earlier` is the notice that goes less far."""

    licence: Licence
    plan: Plan
    refund: Money
    earlier: Notice | None = None

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
    """Licences on a clip that stand, or whose holders still have something to do about them, oldest first."""
    unfinished = Notice.objects.filter(state__in=OPEN_NOTICES).values("licence_id")
    rows = Licence.objects.filter(Q(state__in=STANDING) | Q(pk__in=unfinished), clip_id=clip_id)
    return rows.select_related("line__terms_profile_version", "licensee", "order").order_by("pk")


def reached_further(licences: Iterable[Licence], *, cause: Cause, at: datetime) -> list[Reached]:
    """What each licence's holder is to be told now: those without a notice, and those whose notice goes less far."""
    licences = list(licences)
    counting = Notice.objects.filter(licence__in=licences).exclude(state=NoticeState.SUPERSEDED)
    earlier = {notice.licence_id: notice for notice in counting.select_related("withdrawal")}
    reached = [_reached(licence, earlier.get(licence.pk), cause=cause, at=at) for licence in licences]
    return [one for one in reached if one is not None]


def _reached(licence: Licence, earlier: Notice | None, *, cause: Cause, at: datetime) -> Reached | None:
    plan = plan_of(
        terms=licence.line.terms_profile_version.values, cause=cause, told_at=at, licence_ends_at=licence.ends_at
    )
    if earlier is not None:
        if not goes_further(plan, rungs=earlier.rungs, effective_at=earlier.effective_at):
            return None
        if licence.state not in STANDING and earlier.delete_by is not None:
            # It has ended and was credited: what is asked on top prolongs no deletion and gives nothing back twice.
            ended = replace(plan, effective_at=earlier.effective_at, delete_by=earlier.delete_by)
            return Reached(licence, ended, earlier.refund, earlier)
    refund = refund_of(
        rule=plan.refund_rule,
        paid=licence.line.amount,
        starts_at=licence.starts_at,
        ends_at=licence.ends_at,
        effective_at=plan.effective_at,
    )
    return Reached(licence, plan, refund, earlier)


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
        reached=tuple(reached_further(licences_reached(clip_id), cause=cause, at=at)),
    )


def _by_currency(amounts: list[Money]) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money.zero(amount.currency)) + amount
    return tuple(sums[currency] for currency in sorted(sums))
