"""Do the orders and the ledger tell the same story? Finds, never repairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import Count, Sum

from marketplace.ledger.domain import AccountKind, Reason
from marketplace.ledger.selectors import balances_by_order, refunds_in, repaid_in, transfers_of
from marketplace.ledger.services import Finding, ledger_check
from marketplace.orders.domain.states import PAID_STATES, OrderState
from marketplace.orders.models import Licence, Order, QuoteLine
from marketplace.orders.selectors.orders import licences_of

_EARNED = (AccountKind.CREATOR_HELD, AccountKind.CREATOR_AVAILABLE)


def ledger_verify() -> list[Finding]:
    """Everything that can be proved about the money: the ledger alone, each order against it, each earning line."""
    nets = balances_by_order()
    findings = list(ledger_check())
    known = set()
    for order in Order.objects.select_related("quote").order_by("pk").iterator(chunk_size=200):
        known.add(order.public_id)
        findings += _order(order, nets.get(order.public_id, {}))
    findings += [
        Finding("unknown_order", ref, "transfers name an order that does not exist") for ref in nets if ref not in known
    ]
    return findings


def _order(order: Order, net: Mapping[AccountKind, int]) -> Iterator[Finding]:
    yield from _quote_adds_up(order)
    state = OrderState(order.state)
    if state not in PAID_STATES:
        yield from _holds(order, net, {kind: 0 for kind in AccountKind if kind in net}, "an order that holds no money")
        return
    quote = order.quote
    delivered = state in {OrderState.DELIVERED, OrderState.DISPUTED}
    back = sum(money.minor for money in refunds_in(order.public_id).values())
    borne = sum(money.minor for money in refunds_in(order.public_id, AccountKind.PLATFORM_REVENUE).values())
    sent = sum(money.minor for money in repaid_in(order.public_id).values())
    yield from _holds(
        order,
        net,
        {
            AccountKind.CASH_AT_PROVIDER: quote.total.minor - sent,
            AccountKind.BUYER_RECEIVABLE: 0,
            AccountKind.ESCROW: 0 if delivered else quote.total.minor - back,
            AccountKind.PLATFORM_REVENUE: quote.service_fee_minor - borne if delivered else 0,
            AccountKind.REFUNDS: back - sent,
        },
        str(state),
    )
    earned = sum(net.get(kind, 0) for kind in _EARNED)
    expected = quote.creators_minor - (back - borne) if delivered else 0
    if earned != expected:
        yield Finding("creators_disagree", order.public_id, f"creators hold {earned}, the quote says {expected}")
    yield from _licences(order, delivered=delivered)


def _holds(
    order: Order, net: Mapping[AccountKind, int], expected: Mapping[AccountKind, int], state: str
) -> Iterator[Finding]:
    for kind, minor in expected.items():
        if net.get(kind, 0) != minor:
            detail = f"{kind} holds {net.get(kind, 0)} for it, expected {minor} ({state})"
            yield Finding("order_disagrees", order.public_id, detail)


def _quote_adds_up(order: Order) -> Iterator[Finding]:
    sums = QuoteLine.objects.filter(quote_id=order.quote_id).aggregate(
        minor=Sum("amount_minor"), ms=Sum("duration_ms"), lines=Count("pk")
    )
    if (sums["minor"] or 0, sums["ms"] or 0) != (order.quote.creators_minor, order.quote.duration_ms):
        yield Finding("quote_disagrees", order.quote.public_id, "its lines do not add up to its totals")


def _licences(order: Order, *, delivered: bool) -> Iterator[Finding]:
    granted = Licence.objects.filter(order=order).count()
    lines = QuoteLine.objects.filter(quote_id=order.quote_id).count()
    if granted != lines:
        yield Finding("licences_missing", order.public_id, f"{granted} licences for {lines} quoted clips")
    if not delivered:
        return
    licences = list(licences_of(order))
    transfers = transfers_of((licence.public_id for licence in licences), Reason.CREATOR_EARNED)
    back = refunds_in(order.public_id, AccountKind.ESCROW)
    for licence in licences:
        transfer = transfers.get(licence.public_id)
        booked = 0 if transfer is None else transfer.amount_minor
        to = None if transfer is None else transfer.credit.owner_id
        before = back.get(licence.public_id)
        earned = licence.line.amount_minor - (0 if before is None else before.minor)
        if booked != earned or (booked and to != licence.licensor_id):
            detail = f"the line comes to {earned} minor units, the ledger says {booked}"
            yield Finding("earning_disagrees", licence.public_id, detail)
