"""The desk: claims and their end, queues, notes, a minute to undo, counter-proposals, the clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import Role
from core.accounts.policy import Actor
from core.errors import DomainError
from core.ids import public_id
from core.jobs.models import Job
from core.jobs.registry import registration_of
from licensing.domain.deadlines import UNDO_WINDOW
from licensing.domain.states import AgreementState, AmendmentState, CaseState, Queue
from licensing.models import Agreement, Amendment, CaseNote, CounterProposal, ReviewCase, ReviewDecision
from licensing.selectors.agreements import amended_values
from licensing.selectors.cases import counters_waiting, queues
from licensing.services.agreements import agreement_amend, agreement_recall, agreement_submit
from licensing.services.claims import case_claim, case_heartbeat, case_next, case_note, case_release
from licensing.services.counters import Proposal, counter_accept
from licensing.services.review import EFFECT_JOB, case_decide, decision_take_effect, decision_undo
from tests.factories.core import key_of
from tests.factories.licensing import approved_by, creator, in_review, reviewer

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AT_ONCE = timedelta(0)


class Clock:
    """The desk's clock, on a Monday morning."""

    def __init__(self) -> None:
        self.time = MONDAY

    def now(self) -> datetime:
        return self.time

    def ahead(self, **by: int) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    for module in ("services.agreements", "services.claims", "services.review", "selectors.cases", "api.desk_shapes"):
        monkeypatch.setattr(f"licensing.{module}.now", moved.now)
    return moved


def refused(code: str) -> Any:
    return pytest.raises(DomainError, match=rf"^{code}:")


def decided(desk: Actor, case: ReviewCase, decision: str = "approve", **more: Any) -> ReviewDecision:
    """Claim and decide, with the usual minute unless told otherwise."""
    version = case_claim(actor=desk, case_id=case.id).version
    explained = {} if decision in {"approve", "escalate"} else {"reason": "C01", "note": "At most 5%."}
    case_decide(actor=desk, case_id=case.id, decision=decision, version=version, **{**explained, **more})
    return ReviewDecision.objects.latest("id")


def test_a_claim_lasts_ten_minutes_unless_somebody_says_to_be_at_work(clock: Clock) -> None:
    first, second = reviewer(), reviewer()
    case = in_review(creator(), "REV_SHARE", percent=5)
    case_claim(actor=first, case_id=case.id)
    clock.ahead(minutes=9)
    case_heartbeat(actor=first, case_id=case.id)
    clock.ahead(minutes=9)
    with pytest.raises(DomainError) as caught:
        case_claim(actor=second, case_id=case.id)
    assert (caught.value.code, caught.value.kind) == ("claimed_by", "locked")
    assert caught.value.extra["until"] == (MONDAY + timedelta(minutes=19)).isoformat()
    clock.ahead(minutes=1)
    case_claim(actor=second, case_id=case.id)
    with refused("claimed_by"):
        case_heartbeat(actor=first, case_id=case.id)


def test_a_case_given_back_is_free_at_once_and_its_version_has_moved(clock: Clock) -> None:
    first, second = reviewer(), reviewer()
    case = in_review(creator(), "REV_SHARE", percent=5)
    read = case_claim(actor=first, case_id=case.id).version
    assert case_release(actor=first, case_id=case.id).state == CaseState.OPEN
    with refused("case_changed"):
        case_release(actor=first, case_id=case.id)
    assert case_claim(actor=second, case_id=case.id).version == read + 2
    with refused("case_changed"):
        case_decide(actor=first, case_id=case.id, decision="approve", version=read)


def test_the_next_case_is_the_most_urgent_that_one_may_take(clock: Clock) -> None:
    desk, lead = reviewer(), reviewer(Role.LEAD)
    critical = in_review(creator(), "INDEMNITY", cap_multiple="4.0")
    early = in_review(creator(), "REV_SHARE", percent=5)
    clock.ahead(hours=1)
    late = in_review(creator(), "REV_SHARE", percent=6)
    taken = [case_next(actor=desk, queue=Queue.CONTRACTS) for _ in range(2)]
    assert [case and case.id for case in taken] == [early.id, late.id]
    assert case_next(actor=desk, queue=Queue.CONTRACTS) is None
    counts = {one.queue: (one.waiting, one.free, one.mine) for one in queues(desk)}
    assert counts == {Queue.CONTRACTS: (2, 0, 2), Queue.CRITICAL: (1, 1, 0), Queue.ESCALATED: (0, 0, 0)}
    case_decide(actor=desk, case_id=early.id, decision="escalate", undo_within=AT_ONCE)
    with refused("role_missing"):
        case_next(actor=desk, queue=Queue.ESCALATED)
    with refused("role_missing"):
        case_claim(actor=desk, case_id=early.id)
    found = case_next(actor=lead, queue=Queue.ESCALATED)
    assert found is not None
    assert found.id == early.id
    assert case_release(actor=lead, case_id=early.id).state == CaseState.ESCALATED
    assert approved_by(lead, found).state == CaseState.DECIDED
    assert case_next(actor=lead, queue=Queue.CRITICAL).id == critical.id  # type: ignore[union-attr]  # it is there


def test_a_decision_takes_effect_after_its_minute_by_a_job(clock: Clock) -> None:
    case = in_review(creator(), "REV_SHARE", percent=5)
    made = decided(reviewer(), case)
    assert made.effective_at == MONDAY + UNDO_WINDOW
    assert ReviewCase.objects.get().state == CaseState.DECIDED
    assert Agreement.objects.get().state == AgreementState.IN_REVIEW
    job = Job.objects.get(kind=EFFECT_JOB)
    assert job.subject == made.public_id
    assert (job.run_after - job.created_at).total_seconds() >= UNDO_WINDOW.total_seconds()
    assert registration_of(EFFECT_JOB)
    assert decision_take_effect(actor=SYSTEM, decision_id=made.pk)
    assert Agreement.objects.get().state == AgreementState.APPROVED
    assert not decision_take_effect(actor=SYSTEM, decision_id=made.pk)


def test_an_undone_decision_has_no_effect_and_its_maker_holds_the_case_again(clock: Clock) -> None:
    desk = reviewer()
    case = in_review(creator(), "REV_SHARE", percent=25)
    made = decided(desk, case, "request_changes")
    clock.ahead(seconds=59)
    with refused("too_late"):
        decision_undo(actor=reviewer(), decision_id=made.pk)
    back = decision_undo(actor=desk, decision_id=made.pk)
    assert (back.state, back.claimed_by_id, back.paused_at) == (CaseState.CLAIMED, desk.user_id, None)
    assert not decision_take_effect(actor=SYSTEM, decision_id=made.pk)
    assert Agreement.objects.get().state == AgreementState.IN_REVIEW
    with refused("too_late"):
        decision_undo(actor=desk, decision_id=made.pk)
    case_decide(actor=desk, case_id=case.id, decision="approve", version=back.version, undo_within=AT_ONCE)
    assert Agreement.objects.get().state == AgreementState.APPROVED


def test_it_is_too_late_to_undo_after_a_minute_and_after_the_effect(clock: Clock) -> None:
    desk = reviewer()
    made = decided(desk, in_review(creator(), "REV_SHARE", percent=5))
    decision_take_effect(actor=SYSTEM, decision_id=made.pk)
    with refused("too_late"):
        decision_undo(actor=desk, decision_id=made.pk)
    other = decided(desk, in_review(creator(), "REV_SHARE", percent=5))
    clock.ahead(seconds=60)
    with refused("too_late"):
        decision_undo(actor=desk, decision_id=other.pk)


def test_a_first_approval_can_be_undone_until_the_second_person_is_at_it(clock: Clock) -> None:
    first, second = reviewer(), reviewer()
    case = in_review(creator(), "INDEMNITY", cap_multiple="4.0")
    made = decided(first, case)
    decision_undo(actor=first, decision_id=made.pk)
    again = case_decide(actor=first, case_id=case.id, decision="approve")
    assert again.state == CaseState.OPEN
    case_claim(actor=second, case_id=case.id)
    with refused("too_late"):
        decision_undo(actor=first, decision_id=ReviewDecision.objects.latest("id").pk)
    decided(second, case, undo_within=AT_ONCE)
    assert Agreement.objects.get().state == AgreementState.APPROVED
    standing = ReviewDecision.objects.filter(undone_at=None)
    assert len({row.reviewer_id for row in standing}) == 2


def test_a_creator_who_takes_it_back_within_the_minute_wins(clock: Clock) -> None:
    actor = creator()
    case = in_review(actor, "REV_SHARE", percent=5)
    made = decided(reviewer(), case)
    assert agreement_recall(actor=actor, agreement_id=case.agreement_id).state == AgreementState.DRAFT
    assert not decision_take_effect(actor=SYSTEM, decision_id=made.pk)
    assert Agreement.objects.get().state == AgreementState.DRAFT
    made.refresh_from_db()
    assert made.undone_at is not None


def test_saying_the_same_decision_again_is_one_decision() -> None:
    desk = reviewer()
    case = in_review(creator(), "REV_SHARE", percent=5)
    version = case_claim(actor=desk, case_id=case.id).version
    for _ in range(2):
        assert case_decide(actor=desk, case_id=case.id, decision="approve", version=version).state == CaseState.DECIDED
    assert ReviewDecision.objects.count() == 1


def test_a_note_typed_for_a_decision_that_came_too_late_is_kept(clock: Clock) -> None:
    slow, quick = reviewer(), reviewer()
    case = in_review(creator(), "REV_SHARE", percent=25)
    read = case_claim(actor=slow, case_id=case.id).version
    clock.ahead(minutes=10)
    case_claim(actor=quick, case_id=case.id)
    for _ in range(2):
        with refused("case_changed"):
            case_decide(
                actor=slow, case_id=case.id, decision="refuse", reason="C01", note="Half an hour's work", version=read
            )
    (kept,) = CaseNote.objects.all()
    assert (kept.text, kept.author_id, kept.unsent) == ("Half an hour's work", slow.user_id, True)
    case_note(actor=quick, case_id=case.id, text=" They asked twice before. ")
    assert CaseNote.objects.latest("id").text == "They asked twice before."
    with refused("note_empty"):
        case_note(actor=quick, case_id=case.id, text="  ")


def test_a_counter_within_policy_is_approved_when_the_creator_says_yes(clock: Clock) -> None:
    actor, desk = creator(), reviewer()
    case = in_review(actor, "WITHDRAWAL", notice_days=7)
    with refused("counter_required"):
        decided(desk, case, "counter")
    with refused("counter_required"):
        decided(desk, case, "counter", counter=[Proposal("TERM", parameters={"training_access_months": 12})])
    proposal = Proposal("WITHDRAWAL", parameters={"notice_days": 60})
    made = decided(desk, case, "counter", counter=[proposal])
    with refused("superseded"):
        counter_accept(actor=actor, agreement_id=case.agreement_id)
    decision_take_effect(actor=SYSTEM, decision_id=made.pk)
    assert Agreement.objects.get().state == AgreementState.COUNTERED
    accepted = counter_accept(actor=actor, agreement_id=case.agreement_id)
    assert accepted.state == AgreementState.APPROVED
    assert amended_values(accepted)["WITHDRAWAL"]["notice_days"] == 60
    states = sorted(Amendment.objects.values_list("state", "author_id"))
    assert [state for state, _ in states] == [AmendmentState.APPROVED, AmendmentState.WITHDRAWN]
    assert states[0][1] == desk.user_id
    with refused("superseded"):
        counter_accept(actor=actor, agreement_id=case.agreement_id)


def test_a_counter_worded_freely_is_read_by_somebody_else(clock: Clock) -> None:
    actor, desk = creator(), reviewer()
    case = in_review(actor, "REV_SHARE", percent=25)
    made = decided(desk, case, "counter", counter=[Proposal("REV_SHARE", parameters={"percent": 9})])
    decision_take_effect(actor=SYSTEM, decision_id=made.pk)
    assert CounterProposal.objects.get().kind == "custom"
    assert counter_accept(actor=actor, agreement_id=case.agreement_id).state == AgreementState.IN_REVIEW
    again = ReviewCase.objects.latest("id")
    with refused("conflict_of_interest"):
        case_claim(actor=desk, case_id=again.id)
    decided(reviewer(), again, undo_within=AT_ONCE)
    assert Agreement.objects.get().state == AgreementState.APPROVED


def test_changing_something_after_a_counter_supersedes_it(clock: Clock) -> None:
    actor = creator()
    case = in_review(actor, "REV_SHARE", percent=25)
    decided(reviewer(), case, "counter", counter=[Proposal("REV_SHARE")], undo_within=AT_ONCE)
    assert len(counters_waiting(Agreement.objects.get())) == 1
    agreement_amend(actor=actor, agreement_id=case.agreement_id, clause_code="REV_SHARE", parameters={"percent": 4})
    with refused("superseded"):
        counter_accept(actor=actor, agreement_id=case.agreement_id)


def test_the_clock_stands_while_the_creator_answers(clock: Clock) -> None:
    actor, desk = creator(), reviewer()
    case = in_review(actor, "REV_SHARE", percent=25)
    due = ReviewCase.objects.get().due_at
    assert due == MONDAY + timedelta(days=1)
    clock.ahead(hours=4)
    decided(desk, case, "request_changes", undo_within=AT_ONCE)
    assert ReviewCase.objects.get().paused_at == clock.time
    clock.ahead(days=9)
    agreement_amend(actor=actor, agreement_id=case.agreement_id, clause_code="REV_SHARE", parameters={"percent": 9})
    agreement_submit(actor=actor, agreement_id=case.agreement_id)
    again = ReviewCase.objects.latest("id")
    assert again.due_at - clock.time == timedelta(hours=20)


def test_the_desk_over_http_answers_as_promised(client: Client, clock: Clock) -> None:
    first, second, actor = reviewer(), reviewer(), creator()
    case = in_review(actor, "REV_SHARE", percent=25)

    def asked(who: Actor, path: str, body: object = None, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {keys[who.user_id]}", **({"Idempotency-Key": key} if key else {})}
        return client.post(f"/api/v1{path}", body or {}, content_type="application/json", headers=headers)

    keys = {who.user_id: key_of(who) for who in (first, second, actor)}
    taken = asked(first, "/desk/queues/contracts/next")
    assert taken.json()["id"] == case.public_id
    assert asked(second, "/desk/queues/contracts/next").status_code == 204
    assert asked(second, "/desk/queues/nothing/next").status_code == 404
    locked = asked(second, f"/desk/cases/{case.public_id}/claim")
    assert (locked.status_code, locked.json()["code"]) == (423, "claimed_by")
    assert locked.json()["claimed_by"] == taken.json()["claimed_by"]
    assert asked(first, f"/desk/cases/{case.public_id}/heartbeat").json()["clock"] == "running"
    noted = asked(first, f"/desk/cases/{case.public_id}/notes", {"text": "Ask finance."})
    assert noted.json()["notes"][0]["text"] == "Ask finance."
    late = {"decision": "refuse", "reason": "C01", "note": "No.", "version": 1}
    answer = asked(second, f"/desk/cases/{case.public_id}/decide", late, key="late")
    assert (answer.status_code, answer.json()["code"]) == (409, "case_changed")
    assert CaseNote.objects.get(unsent=True).text == "No."
    body = {
        "decision": "counter",
        "reason": "C01",
        "note": "At most five.",
        "version": taken.json()["version"],
        "counter": [{"clause": "REV_SHARE", "parameters": {"percent": 5}}],
    }
    done = asked(first, f"/desk/cases/{case.public_id}/decide", body, key="counter").json()
    assert (done["state"], done["clock"]) == ("returned", "paused")
    assert done["due"]["en"].startswith("paused, waiting for the creator")
    decision = done["decisions"][0]["id"]
    undone = asked(first, f"/desk/decisions/{decision}/undo").json()
    assert (undone["state"], undone["decisions"][0]["undone_at"] is None) == ("claimed", False)
    body |= {"version": undone["version"], "undo_seconds": 0}
    assert asked(first, f"/desk/cases/{case.public_id}/decide", body, key="counter 2").status_code == 200
    agreement = client.get(
        f"/api/v1/agreements/{public_id(Agreement.PREFIX, case.agreement_id)}",
        headers={"Authorization": f"Bearer {keys[actor.user_id]}"},
    ).json()
    (counter,) = agreement["counters"]
    assert counter["changes"][0]["after"]["en"].startswith("5")
    (told,) = agreement["review"]["decisions"]
    assert (told["reason"], told["reason_version"], told["action"]) == ("C01", 1, "see_our_wording")
    accepted = asked(actor, f"/agreements/{agreement['id']}/counter/accept").json()
    assert accepted["counters"] == []
    assert len(client.get("/api/v1/reason_codes").json()["data"]) == 20
