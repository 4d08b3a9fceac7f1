"""``manage.py prepare``: load what every installation needs; safe to run again at each start."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from core.accounts.policy import Actor
from licensing.services.catalogue import catalogue_load
from licensing.services.rates import ratecard_load
from marketplace.delivery.services.certifying import signing_key_ensure


class Command(BaseCommand):
    """Clause catalogue, contract template, rate card, signing key."""

    help = "Load the clause catalogue, contract template and rate card, and make the signing key when there is none."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Load and report."""
        contract = catalogue_load(actor=Actor.system())
        card = ratecard_load(actor=Actor.system())
        keys = signing_key_ensure()
        self.stdout.write(f"contract template {contract.version}, rate card {card.version}, {len(keys)} signing keys")
