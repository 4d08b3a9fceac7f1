"""When a case is due, how its clock stands, and how that reads: working days, in plain words.

Weekends do not count. The clock stands while the creator has something to answer, and goes on where it stood.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from licensing.domain.wording import NARROW, Language

CLAIM_LEASE: Final = timedelta(minutes=10)
UNDO_WINDOW: Final = timedelta(seconds=60)
"""How long a decision can be taken back before it takes effect."""
SOON: Final = timedelta(hours=4)
"""What is due within this counts as a breach that threatens."""

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


def _next_day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY


def _on_a_working_day(moment: datetime) -> datetime:
    while moment.weekday() >= _SATURDAY:
        moment = _next_day(moment)
    return moment


def working_end(start: datetime, length: timedelta) -> datetime:
    """The moment at which so much working time has passed since `start`; weekends count nothing."""
    moment = _on_a_working_day(start)
    while length > (left := _next_day(moment) - moment):
        length -= left
        moment = _on_a_working_day(moment + left)
    return moment + length


def working_time(start: datetime, end: datetime) -> timedelta:
    """Working time from `start` to `end`: weekends count nothing; zero when `end` comes first."""
    total, moment = timedelta(0), _on_a_working_day(start)
    while moment < end:
        until = min(_next_day(moment), end)
        total += until - moment
        moment = _on_a_working_day(until)
    return total


def due_at(opened: datetime, working_days: int) -> datetime:
    """The same hour so many working days later; a case opened on a weekend counts from Monday midnight."""
    return due_moved(_on_a_working_day(opened), working_days)


def due_moved(due: datetime, working_days: int) -> datetime:
    """The same hour so many working days later, or earlier when there are fewer than none."""
    step = _DAY if working_days > 0 else -_DAY
    for _ in range(abs(working_days)):
        due += step
        while due.weekday() >= _SATURDAY:
            due += step
    return due


def due_again(due: datetime, paused: datetime, resumed: datetime) -> datetime:
    """When a case is due whose clock stood from `paused` to `resumed`: the working time it had left, from then on.

    A case that was late already is due at once.
    """
    return working_end(resumed, working_time(paused, due))


def span_words(span: timedelta) -> str:
    """A length of time as people say it: 3 h 12, 40 min, 2 d 5 h; the same signs in both languages."""
    minutes = int(span.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}{NARROW}d {hours}{NARROW}h"
    return f"{hours}{NARROW}h {minutes:02d}" if hours else f"{minutes}{NARROW}min"


def _span(span: timedelta, language: Language) -> str:
    said = span_words(span)
    return said if language is Language.EN else said.replace(f"{NARROW}d ", f"{NARROW}j ")


def due_words(due: datetime, at: datetime, language: Language, paused: datetime | None = None) -> str:
    """How long is left, or how late it is; with `paused`, that the clock stands and what it will still show."""
    if paused is not None:
        left = _span(working_time(paused, due), language)
        if language is Language.EN:
            return f"paused, waiting for the creator; {left} left"
        return f"en pause, en attente du créateur ; {left} restent"
    late = at > due
    span = _span(at - due if late else due - at, language)
    if language is Language.EN:
        return f"late by {span}" if late else f"due in {span}"
    return f"en retard de {span}" if late else f"à rendre dans {span}"
