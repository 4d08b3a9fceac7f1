"""The process that withdraws, looks or attests is killed with SIGKILL anywhere: all of it happened, or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from core.jobs.models import Job
from marketplace.models import Attestation, Licence, Notice, Reservation, Withdrawal
from marketplace.withdrawals.domain.deletion import Declared
from marketplace.withdrawals.services.attesting import notice_attest
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from tests.factories.checked import breaches
from tests.factories.marketplace import SYSTEM, buyer_as, clip_live, listing_of, order_paid, studio_signed

VICTIM = """
import os, sys
from uuid import UUID
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
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

module, name = sys.argv[3].split(".")
module = {"withdrawing": withdrawing, "noticing": noticing, "attesting": attesting}[module]
setattr(module, name, killing(getattr(module, name), int(sys.argv[4])))
key, actor = UUID(sys.argv[2]), Actor.system()
if module is attesting:
    notice = Notice.objects.get(pk=key)
    said = Declared("A. Officer", notice.signatory, notice.method, tuple(notice.rungs), ())
    attesting.notice_attest(actor=actor, notice_id=key, declared=said)
else:
    withdrawing.clip_withdraw(actor=actor, clip_id=key)
"""


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Real transactions; afterwards append-only tables are emptied too, which the product itself can never do."""
    yield
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        call_command("flush", interactive=False, verbosity=0)
        for _, sql in triggers:
            cursor.execute(sql)


def killed(repository: Path, key: object, step: str, after: int) -> None:
    argv = [sys.executable, "-c", VICTIM, str(connection.settings_dict["NAME"]), str(key), step, str(after)]
    done = subprocess.run(argv, cwd=repository, env=dict(os.environ), timeout=60, check=False)
    assert done.returncode == -9


@pytest.mark.usefixtures("committed")
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
def test_half_a_ladder_is_never_left(repository: Path, step: str, after: int) -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    for _ in range(2):
        order_paid(buyer_as(), [clip])
    killed(repository, clip.pk, step, after)
    assert listing_of(clip).state == "live"
    assert (Withdrawal.objects.count(), Notice.objects.count()) == (0, 0)
    assert not Job.objects.filter(kind="marketplace.notice.look").exists()
    clip_withdraw(actor=studio, clip_id=clip.pk)
    assert (Notice.objects.count(), Job.objects.filter(kind="marketplace.notice.look").count()) == (2, 2)
    assert breaches("withdrawals", "licences", "audit") == []


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("step", ["licence_end", "sign", "record", "publish", "withdrawal_close_when_done"])
def test_half_an_attestation_is_never_left(repository: Path, step: str) -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    order = order_paid(buyer, [clip])
    clip_withdraw(actor=studio, clip_id=clip.pk)
    notice = Notice.objects.get()
    killed(repository, notice.pk, f"attesting.{step}", 0)
    notice.refresh_from_db()
    assert (notice.state, Licence.objects.get(order=order).state) == ("noticed", "active")
    assert not Attestation.objects.exists()
    assert Reservation.objects.get().released_at is None
    said = Declared("A. Officer", notice.signatory, notice.method, tuple(notice.rungs), ())
    notice_attest(actor=SYSTEM, notice_id=notice.pk, declared=said)
    assert Attestation.objects.count() == 1
    assert breaches("withdrawals", "licences", "audit") == []
