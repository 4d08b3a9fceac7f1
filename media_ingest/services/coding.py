"""Naming recordings by their content (ISCC): slow work that nothing waits for, done once for a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from media_ingest.adapters.ffmpeg import Stop, ToolFailedError, ToolLimitError, never
from media_ingest.adapters.iscc import ContentCodes, content_codes
from media_ingest.adapters.storage import BlobMissing, store
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, ContentCode

log = structlog.get_logger(__name__)
_FOLDER: Final = "codes"


def content_code_ensure(*, actor: Actor, asset_id: UUID, should_stop: Stop = never) -> ContentCode | None:
    """The ISCC of a ready asset, computed when there is none; None for a file that gives none or is away."""
    asset = Asset.objects.filter(pk=asset_id, state=AssetState.READY).first()
    if asset is None:
        return None
    known = ContentCode.objects.filter(asset=asset).first()
    if known is not None:
        return known
    codes = _codes(asset, should_stop)
    if codes is None:
        return None
    with transaction.atomic():
        made, new = ContentCode.objects.get_or_create(asset=asset, defaults=asdict(codes))
        if new:
            record(actor=actor, action="asset.coded", subject=asset.public_id, after={"iscc": made.iscc})
    return made


def content_codes_of(asset_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The ISCC of each asset that has one."""
    return dict(ContentCode.objects.filter(asset_id__in=set(asset_ids)).values_list("asset_id", "iscc"))


def _codes(asset: Asset, should_stop: Stop) -> ContentCodes | None:
    root = settings.OFFCUT.scratch_root / _FOLDER
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(dir=root))
    try:
        path = store().path(asset.storage_key)
        return content_codes(path, folder, duration_ms=asset.duration_ms or 0, should_stop=should_stop)
    except (BlobMissing, ToolFailedError, ToolLimitError, ValueError) as error:
        log.warning("asset.not_coded", asset=asset.public_id, error=type(error).__name__)
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
