"""What the terms give back to the buyer of a clip is credited when the licence ends, in that transaction."""

from __future__ import annotations

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.jobs.services import publish
from marketplace.ledger.refunds import Refund, licence_refund
from marketplace.orders.domain.states import PAID_STATES, OrderState
from marketplace.orders.models import Licence, Order
from marketplace.withdrawals.domain.topics import LICENCE_REFUNDED
from marketplace.withdrawals.models import Notice
from marketplace.withdrawals.selectors.refunds import notices_uncredited


def refund_credit(*, actor: Actor, notice: Notice) -> bool:
    """Credit what a notice promises, once, inside the caller's transaction; False when there is nothing to credit.

    The amount is the notice's and nobody's decision. It comes from where the money is: escrow, what the creator has
    been credited and not been paid, and the platform where that is not enough. An order whose money went back as a
    whole is not credited again.
    """
    if not notice.refund_minor:
        return False
    licence = Licence.objects.get(pk=notice.licence_id)
    order = Order.objects.select_for_update(of=("self",)).get(pk=licence.order_id)
    if OrderState(order.state) not in PAID_STATES:
        return False
    refund = Refund(
        licence_ref=licence.public_id,
        order_ref=order.public_id,
        buyer_id=licence.licensee_id,
        creator_id=licence.licensor_id,
        amount=notice.refund,
    )
    if not licence_refund(actor=actor, refund=refund):
        return False
    record(
        actor=actor,
        action="licence.refunded",
        subject=licence.public_id,
        organisation_id=licence.licensee_id,
        after={"notice": notice.public_id, "amount": str(notice.refund)},
    )
    publish(topic=LICENCE_REFUNDED, subject=licence.public_id, payload={"notice": notice.public_id})
    return True


def refunds_settle(*, actor: Actor) -> int:
    """Credit what ended licences are owed and were never credited: those of before refunds were; return how many."""
    settled = 0
    for notice in notices_uncredited():
        with transaction.atomic():
            settled += refund_credit(actor=actor, notice=notice)
    return settled
