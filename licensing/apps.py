"""The licensing floor as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from typing_extensions import override


class LicensingConfig(AppConfig):
    """What may be done with footage, and for how much."""

    name = "licensing"
    verbose_name = "Licensing"

    @override
    def ready(self) -> None:
        """Say which topics wake this floor's work, and what must always be true."""
        from licensing import checks, subscribers, tasks

        tasks.register()
        subscribers.register()
        checks.register()
