"""The top floor as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    """Who buys."""

    name = "marketplace"
    verbose_name = "Marketplace"
