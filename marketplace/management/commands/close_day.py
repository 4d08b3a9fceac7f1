"""``manage.py close_day``: what the market does once a day; run it from a timer, as often as you like."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from core.accounts.policy import Actor
from marketplace.orders.services.accepting import quotes_expire
from marketplace.payouts.services import earnings_release


class Command(BaseCommand):
    """Close quotes whose time is over and make earnings payable whose hold is over."""

    help = "Expire old quotes and release held earnings. Safe to repeat."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        system = Actor.system()
        expired = quotes_expire(actor=system)
        released = earnings_release(actor=system)
        self.stdout.write(f"{expired} quotes expired")
        self.stdout.write(f"{released.earnings} earnings of {released.creators} creators are payable now")
