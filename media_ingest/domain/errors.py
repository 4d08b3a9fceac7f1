"""Error codes of media_ingest."""

from __future__ import annotations

from typing import Final

from core.errors import ErrorCode, Kind

SANDBOX_UNAVAILABLE: Final = ErrorCode(
    "sandbox_unavailable", Kind.UNAVAILABLE, "Media cannot be processed safely on this machine"
)
MEDIA_TOOL_FAILED: Final = ErrorCode("media_tool_failed", Kind.UNAVAILABLE, "Processing the video did not succeed")
