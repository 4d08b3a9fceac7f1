"""The library in Django's admin, for looking: changes go through services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from typing_extensions import override

from media_ingest.models import Asset, Batch, Clip, Derivative, ProbeReport, Upload


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # one class for several models
    """Shows everything, changes nothing."""

    ordering = ("-id",)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Groups of files."""

    list_display = ("name", "organisation", "created_at")


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Files on their way in."""

    list_display = ("public_id", "name", "state", "received_bytes", "size_bytes", "organisation", "active_at")
    list_filter = ("state",)
    search_fields = ("name", "sha256")
    list_select_related = ("organisation",)


@admin.register(Asset)
class AssetAdmin(ReadOnlyAdmin):
    """Received files."""

    list_display = ("public_id", "original_name", "state", "reason", "duration_ms", "width", "height", "organisation")
    list_filter = ("state", "reason", "video_codec")
    search_fields = ("original_name", "sha256")
    list_select_related = ("organisation",)


@admin.register(ProbeReport)
class ProbeReportAdmin(ReadOnlyAdmin):
    """What the prober said."""

    list_display = ("asset", "tool", "tool_version", "reason", "created_at")
    list_select_related = ("asset",)


@admin.register(Derivative)
class DerivativeAdmin(ReadOnlyAdmin):
    """Posters and previews."""

    list_display = ("asset", "kind", "width", "height", "size_bytes", "created_at")
    list_filter = ("kind",)
    list_select_related = ("asset",)


@admin.register(Clip)
class ClipAdmin(ReadOnlyAdmin):
    """What can be licensed."""

    list_display = ("public_id", "title", "asset", "start_ms", "end_ms", "language")
    search_fields = ("title",)
    list_select_related = ("asset",)
