"""The top floor as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from typing_extensions import override


class MarketplaceConfig(AppConfig):
    """Who buys."""

    name = "marketplace"
    verbose_name = "Marketplace"

    @override
    def ready(self) -> None:
        """Say which jobs exist, which topics wake them, and what must always be true."""
        from marketplace import checks, subscribers

        subscribers.register()
        checks.register()
