"""What delivery refuses."""

from __future__ import annotations

from core.errors import ErrorCode, Kind

DATASET_NOT_READY = ErrorCode("dataset_not_ready", Kind.CONFLICT, "The dataset is not ready yet")
DATASET_NOT_BUILDABLE = ErrorCode("dataset_not_buildable", Kind.CONFLICT, "The order cannot be built now")
DATASET_SOURCE_BROKEN = ErrorCode("dataset_source_broken", Kind.CONFLICT, "A source of the dataset cannot be delivered")
LICENCE_ENDED = ErrorCode("licence_ended", Kind.FORBIDDEN, "The licence does not stand any more")
ON_HOLD = ErrorCode("on_hold", Kind.LOCKED, "A claim on a clip is being looked at")
LINK_INVALID = ErrorCode("link_invalid", Kind.FORBIDDEN, "This link is not valid any more")
FILE_UNKNOWN = ErrorCode("file_unknown", Kind.INVALID, "The dataset has no such file")
REPORT_MISMATCH = ErrorCode("report_mismatch", Kind.CONFLICT, "The report does not match the dataset")
CERTIFICATE_BROKEN = ErrorCode("certificate_broken", Kind.INVALID, "Not a genuine certificate")
CERTIFICATE_OF_ANOTHER_KIND = ErrorCode(
    "certificate_of_another_kind", Kind.INVALID, "Genuine, but not the certificate of a delivery"
)
CERTIFICATE_UNKNOWN = ErrorCode("certificate_unknown", Kind.NOT_FOUND, "Not issued here")
