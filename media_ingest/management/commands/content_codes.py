"""``manage.py content_codes``: give recordings their ISCC while the machines have nothing better to do."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from core.accounts.policy import Actor
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset
from media_ingest.services.coding import content_code_ensure


class Command(BaseCommand):
    """Code what has no code yet, oldest first."""

    help = "Compute the ISCC of ready files that have none. Decodes everything: slow. Safe to stop and to repeat."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare options."""
        parser.add_argument("--limit", type=int, default=100, help="how many files at most")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Code, and tell each."""
        waiting = Asset.objects.filter(state=AssetState.READY, content_code__isnull=True).order_by("pk")
        for key in list(waiting.values_list("pk", flat=True)[: options["limit"]]):
            made = content_code_ensure(actor=Actor.system(), asset_id=key)
            self.stdout.write(made.iscc if made else f"{key}: no code could be made")
