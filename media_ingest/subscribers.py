"""Which jobs of this floor a topic wakes."""

from __future__ import annotations

from core.jobs.registry import subscribe
from media_ingest.services.finishing import ASSET_RECEIVED
from media_ingest.services.probing import ASSET_READY
from media_ingest.services.progress import DERIVE, PROBE


def register() -> None:
    """Connect topics to jobs; called when the app is ready."""
    subscribe(ASSET_RECEIVED, PROBE)
    subscribe(ASSET_READY, DERIVE)
