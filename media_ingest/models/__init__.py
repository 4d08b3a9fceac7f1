"""All tables of the media floor, for Django's one app label."""

from __future__ import annotations

from media_ingest.models.asset import Asset, ProbeReport
from media_ingest.models.batch import Batch
from media_ingest.models.case import OwnershipCase
from media_ingest.models.clip import Clip
from media_ingest.models.content_code import ContentCode
from media_ingest.models.derivative import Derivative, DerivativeKind
from media_ingest.models.detection import Detection
from media_ingest.models.duplicate import NearDuplicate
from media_ingest.models.fingerprint import Fingerprint, PrintTrack
from media_ingest.models.quota import Quota
from media_ingest.models.stored import StoredObject
from media_ingest.models.upload import Upload
from media_ingest.models.watching import Watching

__all__ = [
    "Asset",
    "Batch",
    "Clip",
    "ContentCode",
    "Derivative",
    "DerivativeKind",
    "Detection",
    "Fingerprint",
    "NearDuplicate",
    "OwnershipCase",
    "PrintTrack",
    "ProbeReport",
    "Quota",
    "StoredObject",
    "Upload",
    "Watching",
]
