"""What a draft of the policy would have done with past submissions, beside what really happened to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from licensing.domain.clauses import AmendmentClass
from licensing.domain.deadlines import due_moved
from licensing.domain.desk_policy import DeskPolicy

Counts = Mapping[int, int]
"""Number of people who have to agree → submissions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """One submission as it was routed: its changes, how many had to agree, and what people said."""

    agreement_id: UUID
    changes: tuple[tuple[str, AmendmentClass], ...]
    people: int
    case_id: UUID | None = None
    days: int = 0
    """Working days its policy gave."""
    due: datetime | None = None
    handled: datetime | None = None
    """When it was decided or returned; None while it waits."""
    recalled: bool = False
    objection: str = ""
    """What people decided other than to approve it, or that somebody disagreed afterwards."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A submission the draft would have let pass, and that people did not."""

    agreement_id: UUID
    case_id: UUID | None
    clauses: tuple[str, ...]
    objection: str


@dataclass(frozen=True, slots=True)
class Replay:
    """The same submissions, as they went and as the draft would have had them."""

    submissions: int
    really: Counts
    draft: Counts
    more_people: int
    fewer_people: int
    late_really: int
    late_draft: int
    without_time: int
    """Submissions the draft sends to people and that nobody decided: when they would have, nobody knows."""
    otherwise: tuple[Otherwise, ...]


def replayed(draft: DeskPolicy, rows: Iterable[Routed], at: datetime) -> Replay:
    """Route past submissions by a draft. What nobody decided yet counts as late when its deadline lies before `at`."""
    really, drafted = Counter[int](), Counter[int]()
    more = fewer = late_really = late_draft = without_time = 0
    otherwise = []
    for row in rows:
        people = draft.people_for(row.changes)
        really[row.people] += 1
        drafted[people] += 1
        more += people > row.people
        fewer += people < row.people
        late_really += _late(row, row.due, at)
        late_draft += _late(row, _due(draft, row, people), at)
        without_time += bool(people) and row.due is None
        if row.objection and not people:
            clauses = tuple(clause for clause, _ in row.changes)
            otherwise.append(Otherwise(row.agreement_id, row.case_id, clauses, row.objection))
    return Replay(
        submissions=really.total(),
        really={people: really[people] for people in range(3)},
        draft={people: drafted[people] for people in range(3)},
        more_people=more,
        fewer_people=fewer,
        late_really=late_really,
        late_draft=late_draft,
        without_time=without_time,
        otherwise=tuple(otherwise),
    )


def _due(draft: DeskPolicy, row: Routed, people: int) -> datetime | None:
    """A clock that stood stays as long behind: only the days a policy gives differ."""
    if not people or row.due is None:
        return None
    return due_moved(row.due, draft.days(people) - row.days)


def _late(row: Routed, due: datetime | None, at: datetime) -> bool:
    return due is not None and not row.recalled and (row.handled or at) > due
