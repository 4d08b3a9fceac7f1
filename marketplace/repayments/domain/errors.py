"""What repayments refuse."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

NOT_REFUSED = ErrorCode("repayment_not_refused", Kind.CONFLICT, "This refund does not wait for a person")
