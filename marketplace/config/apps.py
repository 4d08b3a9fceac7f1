"""Makes our Celery app the current one wherever Django runs, so that every process rings the right broker."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override


class WiringConfig(AppConfig):
    """The wiring: no tables, only what must happen once at start."""

    name = "marketplace.config"
    label = "wiring"

    @override
    def ready(self) -> None:
        """Create the Celery app; without it a ring would look for a broker that nobody runs."""
        import_module("marketplace.config.celery")
