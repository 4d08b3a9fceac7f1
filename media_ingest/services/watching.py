"""Watching a recording once: its shots become clips, and what else was seen and heard is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from core.accounts.policy import Actor
from core.audit.services import record
from core.jobs.services import Claim, publish
from core.logging import get_logger
from media_ingest.adapters.ffmpeg import binary
from media_ingest.adapters.storage import store
from media_ingest.adapters.watching import watch
from media_ingest.domain.spans import Span, spans_of
from media_ingest.domain.states import AssetState
from media_ingest.domain.watched import Watched
from media_ingest.models import Asset, Clip, DerivativeKind, Watching
from media_ingest.services.attempts import Made, attempt_folder, picture_keep, tool_ends
from media_ingest.services.fingerprints import prints_store
from media_ingest.services.subjects import time_base_of, watch_subject_of

ASSET_WATCHED: Final = "media_ingest.asset.watched"
"""Topic: a ready file has its clips, with what is wrong with some. Subject: the asset's public id."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look told, with the sprite sheet in storage."""

    watched: Watched
    spans: list[Span]
    sprite: Made | None
    tool: str


def asset_watch(*, actor: Actor, asset_id: UUID, claim: Claim) -> Asset:
    """Give a ready file its clips, exactly once however often it is called.

    Raises ``Retryable`` when a tool or storage fails, ``LeaseLost`` when another worker took over; no child process
    and no scratch file is left in either case.
    """
    asset = Asset.objects.get(pk=asset_id)
    if asset.state != AssetState.READY or Watching.objects.filter(asset=asset).exists():
        return asset
    seen = _look(asset, claim)
    with claim.settle():
        asset = Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
        if asset.state == AssetState.READY and not Watching.objects.filter(asset=asset).exists():
            _keep(actor, asset, seen)
    log.info("asset.watched", asset=asset.public_id, shots=len(seen.spans))
    return asset


def _look(asset: Asset, claim: Claim) -> Seen:
    """Watch the file and store the sprite sheet. No transaction is open here."""
    duration_ms = asset.duration_ms or 0
    claim.progress("watch", 0, duration_ms)

    def tick(done: int, total: int) -> None:
        claim.progress("watch", min(duration_ms, duration_ms * done // max(1, total)), duration_ms)

    with attempt_folder(claim) as folder, tool_ends(claim):
        source = store().path(asset.storage_key)
        watched = watch(source, watch_subject_of(asset), scratch=folder, should_stop=claim.lost, on_progress=tick)
        sheet = watched.sprite
        sprite = None
        if sheet is not None:
            rows = -(-len(sheet.times_ms) // sheet.columns)
            size = (sheet.columns * sheet.tile_width, rows * sheet.tile_height)
            sprite = picture_keep(DerivativeKind.SPRITE, folder / sheet.name, size)
    spans = spans_of(watched.shots, time_base_of(asset), asset.duration_ticks or 0)
    return Seen(watched, spans, sprite, Path(binary()).name)


def _keep(actor: Actor, asset: Asset, seen: Seen) -> None:
    Watching.objects.create(asset=asset, **_columns(seen))
    Clip.objects.bulk_create(_clip(asset, span) for span in seen.spans)
    if seen.sprite is not None:
        seen.sprite.row(asset=asset).save(force_insert=True)
    prints_store(asset_id=asset.id, prints=seen.watched.prints)
    unusable = sum(1 for span in seen.spans if span.shot.flaws)
    record(
        actor=actor,
        action="asset.watched",
        subject=asset.public_id,
        organisation_id=asset.organisation_id,
        after={"method": str(seen.watched.method), "clips": len(seen.spans), "unusable": unusable},
    )
    publish(topic=ASSET_WATCHED, subject=asset.public_id, payload={"asset": asset.public_id})


def _columns(seen: Seen) -> dict[str, object]:
    watched, sheet, sound = seen.watched, seen.watched.sprite, seen.watched.sound
    return {
        "method": str(watched.method),
        "frames_decoded": watched.frames_decoded,
        "frames_seen": watched.frames_seen,
        "tool_version": seen.tool[:80],
        "tile_width": sheet.tile_width if sheet else 0,
        "tile_height": sheet.tile_height if sheet else 0,
        "tile_columns": sheet.columns if sheet else 0,
        "tile_times": list(sheet.times_ms) if sheet else [],
        "peaks": sound.peaks if sound else None,
        "loudness_centi_lufs": sound.loudness_centi_lufs if sound else None,
        "silent": sound.silent if sound else None,
    }


def _clip(asset: Asset, span: Span) -> Clip:
    shot = span.shot
    return Clip(
        asset=asset,
        start_ticks=shot.start,
        end_ticks=shot.end,
        start_ms=span.start_ms,
        end_ms=span.end_ms,
        begins=str(shot.begins),
        flaws=sorted(str(flaw) for flaw in shot.flaws),
        **asdict(shot.quality),
    )
