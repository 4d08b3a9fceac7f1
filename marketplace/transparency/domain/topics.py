"""Names that the log does."""

from __future__ import annotations

from typing import Final

SEAL: Final = "transparency.seal"
"""Done: the job that moves what waits into the log and signs a head. Subject: the key of the first event."""
