"""Pictures that stand for a file: a poster and the first seconds, made outside any transaction, settled once."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from core.accounts.policy import Actor
from core.audit.services import record
from core.errors import DomainError
from core.jobs.services import Claim, LeaseLost, Retryable, publish
from core.logging import get_logger
from media_ingest.adapters.ffmpeg import ToolError, ToolStoppedError
from media_ingest.adapters.renditions import poster, preview
from media_ingest.adapters.storage import StorageError, store
from media_ingest.domain.footage import Scan
from media_ingest.domain.previews import Shown, poster_plan, preview_plan
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip, Derivative, DerivativeKind

ASSET_DERIVED: Final = "media_ingest.asset.derived"
"""Topic: a ready file has its poster and preview and can be shown. Subject: the asset's public id."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """One picture file that is in storage."""

    kind: DerivativeKind
    storage_key: str
    sha256: str
    size_bytes: int
    width: int
    height: int


def asset_derive(*, actor: Actor, asset_id: UUID, claim: Claim) -> Asset:
    """Give a ready file its poster and preview, exactly once however often it is called.

    Raises ``Retryable`` when a tool or storage fails, ``LeaseLost`` when another worker took over; no child process
    and no scratch file is left in either case.
    """
    asset = Asset.objects.get(pk=asset_id)
    if asset.state != AssetState.READY:
        return asset
    with _scratch(claim) as folder:
        made = _make(asset, claim, folder)
    with claim.settle():
        asset = Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
        first = Clip.objects.filter(asset=asset).order_by("start_ms").first()
        for picture in made:
            facts = {
                "storage_key": picture.storage_key,
                "sha256": picture.sha256,
                "size_bytes": picture.size_bytes,
                "width": picture.width,
                "height": picture.height,
            }
            whose = first if picture.kind is DerivativeKind.OPENING else None
            Derivative.objects.update_or_create(asset=asset, clip=whose, kind=str(picture.kind), defaults=facts)
        record(
            actor=actor,
            action="asset.derived",
            subject=asset.public_id,
            organisation_id=asset.organisation_id,
            after={str(picture.kind): picture.sha256 for picture in made},
        )
        if asset.state == AssetState.READY:
            publish(topic=ASSET_DERIVED, subject=asset.public_id, payload={"asset": asset.public_id})
    log.info("asset.derived", asset=asset.public_id)
    return asset


@contextmanager
def _scratch(claim: Claim) -> Iterator[Path]:
    """Yield a folder of this attempt's own; what an attempt that was killed left behind goes first."""
    root = settings.OFFCUT.scratch_root
    root.mkdir(parents=True, exist_ok=True)
    for leftover in root.glob(f"derive-{claim.job_id}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    folder = root / f"derive-{claim.job_id}-{claim.attempt}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(asset: Asset, claim: Claim, folder: Path) -> list[Made]:
    """Run ffmpeg twice and store what it made. No transaction is open here."""
    shown = shown_of(asset)
    still, moving = poster_plan(shown), preview_plan(shown)
    try:
        source = store().path(asset.storage_key)
        claim.progress("poster", 0, 1)
        poster(source, folder / "poster.jpg", still, should_stop=claim.lost)
        claim.progress("preview", 0, moving.length_ms)
        preview(
            source,
            folder / "preview.mp4",
            moving,
            should_stop=claim.lost,
            on_progress=lambda done: claim.progress("preview", min(done, moving.length_ms), moving.length_ms),
        )
        return [
            _keep(DerivativeKind.POSTER, folder / "poster.jpg", still.width, still.height),
            _keep(DerivativeKind.OPENING, folder / "preview.mp4", moving.width, moving.height),
        ]
    except ToolStoppedError as stopped:
        raise LeaseLost(claim.subject) from stopped
    except ToolError as failed:
        raise Retryable(f"{type(failed).__name__}: {failed.detail}") from failed
    except (StorageError, OSError) as away:
        raise Retryable(f"storage: {type(away).__name__}") from away
    except DomainError as refused:
        raise Retryable(refused.detail) from refused


def shown_of(asset: Asset) -> Shown:
    """Return what the plans need of a ready asset."""
    return Shown(
        width=asset.width or 0,
        height=asset.height or 0,
        duration_ms=asset.duration_ms or 0,
        audio_codec=asset.audio_codec if asset.has_audio else "",
        interlaced=asset.scan == Scan.INTERLACED,
    )


def _keep(kind: DerivativeKind, path: Path, width: int, height: int) -> Made:
    """Put a finished file into storage under its content hash."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    key = store().put_file(path, sha256, size, hashed=True)
    return Made(kind, key, sha256, size, width, height)
