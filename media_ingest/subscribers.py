"""Which jobs of this floor a topic wakes."""

from __future__ import annotations

from core.jobs.registry import subscribe
from media_ingest.domain.kinds import COMPARE, DERIVE, DETECT, GLANCE, PROBE, WATCH
from media_ingest.services.finishing import ASSET_RECEIVED
from media_ingest.services.probing import ASSET_READY
from media_ingest.services.watching import ASSET_WATCHED


def register() -> None:
    """Connect topics to jobs; called when the app is ready."""
    subscribe(ASSET_RECEIVED, PROBE)
    for kind in (GLANCE, WATCH):
        subscribe(ASSET_READY, kind)
    # Compared before it is shown to anybody: a duplicate should not be on offer even for a moment.
    for kind in (COMPARE, DERIVE, DETECT):
        subscribe(ASSET_WATCHED, kind)
