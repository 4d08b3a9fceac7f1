"""How far a refund is, as its buyer is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.money import Money
from marketplace.orders.domain.states import LicenceState
from marketplace.orders.models import Order, Payment
from marketplace.repayments.domain.states import RepaymentState
from marketplace.repayments.models import Repayment
from marketplace.withdrawals.domain.states import NoticeState
from marketplace.withdrawals.models import Notice


class RefundStage(StrEnum):
    """How far what a notice gives back is."""

    NONE = "none"
    """Nothing goes back."""
    PROMISED = "promised"
    """It is credited when the licence ends."""
    CREDITED = "credited"
    """It is on its way to where the money came from."""
    DELAYED = "delayed"
    """It could not be sent that way; somebody of the platform sees to it."""
    SENT = "sent"


_STAGES: Final = {
    RepaymentState.CLAIMED: RefundStage.CREDITED,
    RepaymentState.REFUSED: RefundStage.DELAYED,
    RepaymentState.SENT: RefundStage.SENT,
}


@dataclass(frozen=True, slots=True)
class RefundShown:
    """How far, and since when it is sent."""

    stage: RefundStage
    sent_at: datetime | None


def refund_shown(notice: Notice) -> RefundShown:
    """How far a notice's refund is; its licence and that one's repayments are loaded with it."""
    if not notice.refund_minor or notice.state == NoticeState.SUPERSEDED:
        return RefundShown(RefundStage.NONE, None)
    if notice.licence.state != LicenceState.TERMINATED:
        return RefundShown(RefundStage.PROMISED, None)
    last = max(notice.licence.repayments.all(), key=lambda one: one.attempt, default=None)
    if last is None:
        return RefundShown(RefundStage.CREDITED, None)
    return RefundShown(_STAGES[RepaymentState(last.state)], last.sent_at)


def sent_back(payment: Payment) -> list[Repayment]:
    """What was sent back of a payment, the oldest first; its repayments are loaded with it."""
    sent = [one for one in payment.repayments.all() if one.state == RepaymentState.SENT]
    return sorted(sent, key=lambda one: one.pk)


def returned_of(order: Order) -> Money:
    """What was sent back of an order so far; its payments and their repayments are loaded with it."""
    sent = (repayment.amount_minor for payment in order.payments.all() for repayment in sent_back(payment))
    return Money(sum(sent), order.quote.currency)
