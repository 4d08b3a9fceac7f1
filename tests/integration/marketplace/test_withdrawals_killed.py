"""The process that withdraws, looks or attests is killed with SIGKILL anywhere: all of it happened, or nothing."""

from __future__ import annotations

import pytest

from core.jobs.models import Job
from marketplace.models import Attestation, Licence, Notice, Reservation, Withdrawal
from marketplace.withdrawals.domain.deletion import Declared
from marketplace.withdrawals.services.attesting import notice_attest
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from tests.factories.checked import breaches
from tests.factories.marketplace import SYSTEM, buyer_as, clip_live, listing_of, order_paid, studio_signed
from tests.victims import status_of

VICTIM = """
import os, sys
from uuid import UUID
from core.accounts.policy import Actor
from marketplace.withdrawals.domain.deletion import Declared
from marketplace.withdrawals.models import Notice
from marketplace.withdrawals.services import attesting, noticing, withdrawing

def killing(function, after):
    calls = [0]
    def call(*args, **kwargs):
        calls[0] += 1
        if calls[0] > after:
            os.kill(os.getpid(), 9)
        return function(*args, **kwargs)
    return call

module, name = sys.argv[2].split(".")
module = {"withdrawing": withdrawing, "noticing": noticing, "attesting": attesting}[module]
setattr(module, name, killing(getattr(module, name), int(sys.argv[3])))
key, actor = UUID(sys.argv[1]), Actor.system()
if module is attesting:
    notice = Notice.objects.get(pk=key)
    said = Declared("A. Officer", notice.signatory, notice.method, tuple(notice.rungs), ())
    attesting.notice_attest(actor=actor, notice_id=key, declared=said)
else:
    withdrawing.clip_withdraw(actor=actor, clip_id=key)
"""


def killed(key: object, step: str, after: int) -> None:
    assert status_of(VICTIM, str(key), step, str(after)) == -9


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("step", "after"),
    [
        ("withdrawing.advance", 0),
        ("withdrawing.record", 0),
        ("withdrawing.notices_give", 0),
        ("noticing.publish", 0),
        ("noticing.publish", 1),
        ("noticing.enqueue", 1),
        ("withdrawing.withdrawal_close_when_done", 0),
    ],
)
def test_half_a_ladder_is_never_left(step: str, after: int) -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    for _ in range(2):
        order_paid(buyer_as(), [clip])
    killed(clip.pk, step, after)
    assert listing_of(clip).state == "live"
    assert (Withdrawal.objects.count(), Notice.objects.count()) == (0, 0)
    assert not Job.objects.filter(kind="marketplace.notice.look").exists()
    clip_withdraw(actor=studio, clip_id=clip.pk)
    assert (Notice.objects.count(), Job.objects.filter(kind="marketplace.notice.look").count()) == (2, 2)
    assert breaches("withdrawals", "licences", "audit") == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["licence_end", "sign", "record", "publish", "withdrawal_close_when_done"])
def test_half_an_attestation_is_never_left(step: str) -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    order = order_paid(buyer, [clip])
    clip_withdraw(actor=studio, clip_id=clip.pk)
    notice = Notice.objects.get()
    killed(notice.pk, f"attesting.{step}", 0)
    notice.refresh_from_db()
    assert (notice.state, Licence.objects.get(order=order).state) == ("noticed", "active")
    assert not Attestation.objects.exists()
    assert Reservation.objects.get().released_at is None
    said = Declared("A. Officer", notice.signatory, notice.method, tuple(notice.rungs), ())
    notice_attest(actor=SYSTEM, notice_id=notice.pk, declared=said)
    assert Attestation.objects.count() == 1
    assert breaches("withdrawals", "licences", "audit") == []
