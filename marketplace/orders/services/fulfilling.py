"""What the delivery of an order means: ready, then delivered and the creators' earnings booked."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.ids import NOT_FOUND
from core.jobs.services import publish
from core.money import Money
from core.transitions import advance
from marketplace.ledger.domain import AccountKind, Earning, delivery_postings
from marketplace.ledger.selectors import refunds_in
from marketplace.ledger.services import transfers_post
from marketplace.orders.domain.states import ORDER, OrderEvent, OrderState
from marketplace.orders.models import Order
from marketplace.orders.selectors.orders import licences_of

ORDER_DELIVERED: Final = "marketplace.order.delivered"


def order_mark_ready(*, actor: Actor, order_id: UUID) -> Order:
    """The dataset is built. Said again, or late, it changes nothing."""
    with transaction.atomic():
        order = _locked(order_id)
        if order.state == OrderState.BUILDING:
            _built(actor, order)
    return order


def order_mark_delivered(*, actor: Actor, order_id: UUID) -> Order:
    """The buyer has the dataset: escrow becomes the creators' held money, line by line, and the platform's fee.

    Said again it changes nothing; said before `ready` it implies it.
    """
    with transaction.atomic():
        order = _locked(order_id)
        if order.state == OrderState.DELIVERED:
            return order
        if order.state == OrderState.BUILDING:
            _built(actor, order)
        advance(order, ORDER, OrderEvent.DELIVERED, delivered_at=now())
        transfers_post(
            actor=actor,
            postings=delivery_postings(
                order_ref=order.public_id,
                buyer_id=order.organisation_id,
                earnings=_earnings(order),
                fee=order.quote.service_fee,
            ),
        )
        _audit(actor, order, "order.delivered")
        publish(topic=ORDER_DELIVERED, subject=order.public_id, payload={"order": order.public_id})
    return order


def _earnings(order: Order) -> list[Earning]:
    """What each licence earns its creator: its line, less what went back to the buyer while it lay in escrow."""
    back = refunds_in(order.public_id, AccountKind.ESCROW)
    nothing = Money.zero(order.quote.currency)
    return [
        Earning(licence.public_id, licence.licensor_id, licence.line.amount - back.get(licence.public_id, nothing))
        for licence in licences_of(order)
    ]


def _built(actor: Actor, order: Order) -> None:
    advance(order, ORDER, OrderEvent.BUILT, ready_at=now())
    _audit(actor, order, "order.ready")


def _locked(order_id: UUID) -> Order:
    order = Order.objects.select_for_update(of=("self",)).select_related("quote").filter(pk=order_id).first()
    if order is None:
        raise NOT_FOUND("There is no order with this id.")
    return order


def _audit(actor: Actor, order: Order, action: str) -> None:
    record(
        actor=actor,
        action=action,
        subject=order.public_id,
        organisation_id=order.organisation_id,
        after={"state": str(order.state)},
    )
