"""Paying an order: claim, ask the provider outside any transaction, settle. Safe to repeat at every step."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.ids import NOT_FOUND
from core.jobs.services import enqueue, publish
from core.transitions import advance
from marketplace.actions import ORDER_PAY
from marketplace.ledger.domain import sale_postings
from marketplace.ledger.services import transfers_post
from marketplace.orders.domain.states import (
    ORDER,
    PAID_STATES,
    PAYMENT,
    OrderEvent,
    OrderState,
    PaymentEvent,
    PaymentState,
)
from marketplace.orders.errors import METHOD_UNKNOWN, ORDER_NOT_PAYABLE, PAYMENT_FAILED
from marketplace.orders.models import Licence, Order, Payment
from marketplace.orders.selectors.holds import reservations_standing
from marketplace.orders.services.accepting import require_still_offered
from marketplace.orders.services.recording import licences_record
from marketplace.orders.services.reserving import reservations_make, reservations_release
from marketplace.payouts.domain import Charge, Method
from marketplace.payouts.services import payment_charge, payment_find
from marketplace.transparency.domain.entry import LogEvent

ORDER_PAID: Final = "marketplace.order.paid"
PAYMENT_FOLLOW_UP: Final = "marketplace.payment.follow_up"
_FOLLOW_UP_AFTER: Final = timedelta(seconds=60)
_GIVE_UP_AFTER: Final = timedelta(hours=24)
_ASK_AGAIN_WITHIN: Final = timedelta(hours=23)
"""Later than this nobody asks the provider under the same key: giving up then meets nobody who is still asking."""
_NEVER_ASKED: Final = "never_asked"


def order_pay(*, actor: Actor, order_id: UUID, method: str = "test", token: str = "") -> Order:
    """Collect the order's total, once, and start its build; an order already paid is returned as it is.

    Refused: `payment_failed` (402; nothing is lost, try another card), `order_not_payable`, `clips_lost`,
    `under_exclusive`; all but the first before the provider is asked. Killed at any point and asked again, it goes on
    where it was: the provider is asked under the same key. Never call it inside a transaction: it talks to the
    provider.
    """
    payment = _claim(actor, order_id, _method(method))
    if payment is not None:
        charge = payment_charge(
            method=Method(payment.method), key=payment.provider_key, amount=payment.amount, token=token
        )
        if not payment_settle(actor=actor, payment_id=payment.pk, charge=charge):
            raise PAYMENT_FAILED(
                f"The provider declined ({charge.decline_code}). Nothing was charged and the order still stands; "
                "try again or use another card.",
                reason=charge.decline_code,
            )
    return Order.objects.select_related("quote").get(pk=order_id)


def payment_settle(*, actor: Actor, payment_id: UUID, charge: Charge) -> bool:
    """Write down the provider's answer and everything that follows from it, in one transaction; True when captured.

    Captured: the order builds, the ledger holds the money in escrow, one licence per clip is issued, and
    `marketplace.order.paid` is published. Settling again changes nothing.
    """
    with transaction.atomic():
        order = _locked(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
        payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)
        if payment.state != PaymentState.CLAIMED:
            return payment.state == PaymentState.CAPTURED
        if not charge.captured:
            advance(payment, PAYMENT, PaymentEvent.DECLINED, decline_code=charge.decline_code)
            reservations_release(order_id=order.pk)
            _audit(actor, order, "order.payment_declined", payment)
            return False
        advance(payment, PAYMENT, PaymentEvent.CAPTURED, reference=charge.reference)
        advance(order, ORDER, OrderEvent.PAID, paid_at=now())
        transfers_post(
            actor=actor,
            postings=sale_postings(order_ref=order.public_id, buyer_id=order.organisation_id, total=payment.amount),
        )
        _issue_licences(order)
        _audit(actor, order, "order.paid", payment)
        publish(topic=ORDER_PAID, subject=order.public_id, payload={"order": order.public_id})
    return True


def payment_follow_up(*, actor: Actor, payment_id: UUID) -> None:
    """Finish a payment whose request died between the provider's answer and ours. Run a minute later, and a day later.

    After a day a payment that the provider never heard of is over: what it held is free for others again.
    """
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None or payment.state != PaymentState.CLAIMED:
        return
    charge = payment_find(method=Method(payment.method), key=payment.provider_key)
    if charge is None and now() >= payment.created_at + _GIVE_UP_AFTER:
        charge = Charge(payment.provider_key, payment.amount, captured=False, reference="", decline_code=_NEVER_ASKED)
    if charge is not None:
        payment_settle(actor=actor, payment_id=payment_id, charge=charge)


def _method(text: str) -> Method:
    try:
        return Method(text)
    except ValueError:
        raise METHOD_UNKNOWN(f"Pay with one of: {', '.join(Method)}. Nothing was charged.") from None


def _claim(actor: Actor, order_id: UUID, method: Method) -> Payment | None:
    """Write down that we are about to ask the provider; None when the order is paid already."""
    with transaction.atomic():
        order = _locked(order_id)
        require(actor, ORDER_PAY, order.organisation_id)
        if OrderState(order.state) in PAID_STATES:
            return None
        if order.state != OrderState.AWAITING_PAYMENT:
            raise ORDER_NOT_PAYABLE(f"The order is {order.state}. Nothing was charged.", state=order.state)
        standing = order.payments.filter(state=PaymentState.CLAIMED).first()
        if standing is not None:
            if now() >= standing.created_at + _ASK_AGAIN_WITHIN:
                raise ORDER_NOT_PAYABLE(
                    "A payment that was begun a day ago is being closed. Nothing was charged; try again in an hour.",
                    state=order.state,
                )
            return standing
        require_still_offered(order.quote, terms_may_change=True)
        reservations_make(order)
        attempt = order.payments.count() + 1
        payment = Payment.objects.create(
            order=order,
            attempt=attempt,
            method=method,
            provider_key=f"{order.public_id}:{attempt}",
            amount_minor=order.quote.total.minor,
            currency=order.quote.currency,
        )
        for delay in (_FOLLOW_UP_AFTER, _GIVE_UP_AFTER):
            enqueue(
                kind=PAYMENT_FOLLOW_UP,
                subject=f"{payment.provider_key}:{delay.total_seconds():.0f}",
                payload={"payment_id": str(payment.pk)},
                delay=delay,
            )
    return payment


def _locked(order_id: UUID) -> Order:
    order = Order.objects.select_for_update(of=("self",)).select_related("quote").filter(pk=order_id).first()
    if order is None:
        raise NOT_FOUND("You have no order with this id.")
    return order


def _issue_licences(order: Order) -> None:
    """One licence per line, for the time its clip is held. The table refuses one whose clip the order does not hold."""
    held = reservations_standing().filter(order=order).aggregate(starts_at=Min("starts_at"), ends_at=Max("ends_at"))
    lines = order.quote.lines.order_by("number").values_list("pk", "clip_id", "licensor_id")
    licences = Licence.objects.bulk_create(
        [
            Licence(
                order=order,
                line_id=line_id,
                clip_id=clip_id,
                licensor_id=licensor_id,
                licensee_id=order.organisation_id,
                exclusivity=order.quote.exclusivity,
                **held,
            )
            for line_id, clip_id, licensor_id in lines
        ],
        batch_size=500,
    )
    licences_record(event=LogEvent.ISSUED, licences=licences)


def _audit(actor: Actor, order: Order, action: str, payment: Payment) -> None:
    record(
        actor=actor,
        action=action,
        subject=order.public_id,
        organisation_id=order.organisation_id,
        after={"amount": str(payment.amount), "attempt": payment.attempt, "reference": payment.reference},
    )
