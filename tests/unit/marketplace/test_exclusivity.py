"""What a right on a clip occupies: the clause EXCLUSIVITY as holds that clash or do not."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.domain.catalogue.reach import EXCLUSIVITY
from licensing.domain.matching import Exclusivity, ModelClass, Purpose, UseCase
from licensing.domain.use_case_values import write_use_case
from marketplace.orders.domain.exclusivity import (
    CELLS,
    EVERYTHING,
    Hold,
    Window,
    cells_closed,
    cells_used,
    clashing,
    holds_of,
    window_of,
)

BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
END = datetime(2028, 11, 22, 12, tzinfo=UTC)
ALWAYS = Window()
TRAIN, MEASURE = frozenset({Purpose.PRETRAIN}), frozenset({Purpose.EVALUATE})
VIDEO, ROBOTS = frozenset({ModelClass.VIDEO_GEN}), frozenset({ModelClass.ROBOTICS_POLICY})


def right(
    exclusivity: Exclusivity = Exclusivity.NONE,
    purposes: frozenset[Purpose] = TRAIN,
    classes: frozenset[ModelClass] = VIDEO,
    *,
    window: Window = ALWAYS,
    starts: datetime = BEGIN,
    ends: datetime = END,
) -> tuple[Hold, ...]:
    return holds_of(UseCase(purposes, classes, exclusivity=exclusivity), window, starts, ends)


def clash(one: tuple[Hold, ...], other: tuple[Hold, ...]) -> bool:
    return any(clashing(one, other))


NONE, CATEGORY, TRAINING, BUYER = Exclusivity.NONE, Exclusivity.CATEGORY, Exclusivity.AI_TRAINING, Exclusivity.BUYER


@pytest.mark.parametrize(
    ("one", "other", "refused"),
    [
        ((NONE, TRAIN, VIDEO), (NONE, TRAIN, VIDEO), False),
        ((BUYER, TRAIN, VIDEO), (NONE, MEASURE, ROBOTS), True),
        ((BUYER, TRAIN, VIDEO), (BUYER, MEASURE, ROBOTS), True),
        ((TRAINING, TRAIN, VIDEO), (NONE, TRAIN, ROBOTS), True),
        ((TRAINING, TRAIN, VIDEO), (NONE, MEASURE, VIDEO), False),
        ((TRAINING, TRAIN, VIDEO), (TRAINING, TRAIN, ROBOTS), True),
        ((CATEGORY, TRAIN, VIDEO), (NONE, TRAIN, VIDEO), True),
        ((CATEGORY, TRAIN, VIDEO), (NONE, MEASURE, VIDEO), True),
        ((CATEGORY, TRAIN, VIDEO), (NONE, TRAIN, ROBOTS), False),
        ((CATEGORY, TRAIN, VIDEO), (CATEGORY, TRAIN, ROBOTS), False),
        ((CATEGORY, TRAIN, VIDEO), (TRAINING, TRAIN, ROBOTS), True),
    ],
)
def test_what_each_kind_of_exclusivity_keeps_out(
    one: tuple[Exclusivity, frozenset[Purpose], frozenset[ModelClass]],
    other: tuple[Exclusivity, frozenset[Purpose], frozenset[ModelClass]],
    refused: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    assert clash(right(*one), right(*other)) is refused
    assert clash(right(*other), right(*one)) is refused


def test_every_kind_the_clause_knows_has_its_cells() -> None:
    kinds = next(parameter for parameter in EXCLUSIVITY.parameters if parameter.name == "kind")
    assert {choice.code for choice in kinds.options} == set(Exclusivity)  # type: ignore[union-attr]  # it is a Choice
    closed = [cells_closed(UseCase(TRAIN, VIDEO, exclusivity=kind)) for kind in Exclusivity]
    assert closed[0] == 0
    assert closed[-1] == EVERYTHING
    assert 2 * len(ModelClass) == CELLS
    assert all(cells > 0 for cells in closed[1:])


def test_exclusivity_lasts_as_long_as_the_clause_says_and_the_licence_as_long_as_its_term() -> None:
    window = window_of({"kind": "buyer", "starts": "2027-01-01", "ends": "2028-01-01"})
    opens, shuts = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    assert window == Window(opens, shuts)
    assert [(hold.exclusive, hold.starts_at, hold.ends_at) for hold in right(BUYER, window=window)] == [
        (False, BEGIN, opens),
        (True, opens, shuts),
        (False, shuts, END),
    ]
    late = right(starts=shuts, ends=END)
    assert not clash(right(BUYER, window=window), late)
    assert clash(right(BUYER, window=window), right(starts=shuts - timedelta(seconds=1), ends=END))


def test_an_exclusivity_whose_time_is_over_is_not_sold() -> None:
    with pytest.raises(ValueError, match="no exclusivity"):
        right(BUYER, window=Window(closes_at=BEGIN))
    assert right(window=Window(closes_at=BEGIN))


def test_what_was_sold_before_the_table_began_is_written_into_it_by_the_same_rules() -> None:
    numbered = importlib.import_module("marketplace.migrations.0004_no_clash").cells_of
    sets = [
        (purposes, classes) for purposes in (TRAIN, MEASURE, TRAIN | MEASURE) for classes in (VIDEO, VIDEO | ROBOTS)
    ]
    for exclusivity in Exclusivity:
        for purposes, classes in sets:
            use_case = UseCase(purposes, classes, exclusivity=exclusivity)
            expected = (cells_closed(use_case), True) if exclusivity is not NONE else (cells_used(use_case), False)
            assert numbered(write_use_case(use_case)) == expected


USE_CASES = st.builds(
    UseCase,
    purposes=st.frozensets(st.sampled_from(Purpose), min_size=1),
    model_classes=st.frozensets(st.sampled_from(ModelClass), min_size=1),
    exclusivity=st.sampled_from(Exclusivity),
)
DAYS = st.integers(0, 1000).map(lambda days: BEGIN + timedelta(days=days))
WINDOWS = st.builds(Window, opens_at=st.none() | DAYS, closes_at=st.none() | DAYS)


@given(USE_CASES, WINDOWS, DAYS, st.integers(1, 900))
def test_the_pieces_of_one_right_cover_its_uses_for_its_whole_term_and_never_clash(
    use_case: UseCase, window: Window, starts: datetime, days: int
) -> None:
    ends = starts + timedelta(days=days)
    try:
        holds = holds_of(use_case, window, starts, ends)
    except ValueError:
        opened, shut = window.within(starts, ends)
        assert cells_closed(use_case)
        assert opened >= shut
        return
    assert not any(one.clashes(other) for one in holds for other in holds if one is not other)
    for day in range(days):
        moment = starts + timedelta(days=day)
        held = [hold for hold in holds if hold.starts_at <= moment < hold.ends_at]
        covered = 0
        for hold in held:
            assert not covered & hold.cells
            covered |= hold.cells
        assert cells_used(use_case) & ~covered == 0
        inside = (window.opens_at or starts) <= moment and (window.closes_at is None or moment < window.closes_at)
        alone = sum(hold.cells for hold in held if hold.exclusive)
        assert alone == (cells_closed(use_case) if inside else 0)
