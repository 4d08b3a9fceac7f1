"""What the ledger refuses."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

JOURNAL_KEY_REUSED = ErrorCode("journal_key_reused", Kind.CONFLICT, "This movement was already posted differently")
INSUFFICIENT_BALANCE = ErrorCode("insufficient_balance", Kind.CONFLICT, "The balance is too small")
