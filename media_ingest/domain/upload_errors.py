"""The refusals of uploads that travel both ways, of batches and of room. Codes are stable; texts may improve."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

QUOTA_EXCEEDED = ErrorCode("quota_exceeded", Kind.PAYMENT, "The organisation has no room left for this file")
UPLOAD_PAUSED = ErrorCode("upload_paused", Kind.CONFLICT, "This upload is paused")
WRONG_TRANSPORT = ErrorCode("wrong_transport", Kind.CONFLICT, "The bytes of this upload travel another way")
PARTS_MISSING = ErrorCode("parts_missing", Kind.CONFLICT, "Some parts of the file are not here yet")
PART_NUMBERS = ErrorCode("part_numbers_invalid", Kind.INVALID, "The file has no such parts")
STORAGE_AWAY = ErrorCode("storage_away", Kind.UNAVAILABLE, "Object storage does not answer at the moment")
BATCH_NAME = ErrorCode("batch_name_invalid", Kind.INVALID, "The batch needs a name")
BATCH_NAME_TAKEN = ErrorCode("batch_name_taken", Kind.CONFLICT, "A batch of this name is there already")
NOT_ALL_RECEIVED = ErrorCode("not_all_received", Kind.CONFLICT, "Not every file of the batch is here yet")
IMPORT_REFUSED = ErrorCode("import_refused", Kind.INVALID, "This folder cannot be imported")
