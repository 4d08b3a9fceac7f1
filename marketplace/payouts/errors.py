"""What payouts refuse."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

CHARGE_MISMATCH = ErrorCode("charge_mismatch", Kind.CONFLICT, "This payment was already asked for a different amount")
BELOW_MINIMUM = ErrorCode("below_minimum", Kind.CONFLICT, "The balance is below the smallest payout")
REFUND_MISMATCH = ErrorCode("refund_mismatch", Kind.CONFLICT, "A different amount was given back under this key")
