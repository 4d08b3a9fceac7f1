"""What can go wrong with documents: stable codes."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

DOCUMENT_UNAVAILABLE = ErrorCode("document_unavailable", Kind.UNAVAILABLE, "The document cannot be sealed just now")
DOCUMENT_NOT_READY = ErrorCode("document_not_ready", Kind.CONFLICT, "There is no document yet")
DOCUMENT_UNKNOWN = ErrorCode("document_unknown", Kind.NOT_FOUND, "No document with this hash was issued here")
