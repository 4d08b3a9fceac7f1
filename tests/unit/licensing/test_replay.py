"""What a draft of the policy would have done: counted beside what really happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.ids import uuid7
from licensing.domain.clauses import AmendmentClass
from licensing.domain.deadlines import due_at
from licensing.domain.desk_policy import DeskPolicy
from licensing.domain.replay import Routed, replayed

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = MONDAY + timedelta(days=20)
HOURS = timedelta(hours=1)
AUTOMATIC = Routed(agreement_id=uuid7(), changes=(("TERM", AmendmentClass.IN_RANGE),), people=0)


def case(kind: AmendmentClass, people: int, hours: int | None, **more: object) -> Routed:
    """A case opened on Monday morning and handled so many hours later."""
    handled = None if hours is None else MONDAY + hours * HOURS
    made = Routed(
        agreement_id=uuid7(),
        changes=(("AUDIT", kind),),
        people=people,
        case_id=uuid7(),
        days=people,
        due=due_at(MONDAY, people),
        handled=handled,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # fields by name


def test_the_policy_in_force_repeats_what_happened() -> None:
    rows = [
        AUTOMATIC,
        case(AmendmentClass.CUSTOM, 1, 30),
        case(AmendmentClass.CUSTOM, 1, 5, objection="refuse"),
        case(AmendmentClass.CRITICAL, 2, 30),
    ]
    told = replayed(DeskPolicy(), rows, LATER)
    assert (told.really, told.draft) == ({0: 1, 1: 2, 2: 1}, {0: 1, 1: 2, 2: 1})
    assert (told.more_people, told.fewer_people, told.otherwise, told.without_time) == (0, 0, (), 0)
    assert told.late_really == told.late_draft == 1


def test_more_days_make_fewer_late_and_fewer_make_more() -> None:
    rows = [case(AmendmentClass.CUSTOM, 1, 30), case(AmendmentClass.CRITICAL, 2, 60), case(AmendmentClass.CUSTOM, 1, 5)]
    assert replayed(DeskPolicy(days_one=2, days_two=3), rows, LATER).late_draft == 0
    assert replayed(DeskPolicy(days_one=1, days_two=1), rows, LATER).late_draft == 2
    assert replayed(DeskPolicy(days_one=1, days_two=1), rows, LATER).late_really == 2


def test_what_waits_is_late_when_its_deadline_passed_and_what_was_recalled_never() -> None:
    waits = case(AmendmentClass.CUSTOM, 1, None)
    assert replayed(DeskPolicy(), [waits], MONDAY + 23 * HOURS).late_really == 0
    assert replayed(DeskPolicy(), [waits], MONDAY + 25 * HOURS).late_really == 1
    assert replayed(DeskPolicy(), [replace(waits, recalled=True)], LATER).late_really == 0


def test_a_clock_that_stood_stays_behind_under_a_draft_too() -> None:
    stood = case(AmendmentClass.CUSTOM, 1, 70, due=due_at(MONDAY, 1) + 48 * HOURS)
    assert replayed(DeskPolicy(), [stood], LATER).late_draft == 0
    assert replayed(
        DeskPolicy(days_one=2, days_two=2), [replace(stood, handled=MONDAY + 90 * HOURS)], LATER
    ) == replace(replayed(DeskPolicy(), [stood], LATER), late_really=1)


def test_a_stricter_draft_sends_more_to_people_who_never_said_when() -> None:
    told = replayed(DeskPolicy(two_people=("TERM",)), [AUTOMATIC, AUTOMATIC], LATER)
    assert (told.draft, told.more_people, told.without_time) == ({0: 0, 1: 0, 2: 2}, 2, 2)


def test_a_laxer_draft_is_told_what_people_did_not_let_pass() -> None:
    rung = AmendmentClass.FALLBACK
    rows = [
        case(rung, 1, 2),
        case(rung, 1, 2, objection="refuse"),
        replace(AUTOMATIC, objection="disagree"),
        case(AmendmentClass.CUSTOM, 1, 2, objection="counter"),
    ]
    told = replayed(DeskPolicy(fallback_people=0), rows, LATER)
    assert [(one.clauses, one.objection) for one in told.otherwise] == [(("AUDIT",), "refuse"), (("TERM",), "disagree")]
    assert (told.fewer_people, told.late_draft) == (2, 0)
    kept = replayed(DeskPolicy(fallback_people=1), rows, LATER)
    assert [one.objection for one in kept.otherwise] == ["disagree"]
