"""What quotes, orders and payments refuse."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

QUOTE_EMPTY = ErrorCode("empty", Kind.INVALID, "No clip can be quoted")
QUOTE_TOO_LARGE = ErrorCode("quote_too_large", Kind.INVALID, "Too many clips for one quote")
QUOTE_EXPIRED = ErrorCode("expired", Kind.CONFLICT, "The quote has expired")
QUOTE_NOT_OPEN = ErrorCode("quote_not_open", Kind.CONFLICT, "The quote is not open any more")
CONDITIONS_NOT_ACCEPTED = ErrorCode("conditions_not_accepted", Kind.INVALID, "Some conditions were not accepted")
TERMS_CHANGED = ErrorCode("terms_changed", Kind.CONFLICT, "The terms of some clips changed")
CLIPS_LOST = ErrorCode("clips_lost", Kind.CONFLICT, "Some clips are no longer offered")
UNDER_EXCLUSIVE = ErrorCode("under_exclusive", Kind.CONFLICT, "Some clips are licensed exclusively")
PAYMENT_FAILED = ErrorCode("payment_failed", Kind.PAYMENT, "The payment did not go through")
METHOD_UNKNOWN = ErrorCode("payment_method_unknown", Kind.INVALID, "This way to pay is not offered")
ORDER_NOT_PAYABLE = ErrorCode("order_not_payable", Kind.CONFLICT, "The order cannot be paid now")
