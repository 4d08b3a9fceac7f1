"""Who has to agree to a change under which policy, as a table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.ids import Prefix, public_id, uuid7
from licensing.domain.clauses import AmendmentClass
from licensing.domain.deadlines import due_at, due_moved
from licensing.domain.desk_policy import BOUNDS, SHIPPED_POLICIES, DeskPolicy

FIRST = DeskPolicy()
LADDERS = DeskPolicy(fallback_people=1)
FOUR_EYES = DeskPolicy(custom_people=2)
WIDER = DeskPolicy(two_people=("TERM", "TERRITORY"))
STRICTEST = DeskPolicy(fallback_people=1, custom_people=2, two_people=("TERM", "TERRITORY"))

ROUTES = [
    # class, then how many people: clause TERM and clause AUDIT under each of the five
    ("standard", (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)),
    ("in_range", (0, 0), (0, 0), (0, 0), (2, 0), (2, 0)),
    ("fallback", (0, 0), (1, 1), (0, 0), (0, 0), (1, 1)),
    ("custom", (1, 1), (1, 1), (2, 2), (2, 1), (2, 2)),
    ("critical", (2, 2), (2, 2), (2, 2), (2, 2), (2, 2)),
]


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: row[0])
def test_each_class_of_change_goes_to_so_many_people(row: tuple[str, tuple[int, int]]) -> None:
    kind = AmendmentClass(row[0])
    for policy, expected in zip((FIRST, LADDERS, FOUR_EYES, WIDER, STRICTEST), row[1:], strict=True):
        assert (policy.people("TERM", kind), policy.people("AUDIT", kind)) == expected, policy


def test_every_class_is_in_the_table() -> None:
    assert [row[0] for row in ROUTES] == [str(kind) for kind in AmendmentClass]


def test_a_submission_goes_to_as_many_as_its_weightiest_change() -> None:
    changes = [("TERM", AmendmentClass.IN_RANGE), ("AUDIT", AmendmentClass.CUSTOM)]
    assert (FIRST.people_for(changes), WIDER.people_for(changes), FIRST.people_for([])) == (1, 2, 0)


def test_the_first_version_is_what_the_desk_did_before_and_a_sample_of_one_in_twenty() -> None:
    assert SHIPPED_POLICIES == (FIRST,)
    assert (FIRST.name, FIRST.days(1), FIRST.days(2), FIRST.sample_per_mille) == ("amendments-1", 1, 2, 50)


@pytest.mark.parametrize("name", BOUNDS)
def test_no_policy_lies_outside_its_bounds(name: str) -> None:
    least, most = BOUNDS[name]
    for outside in (least - 1, most + 1):
        with pytest.raises(ValueError, match="not a policy"):
            DeskPolicy(**{"days_two": 10, name: outside})  # type: ignore[arg-type]  # numbers by name


def test_two_people_have_at_least_the_days_of_one() -> None:
    with pytest.raises(ValueError, match="not a policy"):
        DeskPolicy(days_one=3)


def test_every_rule_and_the_version_change_the_digest() -> None:
    others = [
        DeskPolicy(version=2),
        LADDERS,
        FOUR_EYES,
        WIDER,
        DeskPolicy(days_one=2),
        DeskPolicy(days_two=3),
        DeskPolicy(sample_per_mille=51),
    ]
    assert len({FIRST.sha256, *(other.sha256 for other in others)}) == len(others) + 1
    assert FIRST.sha256 == DeskPolicy().sha256


def test_the_sample_is_drawn_from_the_digest_of_policy_and_agreement() -> None:
    agreements = [public_id(Prefix.AGREEMENT, uuid7()) for _ in range(4000)]
    for per_mille in (50, 500):
        policy = DeskPolicy(sample_per_mille=per_mille)
        drawn = [agreement for agreement in agreements if policy.samples(agreement)]
        assert drawn == [agreement for agreement in agreements if policy.samples(agreement)]
        assert abs(len(drawn) - 4 * per_mille) < 4 * (4 * per_mille) ** 0.5 + 1
    assert all(DeskPolicy(sample_per_mille=1000).samples(agreement) for agreement in agreements)
    second = DeskPolicy(version=2, sample_per_mille=500)
    assert {one for one in agreements if second.samples(one)} != set(drawn)


def test_a_deadline_moves_by_working_days_both_ways() -> None:
    friday = datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert due_moved(friday, 1) == due_at(friday, 1) == datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert due_moved(due_at(friday, 5), -3) == due_at(friday, 2) == datetime(2026, 11, 24, 18, tzinfo=UTC)
    assert due_moved(friday, 0) == friday
