"""What the upload API takes and gives. Values are ready when they get here; no query runs."""

from __future__ import annotations

import re
from typing import Any, Final

from django.utils.translation import get_language
from rest_framework import serializers

from core.api.fields import PublicIdField
from core.ids import Prefix, public_id
from media_ingest.api.tus import PATH as TUS_PATH
from media_ingest.domain.failures import failure_wording
from media_ingest.domain.names import NAME_LENGTH
from media_ingest.domain.states import UploadState
from media_ingest.models import Upload

_LARGEST: Final = 2**62
_SHA256: Final = re.compile(r"^([0-9a-f]{64})?$")


class UploadDeclare(serializers.Serializer[Any]):
    """A file that is going to be sent."""

    name = serializers.CharField(max_length=NAME_LENGTH * 16, trim_whitespace=False)
    size_bytes = serializers.IntegerField(min_value=0, max_value=_LARGEST)
    batch_name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    sha256 = serializers.RegexField(_SHA256, required=False, allow_blank=True, default="", max_length=64)


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
    upload_url = serializers.SerializerMethodField(help_text="Where tus sends the bytes.")
    expires_at = serializers.DateTimeField()
    asset_id = serializers.SerializerMethodField()
    duplicate = serializers.BooleanField(help_text="The organisation had these bytes already.")
    reason = serializers.SerializerMethodField()
    batch_name = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_upload_url(self, upload: Upload) -> str:
        return f"{TUS_PATH}/{upload.public_id}"

    def get_asset_id(self, upload: Upload) -> str | None:
        return public_id(Prefix.ASSET, upload.asset_id) if upload.asset_id else None

    def get_reason(self, upload: Upload) -> dict[str, str] | None:
        return failure_wording(upload.failure, get_language() or "en") if upload.failure else None

    def get_batch_name(self, upload: Upload) -> str | None:
        return upload.batch.name if upload.batch else None
