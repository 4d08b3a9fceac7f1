"""Received files and what is known of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.accounts.models import Organisation
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from media_ingest.domain.guess import Guess
from media_ingest.domain.ownership import Hold
from media_ingest.domain.reasons import Reason
from media_ingest.domain.states import AssetState
from media_ingest.models.batch import Batch


class Asset(Record):
    """One file of one organisation. Two owners of the same bytes have two assets and one stored object.

    The facts are columns named as in ``domain.footage.Footage``; exact ratios are two integers.
    They are empty (null, or "" for a text) until the file was probed.
    """

    PREFIX = Prefix.ASSET

    hold: Hold | None = None
    """Why its clips are not offered at the moment; not stored, filled by whoever asked ``selectors.holds_of``."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assets")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="assets", null=True)
    original_name = models.CharField(max_length=255)
    """What its owner calls the file. Data, never a path."""
    sha256 = models.CharField(max_length=64)
    """Identity: SHA-256 of the bytes, lower-case hexadecimal."""
    size_bytes = models.BigIntegerField()
    storage_key = models.CharField(max_length=200)
    """Where the blob store keeps the bytes."""
    state = models.CharField(max_length=16, default=AssetState.RECEIVED)
    reason = models.CharField(max_length=40, default="", blank=True)
    """Why it was rejected, a code of ``domain.reasons.Reason``."""

    container = models.CharField(max_length=64, default="", blank=True)
    video_codec = models.CharField(max_length=32, default="", blank=True)
    profile = models.CharField(max_length=64, default="", blank=True)
    pixel_format = models.CharField(max_length=32, default="", blank=True)
    bit_depth = models.PositiveSmallIntegerField(null=True, blank=True)
    coded_width = models.PositiveIntegerField(null=True, blank=True)
    coded_height = models.PositiveIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    """As displayed: sample aspect and rotation applied, in pixels."""
    height = models.PositiveIntegerField(null=True, blank=True)
    """As displayed: sample aspect and rotation applied, in pixels."""
    rotation = models.PositiveSmallIntegerField(null=True, blank=True)
    """0, 90, 180 or 270 degrees clockwise."""
    sample_aspect = models.CharField(max_length=24, default="", blank=True)
    frame_rate_num = models.PositiveBigIntegerField(null=True, blank=True)
    """Average frame rate, exact: numerator of frames per second."""
    frame_rate_den = models.PositiveBigIntegerField(null=True, blank=True)
    base_rate_num = models.PositiveBigIntegerField(null=True, blank=True)
    base_rate_den = models.PositiveBigIntegerField(null=True, blank=True)
    variable_frame_rate = models.BooleanField(null=True, blank=True)
    scan = models.CharField(max_length=16, default="", blank=True)
    color_primaries = models.CharField(max_length=32, default="", blank=True)
    color_transfer = models.CharField(max_length=32, default="", blank=True)
    color_matrix = models.CharField(max_length=32, default="", blank=True)
    color_range = models.CharField(max_length=16, default="", blank=True)
    hdr = models.CharField(max_length=32, default="", blank=True)
    has_audio = models.BooleanField(null=True, blank=True)
    audio_codec = models.CharField(max_length=32, default="", blank=True)
    audio_channels = models.PositiveSmallIntegerField(null=True, blank=True)
    audio_rate = models.PositiveIntegerField(null=True, blank=True)
    """Samples per second."""
    duration_ticks = models.BigIntegerField(null=True, blank=True)
    """Presented length counted from packets, in units of the time base."""
    time_base_num = models.PositiveBigIntegerField(null=True, blank=True)
    time_base_den = models.PositiveBigIntegerField(null=True, blank=True)
    duration_ms = models.BigIntegerField(null=True, blank=True)
    """The billable length: ``duration_ticks`` in milliseconds, rounded down. Billing reads only this."""
    frame_count = models.BigIntegerField(null=True, blank=True)
    timecode = models.CharField(max_length=16, default="", blank=True)
    camera_make = models.CharField(max_length=80, default="", blank=True)
    camera_model = models.CharField(max_length=80, default="", blank=True)
    has_telemetry = models.BooleanField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    """When the camera says it recorded this (``Footage.created_at``)."""
    guess = models.CharField(max_length=16, default="", blank=True)
    """What kind of footage it seems to be at first glance, a value of ``domain.guess.Guess``; empty before."""

    class Meta:
        """What is true of every asset."""

        constraints: ClassVar = (
            check_in("state", AssetState, "media_ingest_asset_state"),
            models.UniqueConstraint(
                fields=["organisation", "sha256"],
                condition=~Q(state=AssetState.WITHDRAWN),
                name="media_ingest_asset_once_per_owner",
            ),
            models.CheckConstraint(
                condition=~Q(state=AssetState.READY)
                | Q(duration_ms__gt=0, width__gt=0, height__gt=0, frame_rate_num__gt=0, frame_rate_den__gt=0),
                name="media_ingest_asset_ready_has_facts",
            ),
            models.CheckConstraint(condition=Q(reason__in=["", *map(str, Reason)]), name="media_ingest_asset_reason"),
            models.CheckConstraint(
                condition=~Q(state=AssetState.REJECTED) | ~Q(reason=""), name="media_ingest_asset_rejected_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(rotation__isnull=True) | Q(rotation__in=[0, 90, 180, 270]),
                name="media_ingest_asset_rotation",
            ),
            models.CheckConstraint(condition=Q(guess__in=["", *map(str, Guess)]), name="media_ingest_asset_guess"),
            models.CheckConstraint(
                condition=Q(size_bytes__gte=0) & ~Q(sha256="") & ~Q(storage_key=""),
                name="media_ingest_asset_has_bytes",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["organisation", "state", "-id"], name="media_ingest_asset_list"),
            models.Index(fields=["sha256"], name="media_ingest_asset_sha256"),
            models.Index(fields=["storage_key"], name="media_ingest_asset_storage"),
        )

    @override
    def __str__(self) -> str:
        """Show the name."""
        return self.original_name


class ProbeReport(Record):
    """What the prober said about an asset, whole, with the tool's version. Kept as evidence."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="probe_reports")
    tool = models.CharField(max_length=40)
    tool_version = models.CharField(max_length=200)
    reason = models.CharField(max_length=40, default="", blank=True)
    """The reject reason this report led to; empty when the footage was accepted."""
    report = models.JSONField()

    class Meta:
        """Newest last."""

        indexes: ClassVar = (models.Index(fields=["asset", "-id"], name="media_ingest_probereport_asset"),)

    @override
    def __str__(self) -> str:
        """Show the tool."""
        return f"{self.tool} {self.tool_version}"
