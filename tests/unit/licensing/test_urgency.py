"""What the desk looks at first, by example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from core.money import Money
from licensing.domain.urgency import Urgency

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_what_was_hidden_comes_first_then_the_hour_it_is_due_then_money_then_age() -> None:
    wanted = [
        Urgency(NOON + 9 * 60 * MINUTE, NOON, hidden=True),
        Urgency(NOON - 61 * MINUTE, NOON),
        Urgency(NOON + 40 * MINUTE, NOON, (Money(900_00, "USD"),)),
        Urgency(NOON + 5 * MINUTE, NOON - MINUTE, (Money(10_00, "USD"), Money(20_00, "EUR"))),
        Urgency(NOON + 2 * MINUTE, NOON - MINUTE),
        Urgency(NOON, NOON),
        Urgency(NOON + 60 * MINUTE, NOON - MINUTE, (Money(9_000_00, "USD"),)),
    ]
    for shuffled in list(permutations(wanted))[::97]:
        assert sorted(shuffled, key=lambda one: one.key) == wanted
