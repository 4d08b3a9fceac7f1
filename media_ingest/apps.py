"""The media floor as a Django app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override


class MediaIngestConfig(AppConfig):
    """Uploads, assets, clips, previews."""

    name = "media_ingest"
    verbose_name = "Footage"

    @override
    def ready(self) -> None:
        """Say which jobs exist, which topics wake them, and what must always be true."""
        from media_ingest import checks, subscribers
        from media_ingest.adapters.confinement import warn_when_off

        import_module("media_ingest.tasks")
        subscribers.register()
        checks.register()
        warn_when_off()
