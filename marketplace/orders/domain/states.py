"""States of quotes, orders, payments and licences."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.states import Machine


class QuoteState(StrEnum):
    """Where an offer stands."""

    DRAFT = "draft"
    OPEN = "open"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class QuoteEvent(StrEnum):
    """What can happen to an offer."""

    OPENED = "opened"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


QUOTE: Final[Machine[QuoteState, QuoteEvent]] = Machine(
    "quote",
    {
        QuoteState.DRAFT: {QuoteEvent.OPENED: QuoteState.OPEN, QuoteEvent.CANCELLED: QuoteState.CANCELLED},
        QuoteState.OPEN: {
            QuoteEvent.ACCEPTED: QuoteState.ACCEPTED,
            QuoteEvent.EXPIRED: QuoteState.EXPIRED,
            QuoteEvent.CANCELLED: QuoteState.CANCELLED,
            QuoteEvent.SUPERSEDED: QuoteState.SUPERSEDED,
        },
        QuoteState.ACCEPTED: {},
        QuoteState.EXPIRED: {},
        QuoteState.CANCELLED: {},
        QuoteState.SUPERSEDED: {},
    },
)


class OrderState(StrEnum):
    """Where an order stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_PAYMENT = "awaiting_payment"
    BUILDING = "building"
    READY = "ready"
    DELIVERED = "delivered"
    ON_HOLD = "on_hold"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"


class OrderEvent(StrEnum):
    """What can happen to an order."""

    APPROVED = "approved"
    PAID = "paid"
    BUILT = "built"
    DELIVERED = "delivered"
    HELD = "held"
    CONTINUED = "continued"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"


_S = OrderState
_E = OrderEvent

ORDER: Final[Machine[OrderState, OrderEvent]] = Machine(
    "order",
    {
        _S.AWAITING_APPROVAL: {_E.APPROVED: _S.AWAITING_PAYMENT, _E.CANCELLED: _S.CANCELLED},
        _S.AWAITING_PAYMENT: {_E.PAID: _S.BUILDING, _E.CANCELLED: _S.CANCELLED},
        _S.BUILDING: {_E.BUILT: _S.READY, _E.HELD: _S.ON_HOLD, _E.REFUNDED: _S.REFUNDED},
        _S.ON_HOLD: {_E.CONTINUED: _S.BUILDING, _E.REFUNDED: _S.REFUNDED},
        _S.READY: {_E.DELIVERED: _S.DELIVERED, _E.REFUNDED: _S.REFUNDED},
        _S.DELIVERED: {_E.DISPUTED: _S.DISPUTED, _E.REFUNDED: _S.REFUNDED},
        _S.DISPUTED: {_E.DELIVERED: _S.DELIVERED, _E.REFUNDED: _S.REFUNDED},
        _S.REFUNDED: {},
        _S.CANCELLED: {},
    },
)

PAID_STATES: Final = frozenset({_S.BUILDING, _S.READY, _S.DELIVERED, _S.ON_HOLD, _S.DISPUTED})
"""States in which the order's money has been captured and not given back."""


class PaymentState(StrEnum):
    """Where one attempt to collect the money stands."""

    CLAIMED = "claimed"
    """Written before the provider is asked, so that a crash in between is found."""
    CAPTURED = "captured"
    DECLINED = "declined"


class PaymentEvent(StrEnum):
    """What the provider answered."""

    CAPTURED = "captured"
    DECLINED = "declined"


PAYMENT: Final[Machine[PaymentState, PaymentEvent]] = Machine(
    "payment",
    {
        PaymentState.CLAIMED: {
            PaymentEvent.CAPTURED: PaymentState.CAPTURED,
            PaymentEvent.DECLINED: PaymentState.DECLINED,
        },
        PaymentState.CAPTURED: {},
        PaymentState.DECLINED: {},
    },
)


class LicenceState(StrEnum):
    """Whether a granted right stands."""

    ACTIVE = "active"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    UNDER_CLAIM = "under_claim"


class LicenceEvent(StrEnum):
    """What can happen to a granted right."""

    EXPIRED = "expired"
    TERMINATED = "terminated"
    CLAIMED = "claimed"
    CLEARED = "cleared"


LICENCE: Final[Machine[LicenceState, LicenceEvent]] = Machine(
    "licence",
    {
        LicenceState.ACTIVE: {
            LicenceEvent.EXPIRED: LicenceState.EXPIRED,
            LicenceEvent.TERMINATED: LicenceState.TERMINATED,
            LicenceEvent.CLAIMED: LicenceState.UNDER_CLAIM,
        },
        LicenceState.UNDER_CLAIM: {
            LicenceEvent.CLEARED: LicenceState.ACTIVE,
            LicenceEvent.TERMINATED: LicenceState.TERMINATED,
        },
        LicenceState.EXPIRED: {},
        LicenceState.TERMINATED: {},
    },
)
