"""When the sender of an idle upload is warned."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

WARNED_BEFORE: Final = (timedelta(days=7), timedelta(days=1))
"""Each warning's distance from the end, the first one first. Each is given once per idle time."""


def next_warning(expires_at: datetime, warnings_sent: int) -> datetime | None:
    """Return when the next warning is due at the latest; None when the last one was given."""
    return expires_at - WARNED_BEFORE[warnings_sent] if warnings_sent < len(WARNED_BEFORE) else None
