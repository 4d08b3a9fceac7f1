"""What the desk looks at first: what was hidden at once, then what is due first, then what most money hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.money import Money

SNOOZE_MOST: Final = timedelta(days=14)
"""How long a case can be put aside at most."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """What the order of a queue depends on."""

    due_at: datetime
    opened: datetime
    value: Sequence[Money] = ()
    """The money of open quotes it touches, one amount a currency."""
    hidden: bool = False
    """Something was taken off the market at once and stays off until somebody decides."""

    @property
    def key(self) -> tuple[bool, datetime, int, datetime]:
        """Sorts the most urgent first.

        Deadlines are told apart by the hour: within one, minutes of arrival matter less than money does.
        """
        hour = self.due_at.replace(minute=0, second=0, microsecond=0)
        return (not self.hidden, hour, -sum(amount.minor for amount in self.value), self.opened)
