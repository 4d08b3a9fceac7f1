"""What the log refuses."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

LOG_EMPTY = ErrorCode("log_empty", Kind.NOT_FOUND, "The log has no signed head yet")
LOG_RANGE = ErrorCode("log_range", Kind.INVALID, "The log is not that long")
KEY_UNKNOWN = ErrorCode("key_unknown", Kind.NOT_FOUND, "No such signing key")
