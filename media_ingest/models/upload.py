"""Files on their way in."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from core.accounts.models import Organisation
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from media_ingest.domain.failures import Failure
from media_ingest.domain.states import UploadState
from media_ingest.domain.transport import Transport
from media_ingest.models.asset import Asset
from media_ingest.models.batch import Batch


class Upload(Record):
    """One declared file and how much of it is here. The bytes lie in scratch under the row's id."""

    PREFIX = Prefix.UPLOAD

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="uploads")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="uploads", null=True)
    request_key = models.CharField(max_length=255, default="", blank=True)
    """The sender's own name for this declaration: sent twice it is one upload. Empty when none was given."""
    name = models.CharField(max_length=255)
    """What its owner calls the file. Data, never a path."""
    folder = models.CharField(max_length=500, default="", blank=True)
    """Where it lies on its owner's card, relative, with slashes; empty at the top. Data, never a path of ours."""
    modified_at = models.DateTimeField(null=True, blank=True)
    """When the file was last written, as its sender says."""
    size_bytes = models.BigIntegerField()
    """The declared size; the upload is complete at exactly this many bytes."""
    sample_sha256 = models.CharField(max_length=64, default="", blank=True)
    """Hash over three samples and the size (``domain.sampled``), by which a file is found again; may be empty."""
    transport = models.CharField(max_length=8, default=Transport.TUS)
    part_handle = models.CharField(max_length=400, default="", blank=True)
    """What object storage calls the multipart upload; empty until it was begun, and always for tus."""
    received_bytes = models.BigIntegerField(default=0)
    """Bytes known to be on disk (synced). The file itself may already hold more."""
    generation = models.PositiveIntegerField(default=0)
    """Counts how often bytes were lost from scratch; running hashes of an older generation are void."""
    declared_sha256 = models.CharField(max_length=64, default="", blank=True)
    """What the sender says the whole file hashes to; empty when not said."""
    sha256 = models.CharField(max_length=64, default="", blank=True)
    """What the bytes hashed to as they arrived; set with the last byte, for parts once they were read."""
    sha1 = models.CharField(max_length=40, default="", blank=True)
    """The same bytes' SHA-1, because that is what card-offload tools can compare (``domain.receipts``)."""
    checked_bytes = models.BigIntegerField(default=0)
    """Bytes that came with a checksum of their sender's and met it."""
    state = models.CharField(max_length=16, default=UploadState.RECEIVING)
    failure = models.CharField(max_length=40, default="", blank=True)
    """Error code that says why the upload failed."""
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="uploads", null=True)
    duplicate = models.BooleanField(default=False)
    """The organisation had these bytes already: ``asset`` is the earlier one."""
    active_at = models.DateTimeField()
    """When bytes last arrived (or the upload was declared)."""
    expires_at = models.DateTimeField()
    warnings_sent = models.PositiveSmallIntegerField(default=0)
    """How many of the warnings before the end of this idle time were given."""
    paused_at = models.DateTimeField(null=True, blank=True)
    """Since when its sender wants no bytes taken; its room is kept, its idle time runs."""
    stored_at = models.DateTimeField(null=True, blank=True)
    """When the file was whole, verified and in storage."""

    held_parts: list[int] | None = None
    """Not a column: numbers of the parts in object storage, where a service asked for them."""

    class Meta:
        """What is true of every upload."""

        constraints: ClassVar = (
            check_in("state", UploadState, "media_ingest_upload_state"),
            check_in("transport", Transport, "media_ingest_upload_transport"),
            models.UniqueConstraint(
                fields=["organisation", "request_key"],
                condition=~Q(request_key=""),
                name="media_ingest_upload_declared_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="media_ingest_upload_name_present"),
            models.CheckConstraint(
                condition=Q(received_bytes__gte=0, received_bytes__lte=F("size_bytes")),
                name="media_ingest_upload_received_within_size",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[UploadState.STORING, UploadState.RECEIVED])
                | ~Q(sha256="")
                | Q(state=UploadState.STORING, transport=Transport.S3),
                name="media_ingest_upload_complete_has_hash",
            ),
            models.CheckConstraint(
                condition=Q(state=UploadState.RECEIVED, asset__isnull=False)
                | (~Q(state=UploadState.RECEIVED) & Q(asset__isnull=True)),
                name="media_ingest_upload_received_has_asset",
            ),
            models.CheckConstraint(
                condition=Q(failure__in=["", *map(str, Failure)]), name="media_ingest_upload_failure"
            ),
            models.CheckConstraint(
                condition=(Q(state=UploadState.FAILED) & ~Q(failure=""))
                | (~Q(state=UploadState.FAILED) & Q(failure="")),
                name="media_ingest_upload_failed_has_reason",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["organisation", "state", "-id"], name="media_ingest_upload_list"),
            models.Index(fields=["organisation", "name", "size_bytes"], name="media_ingest_upload_match"),
            models.Index(fields=["batch", "state"], name="media_ingest_upload_batch"),
            models.Index(
                fields=["expires_at"], name="media_ingest_upload_expiry", condition=Q(state=UploadState.RECEIVING)
            ),
        )

    @property
    def verified(self) -> bool:
        """Whether the bytes here are the sender's own, by a hash that the sender computed."""
        declared = self.declared_sha256 != "" and self.declared_sha256 == self.sha256
        return declared or self.checked_bytes == self.size_bytes

    @override
    def __str__(self) -> str:
        """Show the name."""
        return self.name
