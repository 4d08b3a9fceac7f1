"""When a case is due, and how that reads: working days, in plain words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from licensing.domain.wording import NARROW, Language

CLAIM_LEASE: Final = timedelta(minutes=10)
WORKING_DAYS: Final = {1: 1, 2: 2}
"""Working days for a decision, by the number of approvals needed: custom 1, critical 2."""

_SATURDAY: Final = 5


def due_at(opened: datetime, approvals_needed: int) -> datetime:
    """The same hour one or two working days later; a case opened on a weekend counts from Monday midnight."""
    moment = opened
    while moment.weekday() >= _SATURDAY:
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    for _ in range(WORKING_DAYS[approvals_needed]):
        moment += timedelta(days=1)
        while moment.weekday() >= _SATURDAY:
            moment += timedelta(days=1)
    return moment


def span_words(span: timedelta) -> str:
    """A length of time as people say it: 3 h 12, 40 min, 2 d 5 h; the same signs in both languages."""
    minutes = int(span.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}{NARROW}d {hours}{NARROW}h"
    return f"{hours}{NARROW}h {minutes:02d}" if hours else f"{minutes}{NARROW}min"


def due_words(due: datetime, at: datetime, language: Language) -> str:
    """How long is left, or how late it is."""
    late = at > due
    span = span_words(at - due if late else due - at)
    if language is Language.EN:
        return f"late by {span}" if late else f"due in {span}"
    span = span.replace(f"{NARROW}d ", f"{NARROW}j ")
    return f"en retard de {span}" if late else f"à rendre dans {span}"
