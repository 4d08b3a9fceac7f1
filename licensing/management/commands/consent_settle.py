"""``manage.py consent_settle``: write anew how far each clip may be sold, from the people and places on it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from core.accounts.policy import Actor
from licensing.services.consent_checks import consent_rebuild


class Command(BaseCommand):
    """Settle every declared clip."""

    help = "Compute anew how far each clip may be sold, and tell the market of what changed."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Settle, then say how many changed."""
        self.stdout.write(f"changed: {consent_rebuild(actor=Actor.system())}")
