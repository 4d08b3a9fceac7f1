"""Paths of the library's API, below ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from media_ingest.api.batches import BatchCollection, BatchDetail, BatchReceipt
from media_ingest.api.cases import OwnershipCaseCollection, OwnershipCaseDetail, OwnershipCaseSettle
from media_ingest.api.duplicates import AssetDuplicates, AssetDuplicatesKeep
from media_ingest.api.library import (
    AssetCollection,
    AssetDetail,
    ClipCollection,
    ClipDetail,
    ClipLabelDispute,
    ClipPreview,
)
from media_ingest.api.media import Media
from media_ingest.api.storage import Storage
from media_ingest.api.tus import TusCreation, TusUpload
from media_ingest.api.uploads import (
    UploadCollection,
    UploadComplete,
    UploadDetail,
    UploadMatch,
    UploadParts,
    UploadPause,
    UploadResume,
)
from media_ingest.api.watching import AssetProgress, AssetWatching, SpriteTrack

urlpatterns = [
    path("uploads", UploadCollection.as_view()),
    path("uploads/match", UploadMatch.as_view()),
    path("uploads/<str:upload_id>", UploadDetail.as_view()),
    path("uploads/<str:upload_id>/pause", UploadPause.as_view()),
    path("uploads/<str:upload_id>/resume", UploadResume.as_view()),
    path("uploads/<str:upload_id>/parts", UploadParts.as_view()),
    path("uploads/<str:upload_id>/complete", UploadComplete.as_view()),
    path("batches", BatchCollection.as_view()),
    path("batches/<str:batch_id>", BatchDetail.as_view()),
    path("batches/<str:batch_id>/receipt", BatchReceipt.as_view()),
    path("tus", TusCreation.as_view()),
    path("tus/<str:upload_id>", TusUpload.as_view()),
    path("assets", AssetCollection.as_view()),
    path("assets/<str:asset_id>", AssetDetail.as_view()),
    path("assets/<str:asset_id>/duplicates", AssetDuplicates.as_view()),
    path("assets/<str:asset_id>/duplicates/keep", AssetDuplicatesKeep.as_view()),
    path("assets/<str:asset_id>/progress", AssetProgress.as_view()),
    path("assets/<str:asset_id>/watching", AssetWatching.as_view()),
    path("assets/<str:asset_id>/sprite.vtt", SpriteTrack.as_view()),
    path("clips", ClipCollection.as_view()),
    path("clips/<str:clip_id>", ClipDetail.as_view()),
    path("clips/<str:clip_id>/preview", ClipPreview.as_view()),
    path("clips/<str:clip_id>/labels/<str:label>/dispute", ClipLabelDispute.as_view()),
    path("media/<str:token>", Media.as_view()),
    path("storage", Storage.as_view()),
    path("desk/ownership_cases", OwnershipCaseCollection.as_view()),
    path("desk/ownership_cases/<str:ownership_case_id>", OwnershipCaseDetail.as_view()),
    path("desk/ownership_cases/<str:ownership_case_id>/settle", OwnershipCaseSettle.as_view()),
]
