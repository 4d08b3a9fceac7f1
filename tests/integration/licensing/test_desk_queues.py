"""The order of the desk's queues, and cases put aside: one's own reminder, which moves no deadline."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from core.accounts.actions import Role
from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.errors import DomainError
from core.money import Money
from licensing.domain.states import CaseState, Queue
from licensing.models import CaseSnooze, ReviewCase
from licensing.selectors import queueing
from licensing.selectors.cases import queues
from licensing.selectors.queueing import cases_put_aside, cases_waiting
from licensing.services.claims import case_claim, case_next
from licensing.services.snoozing import case_snooze, case_wake
from tests.factories.core import key_of
from tests.factories.licensing import creator, in_review, reviewer

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clock:
    """The desk's clock, on a Monday morning."""

    def __init__(self) -> None:
        self.time = MONDAY

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    for module in (
        *("services.agreements", "services.claims", "services.snoozing"),
        *("selectors.agreements", "selectors.cases", "selectors.queueing", "api.desk_shapes"),
    ):
        monkeypatch.setattr(f"licensing.{module}.now", moved.now)
    return moved


def waiting(desk: Actor) -> list[UUID]:
    return [one.case.pk for one in cases_waiting(desk, Queue.CONTRACTS)]


def asked(actor: Actor, method: str, path: str, body: object | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key_of(actor)}"}
    return getattr(Client(), method)(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def refused(code: str) -> Any:
    return pytest.raises(DomainError, match=rf"^{code}:")


def test_within_an_hour_money_comes_before_minutes(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, rich = reviewer(), creator()
    first = in_review(creator(), "REV_SHARE", percent=5)
    clock.time += timedelta(minutes=20)
    valued = in_review(rich, "REV_SHARE", percent=5)
    clock.time += HOUR
    later = in_review(rich, "AUDIT", per_year=3)
    told: list[set[UUID]] = []

    def values(studios: Iterable[UUID]) -> dict[UUID, list[Money]]:
        told.append(set(studios))
        return {rich.organisation_id: [Money(31_200_00, "USD")]} if rich.organisation_id else {}

    monkeypatch.setattr(queueing, "_sources", [values])
    assert waiting(desk) == [valued.pk, first.pk, later.pk]
    assert told == [{rich.organisation_id, first.agreement.organisation_id}]
    taken = [case_next(actor=desk, queue=Queue.CONTRACTS) for _ in range(3)]
    assert [case and case.pk for case in taken] == [valued.pk, first.pk, later.pk]
    body = asked(desk, "get", "/desk/queues/contracts").json()["data"]
    assert [row["id"] for row in body] == [valued.public_id, first.public_id, later.public_id]
    assert [row["value"] for row in body][:2] == [[{"amount": "31200.00", "currency": "USD"}], []]


def test_a_case_put_aside_is_offered_to_others_only_and_comes_back_by_itself(clock: Clock) -> None:
    me, other = reviewer(), reviewer()
    case, rest = in_review(creator(), "REV_SHARE", percent=5), in_review(creator(), "REV_SHARE", percent=5)
    due = case.due_at
    shown = case_snooze(actor=me, case_id=case.pk, until=MONDAY + 4 * HOUR)
    assert (shown.due_at, shown.state, shown.snoozes.all()[0].until) == (due, CaseState.OPEN, MONDAY + 4 * HOUR)
    assert (waiting(me), waiting(other)) == ([rest.pk], [case.pk, rest.pk])
    assert [one.case.pk for one in cases_put_aside(me)] == [case.pk]
    assert {one.queue: one.snoozed for one in queues(me)}[Queue.CONTRACTS] == 1
    clock.time += 4 * HOUR
    assert (waiting(me), cases_put_aside(me)) == ([case.pk, rest.pk], [])
    assert case_next(actor=me, queue=Queue.CONTRACTS) == case
    assert ReviewCase.objects.get(pk=case.pk).due_at == due
    event = AuditEvent.objects.get(action="case.snoozed")
    assert json.loads(event.body)["after"] == {"until": (MONDAY + 4 * HOUR).isoformat(), "due_at": due.isoformat()}


def test_the_next_case_is_not_one_that_was_put_aside(clock: Clock) -> None:
    me = reviewer()
    case, rest = in_review(creator(), "REV_SHARE", percent=5), in_review(creator(), "REV_SHARE", percent=5)
    case_snooze(actor=me, case_id=case.pk, until=clock.time + HOUR)
    assert case_next(actor=me, queue=Queue.CONTRACTS) == rest
    assert case_next(actor=me, queue=Queue.CONTRACTS) is None
    assert case_claim(actor=me, case_id=case.pk).state == CaseState.CLAIMED


def test_putting_aside_what_one_holds_gives_it_back(clock: Clock) -> None:
    me, other = reviewer(), reviewer()
    case = in_review(creator(), "REV_SHARE", percent=5)
    case_claim(actor=me, case_id=case.pk)
    with_other = case_snooze(actor=other, case_id=case.pk, until=clock.time + HOUR)
    assert with_other.claimed_by_id == me.user_id
    assert case_snooze(actor=me, case_id=case.pk, until=clock.time + HOUR).state == CaseState.OPEN
    assert case_claim(actor=other, case_id=case.pk).claimed_by_id == other.user_id


def test_one_may_have_it_back_at_once_and_put_it_aside_again(clock: Clock) -> None:
    me = reviewer()
    case = in_review(creator(), "REV_SHARE", percent=5)
    case_snooze(actor=me, case_id=case.pk, until=clock.time + HOUR)
    case_wake(actor=me, case_id=case.pk)
    case_wake(actor=me, case_id=case.pk)
    assert waiting(me) == [case.pk]
    case_snooze(actor=me, case_id=case.pk, until=clock.time + 2 * HOUR)
    assert (waiting(me), CaseSnooze.objects.count()) == ([], 1)
    told = AuditEvent.objects.filter(action__in=["case.snoozed", "case.woken"]).order_by("sequence")
    assert list(told.values_list("action", flat=True)) == ["case.snoozed", "case.woken", "case.snoozed"]


@pytest.mark.parametrize("ahead", [timedelta(0), -HOUR, timedelta(days=14, seconds=1)])
def test_a_reminder_lies_ahead_and_not_too_far(clock: Clock, ahead: timedelta) -> None:
    case = in_review(creator(), "REV_SHARE", percent=5)
    with refused("snooze_until"):
        case_snooze(actor=reviewer(), case_id=case.pk, until=clock.time + ahead)
    assert not CaseSnooze.objects.exists()


def test_an_auditor_puts_nothing_aside(clock: Clock) -> None:
    case = in_review(creator(), "REV_SHARE", percent=5)
    with refused("role_missing"):
        case_snooze(actor=reviewer(Role.AUDITOR), case_id=case.pk, until=clock.time + HOUR)


def test_putting_aside_over_http(clock: Clock) -> None:
    me = reviewer()
    case = in_review(creator(), "REV_SHARE", percent=5)
    path = f"/desk/cases/{case.public_id}/snooze"
    body = asked(me, "post", path, {"until": "2026-11-23T13:00:00Z"}).json()
    assert (body["snoozed_until"], body["due_at"]) == ("2026-11-23T13:00:00Z", "2026-11-24T09:00:00Z")
    assert asked(me, "get", "/desk/queues/contracts").json()["data"] == []
    aside = asked(me, "get", "/desk/queues/contracts?snoozed=true").json()["data"]
    assert [row["snoozed_until"] for row in aside] == ["2026-11-23T13:00:00Z"]
    assert asked(reviewer(), "get", f"/desk/cases/{case.public_id}").json()["snoozed_until"] is None
    assert asked(me, "delete", path).json()["snoozed_until"] is None
    assert asked(me, "get", "/desk/queues/nowhere").status_code == 404
