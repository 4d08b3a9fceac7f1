"""Refunds that notices promise, beside what the ledger says was credited."""

from __future__ import annotations

from core.ids import Prefix, public_id
from core.money import Money
from marketplace.ledger.selectors import refunds_of
from marketplace.orders.domain.states import PAID_STATES, LicenceState
from marketplace.withdrawals.domain.states import NoticeState
from marketplace.withdrawals.models import Notice

_AT_ONCE = 500


def notices_uncredited() -> list[Notice]:
    """Notices that promise a refund, whose licence ended by them, and for which other than that was credited."""
    promised = Notice.objects.exclude(state=NoticeState.SUPERSEDED).filter(
        refund_minor__gt=0, licence__state=LicenceState.TERMINATED, licence__order__state__in=PAID_STATES
    )
    found: list[Notice] = []
    some: list[Notice] = []
    for notice in promised.order_by("pk").iterator(chunk_size=_AT_ONCE):
        some.append(notice)
        if len(some) == _AT_ONCE:
            found += _uncredited(some)
            some = []
    return found + _uncredited(some)


def _uncredited(notices: list[Notice]) -> list[Notice]:
    refs = {notice.pk: public_id(Prefix.LICENCE, notice.licence_id) for notice in notices}
    credited = refunds_of(refs.values())
    return [notice for notice in notices if credited.get(refs[notice.pk], Money.zero(notice.currency)) != notice.refund]
