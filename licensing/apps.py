"""The licensing floor as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """What may be done with footage, and for how much."""

    name = "licensing"
    verbose_name = "Licensing"
