"""The process that sends a refund is killed with SIGKILL, or races another: the buyer is paid once."""

from __future__ import annotations

from functools import partial

import pytest

from core.jobs.models import Job
from core.jobs.runner import run_due
from marketplace.ledger.domain import AccountKind, Reason
from marketplace.ledger.selectors import balances_of
from marketplace.models import Licence, Order, Repayment, Transfer
from marketplace.orders.services.verification import ledger_verify
from marketplace.payouts.adapters.test_provider import provider
from marketplace.repayments.domain.topics import REPAYMENT_SEND
from marketplace.repayments.services.sending import repayment_send
from marketplace.repayments.services.sweeping import repayments_sweep
from tests.factories.checked import breaches
from tests.factories.marketplace import SYSTEM
from tests.factories.taken_down import ended
from tests.integration.marketplace.test_races import at_once
from tests.victims import status_of

pytestmark = pytest.mark.django_db(transaction=True)

SENDER = """
import os, sys
from uuid import UUID
from core.accounts.policy import Actor
from marketplace.repayments.services import sending

def killing(function, before):
    def call(*args, **kwargs):
        if before:
            os.kill(os.getpid(), 9)
        function(*args, **kwargs)
        os.kill(os.getpid(), 9)
    return call

name, before = sys.argv[2], sys.argv[3] == "before"
setattr(sending, name, killing(getattr(sending, name), before))
sending.repayment_send(actor=Actor.system(), licence_id=UUID(sys.argv[1]))
"""


def paid_once(order: Order, licences: list[Licence]) -> None:
    """Every licence's refund is at the provider once, in one row and in one transfer, and nothing is owed."""
    rows = Repayment.objects.select_related("payment").order_by("licence_id")
    assert [(row.licence_id, row.state, row.attempt) for row in rows] == [(one.pk, "sent", 1) for one in licences]
    for row in rows:
        assert row.payment is not None
        answer = provider().find_refund(key=row.provider_key, charge_key=row.payment.provider_key)
        assert answer is not None
        assert (answer.sent, answer.amount) == (True, row.amount)
    left = provider().refund(
        key="what is left",
        charge_key=f"{order.public_id}:1",
        amount=order.quote.total - sum((one.line.amount for one in licences[1:]), licences[0].line.amount),
    )
    assert left.sent
    assert Transfer.objects.filter(reason=Reason.REFUND_PAID).count() == len(licences)
    assert [money.minor for money in balances_of(AccountKind.REFUNDS).values()] == [0]
    assert ledger_verify() == []
    assert breaches("repayments", "withdrawals", "jobs: nothing", "audit") == []
    assert [one for one in breaches("jobs: whatever") if REPAYMENT_SEND in one] == []


@pytest.mark.parametrize(
    ("step", "moment", "left"),
    [
        ("_claim", "before", 0),
        ("_claim", "after", 0),
        ("payment_return", "before", 1),
        ("payment_return", "after", 1),
        ("advance", "after", 1),
        ("transfers_post", "after", 1),
        ("repayment_settle", "after", 1),
    ],
)
@pytest.mark.parametrize("resumed_by", ["job", "night"])
def test_a_killed_sender_ends_as_one_repayment(step: str, moment: str, left: int, resumed_by: str) -> None:
    _, order, licences = ended()
    assert status_of(SENDER, str(licences[0].pk), step, moment) == -9
    assert Repayment.objects.count() == left
    assert ledger_verify() == []
    assert breaches("repayments") == []
    if resumed_by == "night":  # its job was given up meanwhile
        Job.objects.filter(kind=REPAYMENT_SEND).update(state="dead")
        assert repayments_sweep() == (0 if step == "repayment_settle" else 1)
    assert run_due([REPAYMENT_SEND]) == (0 if (resumed_by, step) == ("night", "repayment_settle") else 1)
    Job.objects.filter(kind=REPAYMENT_SEND, state="dead").delete()
    paid_once(order, licences)


def test_eight_workers_send_one_refund_once() -> None:
    _, order, licences = ended()
    outcomes = at_once([lambda: repayment_send(actor=SYSTEM, licence_id=licences[0].pk)] * 8)
    assert outcomes == {"done": 8}
    assert run_due([REPAYMENT_SEND]) == 1
    paid_once(order, licences)


def test_refunds_of_one_order_at_once_are_each_sent_once() -> None:
    _, order, licences = ended(clips=4, of=4)
    senders = [partial(repayment_send, actor=SYSTEM, licence_id=licence.pk) for licence in licences]
    assert at_once([*senders, *senders]) == {"done": 8}
    assert run_due([REPAYMENT_SEND]) == 4
    paid_once(order, licences)


def test_nobody_asks_again_who_comes_back_after_the_provider_forgot_the_key() -> None:
    """A provider remembers keys for a day, and what it gave back for ever: that is asked first."""
    _, order, licences = ended()
    assert status_of(SENDER, str(licences[0].pk), "payment_return", "after") == -9
    asked: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "marketplace.payouts.adapters.test_provider.TestProvider.refund",
            lambda _self, **words: asked.append(words["key"]),
        )
        repayment_send(actor=SYSTEM, licence_id=licences[0].pk)
    assert asked == []
    run_due([REPAYMENT_SEND])
    paid_once(order, licences)
