"""Laws of the desk's policy: a stricter one never asks fewer people, and nothing goes below the product's floor."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from licensing.domain.clauses import AmendmentClass
from licensing.domain.deadlines import due_at, due_moved
from licensing.domain.desk_policy import DeskPolicy

CODES = ("AUDIT", "INDEMNITY", "TERM")
"""Few enough that a policy and a change often name the same."""
NAMED = st.sets(st.sampled_from(CODES)).map(lambda codes: tuple(sorted(codes)))
KINDS = st.sampled_from(AmendmentClass)
CHANGES = st.lists(st.tuples(st.sampled_from(CODES), KINDS), max_size=8)
POLICIES = st.builds(DeskPolicy, fallback_people=st.integers(0, 1), custom_people=st.integers(1, 2), two_people=NAMED)


@st.composite
def laxer_and_stricter(draw: st.DrawFn) -> tuple[DeskPolicy, DeskPolicy]:
    """A policy, and one that asks for as much in everything or for more."""
    laxer = draw(POLICIES)
    return laxer, DeskPolicy(
        fallback_people=draw(st.integers(laxer.fallback_people, 1)),
        custom_people=draw(st.integers(laxer.custom_people, 2)),
        two_people=tuple(sorted({*laxer.two_people, *draw(NAMED)})),
    )


@given(both=laxer_and_stricter(), changes=CHANGES)
def test_a_stricter_policy_never_asks_fewer_people(
    both: tuple[DeskPolicy, DeskPolicy], changes: list[tuple[str, AmendmentClass]]
) -> None:
    laxer, stricter = both
    assert laxer.people_for(changes) <= stricter.people_for(changes)


def test_no_change_alone_needs_fewer_people_under_any_stricter_policy() -> None:
    named = [(), ("AUDIT",), ("TERM",), ("AUDIT", "TERM")]
    policies = [
        DeskPolicy(fallback_people=fallback, custom_people=custom, two_people=two)
        for fallback, custom, two in itertools.product((0, 1), (1, 2), named)
    ]
    pairs = [
        (laxer, stricter)
        for laxer, stricter in itertools.product(policies, repeat=2)
        if laxer.fallback_people <= stricter.fallback_people
        and laxer.custom_people <= stricter.custom_people
        and set(laxer.two_people) <= set(stricter.two_people)
    ]
    assert len(pairs) == 81
    for (laxer, stricter), kind in itertools.product(pairs, AmendmentClass):
        assert laxer.people("TERM", kind) <= stricter.people("TERM", kind), (laxer, stricter, kind)


@given(policy=POLICIES, changes=CHANGES)
def test_no_policy_goes_below_what_the_product_asks(
    policy: DeskPolicy, changes: list[tuple[str, AmendmentClass]]
) -> None:
    assert DeskPolicy().people_for(changes) <= policy.people_for(changes)


@given(policy=POLICIES, changes=CHANGES, more=CHANGES)
def test_another_change_never_lowers_what_a_submission_needs(
    policy: DeskPolicy, changes: list[tuple[str, AmendmentClass]], more: list[tuple[str, AmendmentClass]]
) -> None:
    assert policy.people_for([*changes, *more]) == max(policy.people_for(changes), policy.people_for(more))


@given(
    opened=st.timedeltas(timedelta(0), timedelta(days=365)).map(datetime(2026, 1, 1, tzinfo=UTC).__add__),
    days=st.integers(1, 10),
    other=st.integers(1, 10),
)
def test_a_deadline_of_so_many_days_moves_to_that_of_others(opened: datetime, days: int, other: int) -> None:
    assert due_moved(due_at(opened, days), other - days) == due_at(opened, other)
