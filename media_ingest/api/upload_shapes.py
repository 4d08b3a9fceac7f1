"""What the upload API takes and gives. Values are ready when they get here; no query runs."""

from __future__ import annotations

import re
from typing import Any, Final

from django.utils.translation import get_language
from rest_framework import serializers

from core.api.fields import PublicIdField
from core.ids import Prefix, public_id
from media_ingest.api.tus import PATH as TUS_PATH
from media_ingest.domain.expiry import next_warning
from media_ingest.domain.failures import failure_wording
from media_ingest.domain.names import FOLDER_LENGTH, NAME_LENGTH
from media_ingest.domain.parts import MOST_PARTS, part_plan
from media_ingest.domain.states import UploadState
from media_ingest.domain.transport import Transport
from media_ingest.models import Upload
from media_ingest.services.matching_files import MatchResult

MOST_FILES: Final = 1000
"""Files one match asks about."""
MOST_LINKS: Final = 100
"""Parts one call gets links to."""
_LARGEST: Final = 2**62
_SHA256: Final = re.compile(r"^([0-9a-f]{64})?$")
_ETAG_LENGTH: Final = 200


class HashField(serializers.RegexField):
    """A SHA-256 in lower-case hexadecimal, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_SHA256, required=False, allow_blank=True, default="", max_length=64, **kwargs)


class UploadDeclare(serializers.Serializer[Any]):
    """A file that is going to be sent."""

    name = serializers.CharField(max_length=NAME_LENGTH * 16, trim_whitespace=False)
    size_bytes = serializers.IntegerField(min_value=0, max_value=_LARGEST)
    batch_name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    folder = serializers.CharField(
        max_length=FOLDER_LENGTH * 4,
        required=False,
        allow_blank=True,
        default="",
        help_text="Where the file lies on your card, relative, with slashes; for the receipt.",
    )
    sha256 = HashField(help_text="What the whole file hashes to, when you know it already.")
    sample_sha256 = HashField(
        help_text="SHA-256 over first MiB, middle MiB (at (size - 1 MiB) / 2, rounded down), last MiB and the size as "
        "8 bytes, big-endian; a file up to 3 MiB counts whole. Lets `match` find the file again."
    )
    modified_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class UploadQuery(serializers.Serializer[Any]):
    """Which uploads."""

    state = serializers.ChoiceField(choices=[str(state) for state in UploadState], required=False)


class UploadOut(serializers.Serializer[Any]):
    """A file on its way in."""

    id = PublicIdField(Prefix.UPLOAD)
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=[str(state) for state in UploadState])
    offset = serializers.IntegerField(source="received_bytes", help_text="Bytes that are safe here.")
    size_bytes = serializers.IntegerField()
    transport = serializers.ChoiceField(
        choices=[str(way) for way in Transport],
        help_text="`tus`: send the bytes to `upload_url`. `s3`: ask for links to the parts.",
    )
    upload_url = serializers.SerializerMethodField(help_text="Where tus sends the bytes; null for `s3`.")
    part_bytes = serializers.SerializerMethodField(help_text="Length of every part but the last; null for `tus`.")
    parts_total = serializers.SerializerMethodField(help_text="Null for `tus`.")
    parts_held = serializers.SerializerMethodField(
        help_text="Numbers of the parts that are here; null for `tus`, and in lists."
    )
    paused = serializers.SerializerMethodField(help_text="No bytes are taken until it is resumed.")
    expires_at = serializers.DateTimeField()
    warns_at = serializers.SerializerMethodField(
        help_text="When the next warning comes, should no bytes come; null after the last one."
    )
    asset_id = serializers.SerializerMethodField()
    duplicate = serializers.BooleanField(help_text="The organisation had these bytes already.")
    failure = serializers.SerializerMethodField(help_text="Code of why it failed; null unless it did.")
    reason = serializers.SerializerMethodField(help_text="The same in words, with what to do.")
    batch_id = serializers.SerializerMethodField()
    batch_name = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_upload_url(self, upload: Upload) -> str | None:
        return f"{TUS_PATH}/{upload.public_id}" if upload.transport == Transport.TUS else None

    def get_part_bytes(self, upload: Upload) -> int | None:
        return part_plan(upload.size_bytes).part_bytes if upload.transport == Transport.S3 else None

    def get_parts_total(self, upload: Upload) -> int | None:
        return part_plan(upload.size_bytes).count if upload.transport == Transport.S3 else None

    def get_parts_held(self, upload: Upload) -> list[int] | None:
        return upload.held_parts

    def get_paused(self, upload: Upload) -> bool:
        return upload.paused_at is not None

    def get_warns_at(self, upload: Upload) -> str | None:
        if upload.state != UploadState.RECEIVING:
            return None
        due = next_warning(upload.expires_at, upload.warnings_sent)
        return serializers.DateTimeField().to_representation(due) if due else None

    def get_asset_id(self, upload: Upload) -> str | None:
        return public_id(Prefix.ASSET, upload.asset_id) if upload.asset_id else None

    def get_failure(self, upload: Upload) -> str | None:
        return upload.failure or None

    def get_reason(self, upload: Upload) -> dict[str, str] | None:
        return failure_wording(upload.failure, get_language() or "en") if upload.failure else None

    def get_batch_id(self, upload: Upload) -> str | None:
        return public_id(Prefix.BATCH, upload.batch_id) if upload.batch_id else None

    def get_batch_name(self, upload: Upload) -> str | None:
        return upload.batch.name if upload.batch else None


class MatchFile(serializers.Serializer[Any]):
    """A file on its owner's card."""

    name = serializers.CharField(max_length=NAME_LENGTH * 16, trim_whitespace=False)
    size_bytes = serializers.IntegerField(min_value=0, max_value=_LARGEST)
    sample_sha256 = HashField()


class MatchAsk(serializers.Serializer[Any]):
    """What to look for."""

    files = serializers.ListField(child=MatchFile(), max_length=MOST_FILES)


class MatchOut(serializers.Serializer[Any]):
    """What is known of one file, in the order asked."""

    name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    result = serializers.ChoiceField(choices=[str(result) for result in MatchResult])
    upload_id = PublicIdField(Prefix.UPLOAD, allow_null=True)
    offset = serializers.IntegerField()
    parts_held = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    asset_id = PublicIdField(Prefix.ASSET, allow_null=True)


class PartsAsk(serializers.Serializer[Any]):
    """Which parts to send."""

    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MOST_PARTS), min_length=1, max_length=MOST_LINKS
    )


class PartOut(serializers.Serializer[Any]):
    """Where to PUT one part."""

    number = serializers.IntegerField()
    url = serializers.CharField()
    expires_in_s = serializers.IntegerField()
    size_bytes = serializers.IntegerField(help_text="Exactly this many bytes are taken.")


class PartSent(serializers.Serializer[Any]):
    """What a PUT was answered with."""

    number = serializers.IntegerField(min_value=1, max_value=MOST_PARTS)
    etag = serializers.CharField(max_length=_ETAG_LENGTH)


class CompleteAsk(serializers.Serializer[Any]):
    """That every part was sent; what it hashes to proves that nothing changed on the way."""

    parts = serializers.ListField(child=PartSent(), required=False, max_length=MOST_PARTS)
    sha256 = HashField()
