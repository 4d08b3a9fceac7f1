"""How far a withdrawal reaches into one licence: the clause's values as dates and duties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from licensing.domain.catalogue.author import WITHDRAWAL as CLAUSE
from licensing.domain.catalogue.handling import DELETION_CERT, RETENTION
from marketplace.withdrawals.domain.deletion import Declared, Sample, faults_of
from marketplace.withdrawals.domain.ladder import REMINDERS, Rung, next_look, plan_of, refund_of, reminders_due
from marketplace.withdrawals.domain.states import NOTICE, OPEN_NOTICES, Cause, NoticeEvent, NoticeState

TOLD = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENDS = TOLD + timedelta(days=730)


def terms(*effects: str, notice: int = 30, refund: str = "pro_rata") -> dict[str, dict[str, object]]:
    return {
        "WITHDRAWAL": {"notice_days": notice, "effects": effects, "refund": refund},
        "RETENTION": {"max_days": 10},
        "DELETION_CERT": {"due_days": 5, "signatory": "officer", "method": "erase", "hash_list": "full_list"},
    }


def test_the_rungs_are_the_values_of_the_clause_in_its_order() -> None:
    effects = next(parameter for parameter in CLAUSE.parameters if parameter.name == "effects")
    assert [choice.code for choice in effects.options] == list(Rung)  # type: ignore[union-attr]  # it is Choices


def test_terms_older_than_the_clause_count_as_its_defaults() -> None:
    defaults = {
        clause.code: {parameter.name: parameter.default for parameter in clause.parameters}
        for clause in (CLAUSE, RETENTION, DELETION_CERT)
    }
    written = plan_of(terms=defaults, cause=Cause.CREATOR, told_at=TOLD, licence_ends_at=ENDS)
    assert plan_of(terms={}, cause=Cause.CREATOR, told_at=TOLD, licence_ends_at=ENDS) == written


def test_where_only_sales_stop_nothing_is_asked_and_nothing_refunded() -> None:
    plan = plan_of(terms=terms("stop_new_sales"), cause=Cause.CREATOR, told_at=TOLD, licence_ends_at=ENDS)
    assert (plan.asks, plan.delete_by, plan.due_at, plan.refund_rule) == ((), None, None, "none")


def test_the_creators_withdrawal_waits_for_the_notice_and_then_for_deletion_and_its_proof() -> None:
    plan = plan_of(
        terms=terms("retrain", "stop_new_sales", "stop_new_training"),
        cause=Cause.CREATOR,
        told_at=TOLD,
        licence_ends_at=ENDS,
    )
    assert plan.rungs == (Rung.STOP_NEW_SALES, Rung.STOP_NEW_TRAINING, Rung.RETRAIN)
    assert plan.asks == (Rung.STOP_NEW_TRAINING, Rung.RETRAIN)
    assert plan.effective_at == TOLD + timedelta(days=30)
    assert plan.delete_by == TOLD + timedelta(days=40)
    assert plan.due_at == TOLD + timedelta(days=45)


def test_an_upheld_claim_waits_for_no_notice_and_suppresses_whatever_the_clause_says() -> None:
    plan = plan_of(terms=terms("stop_new_sales"), cause=Cause.CLAIM, told_at=TOLD, licence_ends_at=ENDS)
    assert plan.rungs == (Rung.STOP_NEW_SALES, Rung.STOP_NEW_TRAINING, Rung.SUPPRESS)
    assert (plan.effective_at, plan.notice_days) == (TOLD, 0)


def test_a_licence_that_ends_before_the_notice_ends_then() -> None:
    soon = TOLD + timedelta(days=3)
    plan = plan_of(terms=terms("stop_new_training"), cause=Cause.CREATOR, told_at=TOLD, licence_ends_at=soon)
    assert (plan.effective_at, plan.delete_by) == (soon, soon + timedelta(days=10))


@pytest.mark.parametrize(("rule", "refund"), [("none", "0.00"), ("pro_rata", "50.00"), ("full", "100.00")])
def test_what_goes_back_to_the_buyer(rule: str, refund: str) -> None:
    half = TOLD + timedelta(days=365)
    paid = Money.parse("100.00", "USD")
    assert refund_of(rule=rule, paid=paid, starts_at=TOLD, ends_at=ENDS, effective_at=half).amount == refund


@given(st.integers(0, 10_000_000), st.integers(1, 2_000), st.integers(-100, 3_000))
def test_a_refund_is_never_negative_and_never_more_than_was_paid(paid: int, days: int, at: int) -> None:
    ends = TOLD + timedelta(days=days)
    back = refund_of(
        rule="pro_rata",
        paid=Money(paid, "USD"),
        starts_at=TOLD,
        ends_at=ends,
        effective_at=TOLD + timedelta(days=at),
    )
    assert 0 <= back.minor <= paid


def test_a_notice_is_looked_at_when_it_takes_effect_before_its_deadline_and_at_it() -> None:
    effective, due = TOLD + timedelta(days=1), TOLD + timedelta(days=30)
    moments, at = [], TOLD
    while (found := next_look(effective_at=effective, due_at=due, at=at)) is not None:
        moments.append(found)
        at = found
    assert moments == [effective, *(due - before for before in REMINDERS), due]
    assert [reminders_due(due_at=due, at=moment) for moment in moments] == [0, 1, 2, 2]


def test_every_open_notice_can_be_attested_and_no_closed_one() -> None:
    attestable = {state for state in NoticeState if NoticeEvent.ATTEST in NOTICE.transitions[state]}
    assert attestable == set(OPEN_NOTICES)


SAMPLES = (Sample(("dst_1",), "a" * 64, {}), Sample(("dst_1",), "b" * 64, {}))
WHOLE = Declared("A. Officer", "officer", "erase", ("stop_new_training",), ("a" * 64, "b" * 64))


@pytest.mark.parametrize(
    ("declared", "codes"),
    [
        (WHOLE, []),
        (Declared("", "intern", "hide", (), ()), ["name_needed", "wrong_signatory", "wrong_method", "not_done"]),
        (Declared("A", "officer", "erase", ("stop_new_training",), ("a" * 64,)), ["hash_missing"]),
        (
            Declared("A", "officer", "erase", ("stop_new_training",), ("a" * 64, "b" * 64, "c" * 64)),
            ["hash_unknown"],
        ),
    ],
)
def test_an_attestation_is_compared_with_what_was_asked_and_delivered(declared: Declared, codes: list[str]) -> None:
    faults = faults_of(declared, asks=["stop_new_training"], signatory="officer", method="erase", samples=SAMPLES)
    assert [fault["code"] for fault in faults if fault["code"] != "hash_missing" or codes == ["hash_missing"]] == codes
