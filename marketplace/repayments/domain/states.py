"""States of a repayment, and what it refuses by itself."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from core.money import Money
from core.states import Machine


class RepaymentState(StrEnum):
    """Where one attempt to send a buyer's money back stands."""

    CLAIMED = "claimed"
    """Written before the provider is asked, so that a crash in between is found."""
    SENT = "sent"
    REFUSED = "refused"
    """A person has to find another way; the buyer is still owed the money."""


class RepaymentEvent(StrEnum):
    """What the provider answered."""

    SENT = "sent"
    REFUSED = "refused"


REPAYMENT: Final[Machine[RepaymentState, RepaymentEvent]] = Machine(
    "repayment",
    {
        RepaymentState.CLAIMED: {
            RepaymentEvent.SENT: RepaymentState.SENT,
            RepaymentEvent.REFUSED: RepaymentState.REFUSED,
        },
        RepaymentState.SENT: {},
        RepaymentState.REFUSED: {},
    },
)


class Refusal(StrEnum):
    """Why the provider is not even asked."""

    ORDER_REFUNDED = "order_refunded"
    """The order's money went back as a whole, or never came."""
    NO_SINGLE_PAYMENT = "no_single_payment"
    """It was not paid by one payment: which of them should be given back is a person's decision."""
    MORE_THAN_IS_LEFT = "more_than_is_left"
    """The payment has less left than this."""


def refusal_of(*, paid: bool, captured: Sequence[Money], gone: Money, amount: Money) -> Refusal | None:
    """Why an amount cannot go back through an order's payments; None when it can. `gone` went back, or is about to."""
    if not paid:
        return Refusal.ORDER_REFUNDED
    if len(captured) != 1:
        return Refusal.NO_SINGLE_PAYMENT
    return Refusal.MORE_THAN_IS_LEFT if captured[0] - gone < amount else None
