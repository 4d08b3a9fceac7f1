"""``manage.py close_day``: what the market does once a day; run it from a timer, as often as you like."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from core.accounts.policy import Actor
from licensing.services.consent_settling import consent_settle_due
from marketplace.orders.services.accepting import quotes_expire
from marketplace.orders.services.recording import licences_expire
from marketplace.payouts.services import earnings_release
from marketplace.repayments.services.sweeping import repayments_sweep
from marketplace.transparency.services.sealing import log_seal
from marketplace.withdrawals.services.sweeping import notices_sweep


class Command(BaseCommand):
    """What the nightly job does, by hand: see `marketplace.tasks`."""

    help = (
        "Expire quotes and licences, release earnings, settle consent, remind, send refunds, sign the log. Repeatable."
    )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        system = Actor.system()
        expired = quotes_expire(actor=system)
        released = earnings_release(actor=system)
        ended = licences_expire(actor=system)
        notices_sweep(actor=system)
        repayments_sweep()
        consent_settle_due(actor=system)
        head = log_seal()
        self.stdout.write(f"{expired} quotes expired")
        self.stdout.write(f"{released.earnings} earnings of {released.creators} creators are payable now")
        self.stdout.write(f"{ended} licences ended; entries in the log: {head.size}")
