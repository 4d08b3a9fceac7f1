"""The process that pays is killed with SIGKILL: nothing is charged twice, nothing is lost, nobody has to repair."""

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
from core.jobs.runner import run_due
from marketplace.models import Licence, Payment, Transfer
from marketplace.orders.domain.states import OrderState
from marketplace.orders.services.paying import PAYMENT_FOLLOW_UP, order_pay
from marketplace.orders.services.verification import ledger_verify
from tests.factories.marketplace import buyer_as, clip_live, order_of, quote_of, studio_signed

PAYER = """
import os, sys
from uuid import UUID
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from core.accounts.policy import Actor
from marketplace.orders.services import paying

def killing(function, before):
    def call(*args, **kwargs):
        if before:
            os.kill(os.getpid(), 9)
        function(*args, **kwargs)
        os.kill(os.getpid(), 9)
    return call

name, before = sys.argv[3], sys.argv[4] == "before"
setattr(paying, name, killing(getattr(paying, name), before))
paying.order_pay(actor=Actor.system(), order_id=UUID(sys.argv[2]))
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


@pytest.mark.usefixtures("committed")
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
def test_a_killed_payment_ends_as_one_payment(repository: Path, step: str, moment: str, resumed_by: str) -> None:
    buyer = buyer_as()
    order = order_of(buyer, quote_of(buyer, [clip_live(studio_signed())]))
    argv = [sys.executable, "-c", PAYER, str(connection.settings_dict["NAME"]), str(order.pk), step, moment]
    done = subprocess.run(argv, cwd=repository, env=dict(os.environ), timeout=60, check=False)
    assert done.returncode == -9
    assert Payment.objects.count() == 1
    assert ledger_verify() == []
    if resumed_by == "buyer":
        order_pay(actor=buyer, order_id=order.pk)
    Job.objects.filter(kind=PAYMENT_FOLLOW_UP).update(run_after="2026-01-01T00:00:00Z")
    assert run_due([PAYMENT_FOLLOW_UP]) == 1
    order.refresh_from_db()
    assert order.state == OrderState.BUILDING
    assert (Payment.objects.count(), Licence.objects.count(), Transfer.objects.count()) == (1, 1, 2)
    assert Job.objects.filter(kind="delivery.build").count() == 1
    assert ledger_verify() == []
