"""The process that pays is killed with SIGKILL: nothing is charged twice, nothing is lost, nobody has to repair."""

from __future__ import annotations

import pytest

from core.jobs.models import Job
from core.jobs.runner import run_due
from marketplace.models import Licence, Payment, Transfer
from marketplace.orders.domain.states import OrderState
from marketplace.orders.services.paying import PAYMENT_FOLLOW_UP, order_pay
from marketplace.orders.services.verification import ledger_verify
from tests.factories.marketplace import buyer_as, clip_live, order_of, quote_of, studio_signed
from tests.victims import status_of

PAYER = """
import os, sys
from uuid import UUID
from core.accounts.policy import Actor
from marketplace.orders.services import paying

def killing(function, before):
    def call(*args, **kwargs):
        if before:
            os.kill(os.getpid(), 9)
        function(*args, **kwargs)
        os.kill(os.getpid(), 9)
    return call

name, before = sys.argv[2], sys.argv[3] == "before"
setattr(paying, name, killing(getattr(paying, name), before))
paying.order_pay(actor=Actor.system(), order_id=UUID(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("step", "moment", "resumed_by"),
    [
        ("payment_charge", "before", "buyer"),
        ("payment_charge", "after", "buyer"),
        ("payment_charge", "after", "follow_up"),
        ("_issue_licences", "after", "follow_up"),
        ("payment_settle", "after", "buyer"),
    ],
)
def test_a_killed_payment_ends_as_one_payment(step: str, moment: str, resumed_by: str) -> None:
    buyer = buyer_as()
    order = order_of(buyer, quote_of(buyer, [clip_live(studio_signed())]))
    assert status_of(PAYER, str(order.pk), step, moment) == -9
    assert Payment.objects.count() == 1
    assert ledger_verify() == []
    if resumed_by == "buyer":
        order_pay(actor=buyer, order_id=order.pk)
    soonest = Job.objects.filter(kind=PAYMENT_FOLLOW_UP).order_by("run_after")[:1]
    Job.objects.filter(pk__in=[one.pk for one in soonest]).update(run_after="2026-01-01T00:00:00Z")
    assert run_due([PAYMENT_FOLLOW_UP]) == 1
    order.refresh_from_db()
    assert order.state == OrderState.BUILDING
    assert (Payment.objects.count(), Licence.objects.count(), Transfer.objects.count()) == (1, 1, 2)
    assert Job.objects.filter(kind="delivery.build").count() == 1
    assert ledger_verify() == []
