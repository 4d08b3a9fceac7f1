"""How much money of open offers hangs on a studio, or on a clip."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet, Sum

from core.clock import now
from core.money import Money
from marketplace.orders.domain.states import QuoteState
from marketplace.orders.models import QuoteLine

Values = dict[UUID, tuple[Money, ...]]


def _open_lines() -> QuerySet[QuoteLine]:
    return QuoteLine.objects.filter(quote__state=QuoteState.OPEN, quote__expires_at__gt=now())


def _summed(rows: QuerySet[QuoteLine], name: str) -> Values:
    found: Values = {}
    sums = rows.order_by(name, "currency").values_list(name, "currency").annotate(Sum("amount_minor"))
    for key, currency, minor in sums:
        found[key] = (*found.get(key, ()), Money(minor, currency))
    return found


def open_quote_values(studios: Iterable[UUID]) -> Values:
    """What open offers hold of each studio's clips, one amount a currency; studios without any are left out."""
    return _summed(_open_lines().filter(licensor__in=list(studios)), "licensor_id")


def open_clip_values(clips: Iterable[UUID]) -> Values:
    """What open offers hold of each clip, one amount a currency; clips in none are left out."""
    return _summed(_open_lines().filter(clip__in=list(clips)), "clip_id")
