"""Decisions about an offer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from core.errors import DomainError
from core.states import Machine
from marketplace.catalog.domain.states import LISTING, ListingEvent, ListingState
from marketplace.orders.domain.offers import (
    Basis,
    Changes,
    changes_since,
    has_expired,
    missing_conditions,
    months_later,
)
from marketplace.orders.domain.states import (
    LICENCE,
    ORDER,
    PAID_STATES,
    PAYMENT,
    QUOTE,
    OrderEvent,
    OrderState,
    QuoteEvent,
    QuoteState,
)

A, B, C = (UUID(int=number) for number in (1, 2, 3))
OLD, NEW = Basis(UUID(int=10), UUID(int=20)), Basis(UUID(int=11), UUID(int=21))


def test_a_clip_no_longer_live_is_lost_and_one_under_other_terms_is_changed() -> None:
    assert changes_since({A: OLD, B: OLD, C: OLD}, {A: OLD, C: NEW}) == Changes(lost=(B,), changed=(C,))
    assert changes_since({A: OLD}, {A: OLD, B: NEW}) == Changes((), ())


def test_every_condition_has_to_be_accepted() -> None:
    assert missing_conditions(["NO_REPLICA", "AUDIT"], ["AUDIT", "OTHER"]) == ("NO_REPLICA",)


def test_the_last_instant_of_an_offer_is_not_part_of_it() -> None:
    end = datetime(2026, 12, 6, 18, tzinfo=UTC)
    assert has_expired(end, end)
    assert not has_expired(end, end - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ((2026, 11, 22), 24, (2028, 11, 22)),
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2027, 8, 31), 6, (2028, 2, 29)),
        ((2026, 12, 31), 12, (2027, 12, 31)),
    ],
)
def test_a_term_ends_on_the_same_day_or_the_months_last(
    start: tuple[int, int, int], months: int, end: tuple[int, int, int]
) -> None:
    assert months_later(datetime(*start, tzinfo=UTC), months) == datetime(*end, tzinfo=UTC)


def test_an_order_is_delivered_only_when_ready_and_money_states_are_paid_ones() -> None:
    with pytest.raises(DomainError):
        ORDER.next(OrderState.AWAITING_PAYMENT, OrderEvent.DELIVERED)
    paid = ORDER.next(OrderState.AWAITING_PAYMENT, OrderEvent.PAID)
    assert paid in PAID_STATES
    assert not {OrderState.REFUNDED, OrderState.CANCELLED, OrderState.AWAITING_PAYMENT} & PAID_STATES


def test_an_accepted_quote_is_never_accepted_again() -> None:
    with pytest.raises(DomainError):
        QUOTE.next(QuoteState.ACCEPTED, QuoteEvent.ACCEPTED)


@pytest.mark.parametrize("machine", [QUOTE, ORDER, PAYMENT, LICENCE, LISTING])
def test_every_state_is_in_its_machine_and_every_target_too(machine: Machine[Any, Any]) -> None:
    transitions = machine.transitions
    kind: type[StrEnum] = type(next(iter(transitions)))
    states = set(kind)
    assert set(transitions) == states
    assert {target for events in transitions.values() for target in events.values()} <= states


def test_a_withdrawn_clip_never_comes_back() -> None:
    for event in ListingEvent:
        with pytest.raises(DomainError):
            LISTING.next(ListingState.WITHDRAWN, event)
