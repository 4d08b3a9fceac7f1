"""Machines refuse what they do not know; media time is exact."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

import pytest

from core import errors
from core.errors import DomainError, ErrorCode, Kind
from core.states import Machine
from core.timecode import Ticks, parse_ratio, ratio_text


class Door(StrEnum):
    """A state."""

    OPEN = "open"
    SHUT = "shut"


class Push(StrEnum):
    """An event."""

    CLOSE = "close"


DOOR = Machine[Door, Push]("door", {Door.OPEN: {Push.CLOSE: Door.SHUT}, Door.SHUT: {}})


def test_a_legal_event_leads_to_the_next_state() -> None:
    assert DOOR.next(Door.OPEN, Push.CLOSE) is Door.SHUT


def test_an_illegal_event_is_refused_and_says_what_is_possible() -> None:
    with pytest.raises(DomainError) as refusal:
        DOOR.next(Door.SHUT, Push.CLOSE)
    assert refusal.value.code == "illegal_transition"
    assert "possible: nothing" in refusal.value.detail


def test_a_machine_draws_itself() -> None:
    assert DOOR.mermaid() == "stateDiagram-v2\n    open --> shut: close"


def test_an_error_code_cannot_mean_two_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "REGISTRY", {})
    ErrorCode("only_in_this_test", Kind.INVALID, "One meaning")
    with pytest.raises(ValueError, match="declared twice"):
        ErrorCode("only_in_this_test", Kind.CONFLICT, "Another meaning")


def test_ntsc_time_is_exact_until_it_is_floored() -> None:
    assert Ticks(362, Fraction(1001, 30_000)).ms == 12_078
    assert Ticks(0, Fraction(1, 90_000)).ms == 0


def test_ratios_are_written_and_read_exactly() -> None:
    assert ratio_text(Fraction(30_000, 1001)) == "30000/1001"
    assert ratio_text(Fraction(25)) == "25/1"
    assert parse_ratio("30000/1001") == Fraction(30_000, 1001)


@pytest.mark.parametrize("text", ["25", "25/0", "-25/1", "25.0/1", "25/1 ", ""])
def test_what_is_not_a_ratio_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a ratio"):
        parse_ratio(text)
