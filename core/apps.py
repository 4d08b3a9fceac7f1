"""The foundation floor as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Accounts, jobs, idempotency, audit."""

    name = "core"
    verbose_name = "Foundation"
