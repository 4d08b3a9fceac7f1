"""The worker that follows a release or ends a licence is killed with SIGKILL anywhere: the next one does it once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import now
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from licensing.services.release_signing import release_take_back
from marketplace.models import Licence, Notice, Reservation, Transfer, Withdrawal
from marketplace.orders.services.fulfilling import order_mark_delivered
from marketplace.withdrawals.domain.topics import RELEASE_FOLLOW
from tests.factories.checked import breaches
from tests.factories.consent import release_signed
from tests.factories.marketplace import SYSTEM, buyer_as, clip_live, order_paid, studio_signed
from tests.victims import status_of

WORKER = """
import os, sys
from importlib import import_module
from core.jobs.runner import run_due
module, name = sys.argv[2].rsplit(".", 1)
module, after, calls = import_module(module), int(sys.argv[3]), [0]
function = getattr(module, name)
def killing(*args, **kwargs):
    calls[0] += 1
    if calls[0] > after:
        os.kill(os.getpid(), 9)
    return function(*args, **kwargs)
setattr(module, name, killing)
run_due([sys.argv[1]])
"""
SERVICES = "marketplace.withdrawals.services"


def killed(kind: str, step: str, after: int) -> None:
    assert status_of(WORKER, kind, step, str(after)) == -9
    assert Job.objects.get(kind=kind).state == JobState.RUNNING
    Job.objects.filter(kind=kind).update(lease_until=now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("step", "after"),
    [
        (f"{SERVICES}.revoking.notices_give", 0),
        (f"{SERVICES}.revoking.record", 1),
        (f"{SERVICES}.noticing.publish", 2),
        (f"{SERVICES}.noticing.refund_credit", 1),
        ("marketplace.ledger.refunds.transfers_post", 0),
        (f"{SERVICES}.refunding.record", 1),
        (f"{SERVICES}.revoking.withdrawal_close_when_done", 1),
    ],
)
def test_following_a_release_is_all_or_nothing_and_once(step: str, after: int) -> None:
    studio = studio_signed()
    clips = [clip_live(studio, duration_ms=2_400_000) for _ in range(2)]
    kept = release_signed(studio, *clips)
    orders = [order_paid(buyer_as(), clips) for _ in range(2)]
    order_mark_delivered(actor=SYSTEM, order_id=orders[0].pk)
    release_take_back(token=kept.token)
    before = Transfer.objects.count()
    killed(RELEASE_FOLLOW, step, after)
    assert (Withdrawal.objects.count(), Notice.objects.count(), Transfer.objects.count()) == (0, 0, before)
    assert set(Licence.objects.values_list("state", flat=True)) == {"active"}
    for _ in range(2):
        run_due([RELEASE_FOLLOW])
    assert (Withdrawal.objects.count(), Notice.objects.count(), Transfer.objects.count()) == (2, 4, before + 4)
    assert set(Licence.objects.values_list("state", flat=True)) == {"terminated"}
    assert not Reservation.objects.filter(released_at=None).exists()
    assert breaches("withdrawals", "licences", "money", "audit") == []
