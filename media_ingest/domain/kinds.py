"""The kinds of jobs that a received file goes through; the subject of each is the asset's public id."""

from __future__ import annotations

from typing import Final

PROBE: Final = "media_ingest.probe"
"""Find out what a received file is."""
GLANCE: Final = "media_ingest.glance"
"""Show a ready file by one picture and say what it seems to be."""
WATCH: Final = "media_ingest.watch"
"""Watch a ready file once."""
DERIVE: Final = "media_ingest.derive"
"""Make the pictures of a watched file's clips."""
COMPARE: Final = "media_ingest.compare"
"""Look for near duplicates of a watched file."""
DETECT: Final = "media_ingest.detect"
"""Label the clips of a watched file."""
PREVIEW: Final = "media_ingest.preview"
"""Make the whole preview of one clip; its subject is the clip's public id."""
