"""Which jobs of this floor a topic wakes."""

from __future__ import annotations

from core.jobs.registry import subscribe
from media_ingest.domain.kinds import DERIVE, DETECT, GLANCE, PROBE
from media_ingest.services.finishing import ASSET_RECEIVED
from media_ingest.services.probing import ASSET_READY


def register() -> None:
    """Connect topics to jobs; called when the app is ready."""
    subscribe(ASSET_RECEIVED, PROBE)
    for kind in (GLANCE, DERIVE, DETECT):
        subscribe(ASSET_READY, kind)
