"""The first seconds and a still of each clip that can be offered, made outside any transaction, settled once."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from uuid import UUID

from core.accounts.policy import Actor
from core.audit.services import record
from core.jobs.services import Claim, publish
from core.logging import get_logger
from media_ingest.adapters.renditions import openings
from media_ingest.adapters.storage import store
from media_ingest.domain.previews import batches, opening_plans
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip, Derivative, DerivativeKind
from media_ingest.services.attempts import Made, attempt_folder, picture_keep, tool_ends
from media_ingest.services.subjects import origin_us_of, rare_keys_ms_of, shown_of

ASSET_DERIVED: Final = "media_ingest.asset.derived"
"""Topic: the clips of a ready file have their pictures and can be shown. Subject: the asset's public id."""

log = get_logger(__name__)


def asset_derive(*, actor: Actor, asset_id: UUID, claim: Claim) -> Asset:
    """Give each usable clip of a watched file its first seconds and its still, exactly once.

    Raises ``Retryable`` when a tool or storage fails, ``LeaseLost`` when another worker took over; no child process
    and no scratch file is left in either case.
    """
    asset = Asset.objects.get(pk=asset_id)
    if asset.state != AssetState.READY:
        return asset
    clips = list(Clip.objects.filter(asset=asset, flaws=[]).order_by("start_ms"))
    with attempt_folder(claim) as folder, tool_ends(claim):
        made = _make(asset, clips, claim, folder)
    with claim.settle():
        asset = Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
        done = set(Derivative.objects.filter(asset=asset, clip__isnull=False).values_list("clip_id", "kind"))
        Derivative.objects.bulk_create(
            picture.row(asset=asset, clip=clip)
            for clip, pictures in zip(clips, made, strict=True)
            for picture in pictures
            if (clip.id, str(picture.kind)) not in done
        )
        record(
            actor=actor,
            action="asset.derived",
            subject=asset.public_id,
            organisation_id=asset.organisation_id,
            after={"clips": len(clips)},
        )
        if asset.state == AssetState.READY:
            publish(topic=ASSET_DERIVED, subject=asset.public_id, payload={"asset": asset.public_id})
    log.info("asset.derived", asset=asset.public_id, clips=len(clips))
    return asset


def _make(asset: Asset, clips: list[Clip], claim: Claim, folder: Path) -> list[tuple[Made, Made]]:
    """Run as few processes as memory allows and store what they made. No transaction is open here."""
    if not clips:
        return []
    shown = shown_of(asset)
    plans = opening_plans(shown, [(clip.start_ms, clip.end_ms) for clip in clips], rare_keys_ms_of(asset))
    total, before = sum(plan.length_ms for plan in plans), 0
    source, origin_us = store().path(asset.storage_key), origin_us_of(asset)
    made: list[tuple[Made, Made]] = []
    for number, batch in enumerate(batches(plans, shown)):
        own = folder / str(number)
        own.mkdir()

        def tick(done: int, before: int = before) -> None:
            claim.progress("derive", min(total, before + done), total)

        tick(0)
        written = openings(source, batch, own, origin_us=origin_us, should_stop=claim.lost, on_progress=tick)
        for plan, (moving, still) in zip(batch, written, strict=True):
            made.append(
                (
                    picture_keep(DerivativeKind.OPENING, moving, (plan.width, plan.height)),
                    picture_keep(DerivativeKind.POSTER, still, plan.poster),
                )
            )
        before += sum(plan.length_ms for plan in batch)
    claim.progress("derive", total, total)
    return made
