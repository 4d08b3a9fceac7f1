"""Two reviewers at the same cases at the same time: one decision each, and not a word lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.models import Model

from core.accounts.policy import Actor
from core.errors import DomainError
from core.ids import uuid7
from licensing.domain.states import AgreementState, CaseState
from licensing.models import Agreement, Amendment, CaseNote, ReviewCase, ReviewDecision
from licensing.services import claims, review
from licensing.services.claims import case_claim
from licensing.services.review import case_decide
from tests.factories.licensing import creator, in_review, reviewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

AT_ONCE = timedelta(0)


@pytest.fixture(autouse=True)
def claims_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is kept out by a claim: every case is fought for."""
    monkeypatch.setattr(claims, "CLAIM_LEASE", AT_ONCE)


def copied(row: Model, **changes: Any) -> Any:
    """A new row like another one."""
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**{**fields, "id": uuid7(), **changes})


def cases(count: int) -> list[UUID]:
    """So many agreements under review, each with one change of its own."""
    first = in_review(creator(), "REV_SHARE", percent=25)
    agreement, amendment = Agreement.objects.get(), Amendment.objects.get()
    agreements = [copied(agreement) for _ in range(count - 1)]
    Agreement.objects.bulk_create(agreements)
    Amendment.objects.bulk_create([copied(amendment, agreement_id=one.id) for one in agreements])
    rows = [copied(first, agreement_id=one.id) for one in agreements]
    ReviewCase.objects.bulk_create(rows)
    return [first.id, *(row.id for row in rows)]


def fought(case_ids: list[UUID], people: list[Actor]) -> Counter[str]:
    """Have everybody claim and decide every case at the same moment; return how often each answer was given."""
    start = threading.Barrier(len(people))
    answers: Counter[str] = Counter()
    broken: list[BaseException] = []

    def work(actor: Actor) -> None:
        try:
            for number, case_id in enumerate(case_ids):
                start.wait(60)
                answers[decided(actor, case_id, f"{actor.user_id} on {number}")] += 1
        except BaseException as error:
            broken.append(error)
            start.abort()
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not broken, broken
    return answers


def decided(actor: Actor, case_id: UUID, note: str) -> str:
    """Claim, decide on what was read, and tell how it ended."""
    version = 1
    try:
        with suppress(DomainError):
            version = case_claim(actor=actor, case_id=case_id).version
        case_decide(
            actor=actor,
            case_id=case_id,
            decision="request_changes",
            reason="C01",
            note=note,
            version=version,
            undo_within=AT_ONCE,
        )
    except DomainError as refusal:
        return refusal.code
    except (IntegrityError, OperationalError):
        return "refused by the database"
    return "decided"


def test_two_reviewers_racing_never_decide_twice_and_lose_no_note() -> None:
    count = 1_000 if connection.vendor == "postgresql" else 60
    case_ids, people = cases(count), [reviewer(), reviewer()]
    answers = fought(case_ids, people)
    assert answers["decided"] == count
    assert answers.total() == 2 * count
    assert set(answers) <= {"decided", "case_changed", "case_closed"}
    assert ReviewDecision.objects.count() == count
    assert ReviewDecision.objects.values("case").distinct().count() == count
    assert ReviewDecision.objects.filter(effected_at=None).count() == 0
    assert set(ReviewCase.objects.values_list("state", flat=True)) == {CaseState.RETURNED}
    assert set(Agreement.objects.values_list("state", flat=True)) == {AgreementState.COUNTERED}
    told = [(row.case_id, row.note) for row in ReviewDecision.objects.all()]
    kept = [(row.case_id, row.text) for row in CaseNote.objects.all()]
    typed = [(case_id, f"{who.user_id} on {place}") for place, case_id in enumerate(case_ids) for who in people]
    assert sorted(told + kept) == sorted(typed)


def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take lock, version check and compare-and-set away."""

    def read(actor: Actor, case_id: UUID) -> tuple[Agreement, ReviewCase]:
        case = ReviewCase.objects.select_related("agreement").get(pk=case_id)
        return case.agreement, case

    def moved(row: Any, machine: Any, event: Any, **changes: Any) -> None:
        state = next(to for events in machine.transitions.values() for name, to in events.items() if name == event)
        type(row).objects.filter(pk=row.pk).update(state=str(state), **changes)

    nothing: Callable[..., bool] = lambda *_, **__: False  # noqa: E731 - stands in for several functions
    monkeypatch.setattr(review, "case_lock", read)
    monkeypatch.setattr(review, "advance", moved)
    monkeypatch.setattr(review, "_refuse", nothing)
    monkeypatch.setattr(review, "_said_already", nothing)
    monkeypatch.setattr(review, "decision_take_effect", nothing)


def test_without_lock_and_version_check_the_same_race_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    case_ids, people = cases(20), [reviewer(), reviewer()]
    unguarded(monkeypatch)
    answers = fought(case_ids, people)
    # Decided twice, or kept from it by the database alone: by its constraints, or by a deadlock it had to break.
    assert answers["decided"] > len(case_ids) or answers["refused by the database"]
    assert connection.vendor != "sqlite" or ReviewDecision.objects.count() > len(case_ids)
