"""The nightly net under the jobs of withdrawals: whatever a job did not get to is done here."""

from __future__ import annotations

from datetime import datetime

from core.accounts.policy import Actor
from marketplace.withdrawals.domain.states import OPEN_NOTICES
from marketplace.withdrawals.models import Notice
from marketplace.withdrawals.services.noticing import notice_look
from marketplace.withdrawals.services.refunding import refunds_settle
from marketplace.withdrawals.services.revoking import releases_follow


def notices_sweep(*, actor: Actor, at: datetime | None = None) -> int:
    """Follow releases that were taken back, look at every notice that waits, credit what is due; return how many
    notices waited. Safe to repeat.
    """
    releases_follow(actor=actor)
    waiting = list(Notice.objects.filter(state__in=OPEN_NOTICES).values_list("pk", flat=True))
    for notice_id in waiting:
        notice_look(actor=actor, notice_id=notice_id, at=at)
    refunds_settle(actor=actor)
    return len(waiting)
