"""What the catalogue refuses."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

QUERY_SYNTAX = ErrorCode("query_syntax", Kind.INVALID, "The search text could not be read")
CLIP_WITHDRAWN = ErrorCode("withdrawn", Kind.GONE, "This clip is no longer offered")
USE_CASE_NEEDED = ErrorCode("use_case_needed", Kind.INVALID, "State a use case first")
