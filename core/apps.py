"""The foundation floor as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override


class CoreConfig(AppConfig):
    """Accounts, jobs, idempotency, audit."""

    name = "core"
    verbose_name = "Foundation"

    @override
    def ready(self) -> None:
        """Register what the foundation promises (models must be loaded first)."""
        import_module("core.checks")
