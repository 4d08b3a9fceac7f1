"""``manage.py prepare``: load what every installation needs; safe to run again at each start."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from core.accounts.policy import Actor
from core.jobs.services import enqueue_nightly
from licensing.services.catalogue import catalogue_load
from licensing.services.policies import policies_load
from licensing.services.rates import ratecard_load
from licensing.services.reasons import reasons_load
from marketplace.catalog.services.shelving import shelves_fill
from marketplace.orders.services.recording import licences_catch_up
from marketplace.tasks import DAY_CLOSE
from marketplace.transparency.services.keys import signing_key_ensure
from marketplace.transparency.services.sealing import log_seal
from media_ingest.adapters.storage import storage_prepare
from media_ingest.services.sweeping import sweep_schedule


class Command(BaseCommand):
    """Bucket, clause catalogue, contract template, rate card, reasons, desk policy, signing key, transparency log."""

    help = "Load the clause catalogue, contract template and rate card; make bucket and signing key when there is none."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Load and report."""
        storage_prepare()
        contract = catalogue_load(actor=Actor.system())
        card = ratecard_load(actor=Actor.system())
        reasons_load(actor=Actor.system())
        policies_load(actor=Actor.system())
        keys = signing_key_ensure()
        licences_catch_up()
        log_seal()
        shelves_fill()
        sweep_schedule()
        enqueue_nightly(kind=DAY_CLOSE)
        self.stdout.write(f"contract template {contract.version}, rate card {card.version}, {len(keys)} signing keys")
