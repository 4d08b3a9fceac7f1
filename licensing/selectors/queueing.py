"""The order in which cases wait, and what somebody put aside for themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.accounts.policy import Actor, require
from core.clock import now
from core.money import Money
from licensing.domain.actions import CASE_VIEW
from licensing.domain.states import WAITING, Queue
from licensing.domain.urgency import Urgency
from licensing.models import CaseSnooze, ReviewCase
from licensing.selectors.agreements import cases_visible_to
from licensing.selectors.cases import IN_QUEUE, free_now

ValueSource = Callable[[Iterable[UUID]], Mapping[UUID, Sequence[Money]]]
"""Studio → the money of open quotes that hold its clips; studios without any may be left out."""

_sources: Final[list[ValueSource]] = []


def values_from(source: ValueSource) -> None:
    """Let a floor above say how much money hangs on a studio's cases. Called when an app gets ready."""
    if source not in _sources:
        _sources.append(source)


def _values(studios: Iterable[UUID]) -> Mapping[UUID, Sequence[Money]]:
    wanted, found = set(studios), dict[UUID, Sequence[Money]]()
    for source in _sources:
        found |= source(wanted)
    return found


@dataclass(frozen=True, slots=True)
class Ranked:
    """A waiting case in its place: the money that hangs on it."""

    case: ReviewCase
    value: Sequence[Money]


def _put_aside(actor: Actor) -> Q:
    mine = CaseSnooze.objects.filter(case=OuterRef("pk"), reviewer_id=actor.user_id, until__gt=now())
    return Q(Exists(mine))


def takeable(actor: Actor, queue: Queue) -> list[UUID]:
    """Return what somebody could take from a queue, the most urgent first: free cases they did not put aside."""
    require(actor, CASE_VIEW)
    rows = ReviewCase.objects.filter(free_now(), ~_put_aside(actor), IN_QUEUE[queue], state__in=WAITING)
    facts = list(rows.values_list("pk", "agreement__organisation_id", "due_at", "created_at"))
    values = _values(studio for _, studio, _, _ in facts)
    ranked = sorted((Urgency(due, opened, values.get(studio, ())).key, pk) for pk, studio, due, opened in facts)
    return [pk for _, pk in ranked]


def cases_waiting(actor: Actor, queue: Queue | None = None) -> list[Ranked]:
    """Return what waits for somebody, in one queue or in all, the most urgent first; what one put aside is left out."""
    return _ranked(_waiting(actor, queue).filter(~_put_aside(actor)))


def cases_put_aside(actor: Actor, queue: Queue | None = None) -> list[Ranked]:
    """Return what somebody put aside and what has not come back yet, in the same order."""
    return _ranked(_waiting(actor, queue).filter(_put_aside(actor)))


def _waiting(actor: Actor, queue: Queue | None) -> QuerySet[ReviewCase]:
    rows = cases_visible_to(actor).filter(state__in=WAITING)
    return rows if queue is None else rows.filter(IN_QUEUE[queue])


def _ranked(rows: QuerySet[ReviewCase]) -> list[Ranked]:
    cases = list(rows)
    values = _values(case.agreement.organisation_id for case in cases)
    found = [Ranked(case, values.get(case.agreement.organisation_id, ())) for case in cases]
    return sorted(found, key=lambda one: (Urgency(one.case.due_at, one.case.created_at, one.value).key, one.case.pk))
