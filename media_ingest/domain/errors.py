"""The refusals of uploads, of the library and of media work. Codes are stable; texts may improve."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

UPLOAD_TOO_LARGE = ErrorCode("too_large", Kind.TOO_LARGE, "The file is larger than this installation accepts")
UPLOAD_TOO_LONG = ErrorCode("too_many_bytes", Kind.TOO_LARGE, "More bytes came than were declared")
UPLOAD_NAME = ErrorCode("upload_name_invalid", Kind.INVALID, "The file needs a name")
UPLOAD_HEADER = ErrorCode("upload_header_invalid", Kind.INVALID, "A header of the upload protocol is missing or wrong")
UPLOAD_BUSY = ErrorCode("upload_busy", Kind.LOCKED, "Another request is sending this file right now")
UPLOAD_CLOSED = ErrorCode("upload_closed", Kind.CONFLICT, "This upload takes no more bytes")
UPLOAD_GONE = ErrorCode("upload_gone", Kind.GONE, "This upload was cancelled, expired or failed")
NO_SPACE = ErrorCode("no_space", Kind.UNAVAILABLE, "There is no room for this file at the moment")
OFFSET_MISMATCH = ErrorCode("offset_mismatch", Kind.CONFLICT, "The bytes do not continue where the last ones ended")
CHUNK_DAMAGED = ErrorCode("chunk_damaged", Kind.CONFLICT, "The bytes were damaged on their way")
TUS_VERSION = ErrorCode("tus_version", Kind.CONFLICT, "This version of the upload protocol is not spoken here")
TUS_CONTENT_TYPE = ErrorCode("tus_content_type", Kind.INVALID, "The content type of a chunk is wrong")
CLIP_TEXT = ErrorCode("clip_text_invalid", Kind.INVALID, "The words of the clip cannot be kept like this")
LINK_REFUSED = ErrorCode("link_refused", Kind.FORBIDDEN, "This link is not valid or no longer so")
RANGE_UNMET = ErrorCode("range_unmet", Kind.INVALID, "The file has no such bytes")
SANDBOX_UNAVAILABLE = ErrorCode(
    "sandbox_unavailable", Kind.UNAVAILABLE, "Media cannot be processed safely on this machine"
)
MEDIA_TOOL_FAILED = ErrorCode("media_tool_failed", Kind.UNAVAILABLE, "Processing the video did not succeed")
OWN_FOOTAGE = ErrorCode(
    "own_footage", Kind.FORBIDDEN, "Nobody settles a question about their own organisation's footage"
)
SETTLEMENT_NOTE = ErrorCode("settlement_note_needed", Kind.INVALID, "Say in a note what the decision rests on")
CLIP_NOT_SHOWN = ErrorCode("clip_not_shown", Kind.CONFLICT, "This clip cannot be shown")
LABEL_UNKNOWN = ErrorCode("label_unknown", Kind.NOT_FOUND, "The clip has no such label")
