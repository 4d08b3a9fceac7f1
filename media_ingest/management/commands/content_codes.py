"""``manage.py content_codes``: give recordings their ISCC while the machines have nothing better to do."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from core.accounts.policy import Actor
from core.ids import Prefix, public_id
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset
from media_ingest.services.coding import content_code_ensure


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is not a number of files such as 100. Nothing was computed.")
    return int(text)


class Command(BaseCommand):
    """Code what has no code yet, oldest first."""

    help = "Compute the ISCC of ready files that have none. Decodes everything: slow. Safe to stop and to repeat."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare options."""
        parser.add_argument("--limit", type=_count, default=100, help="how many codes at most (100)")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Code, tell each, and what is left; a file that gives no code stands in nobody's way."""
        waiting = Asset.objects.filter(state=AssetState.READY, content_code__isnull=True).order_by("pk")
        made, failed, ahead = 0, 0, waiting
        while tried := list(ahead.values_list("pk", flat=True)[: options["limit"] - made]):
            for key in tried:
                code = content_code_ensure(actor=Actor.system(), asset_id=key)
                made, failed = made + bool(code), failed + (not code)
                name = public_id(Prefix.ASSET, key)
                self.stdout.write(f"{name}  {code.iscc}" if code else f"{name}  no code could be made; nothing is lost")
            ahead = waiting.filter(pk__gt=tried[-1])
        self.stdout.write(f"codes made: {made}; gave none: {failed}; left for later: {waiting.count() - failed}")
