"""Labels for clips: detectors look, labels are shown, their owner may dispute them. No label refuses a clip."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.jobs.services import Claim
from core.logging import get_logger
from media_ingest.adapters.detectors.port import ClipFacts, FileFacts
from media_ingest.adapters.detectors.registry import detectors
from media_ingest.adapters.storage import store
from media_ingest.domain import detections
from media_ingest.domain.actions import CLIP_DESCRIBE
from media_ingest.domain.detections import LabelState
from media_ingest.domain.errors import LABEL_UNKNOWN
from media_ingest.domain.states import AssetState
from media_ingest.domain.watched import Quality
from media_ingest.models import Asset, Clip, Detection, Watching
from media_ingest.models.clip import MEASURED
from media_ingest.selectors import clip_get
from media_ingest.services.attempts import attempt_folder, tool_ends
from media_ingest.services.subjects import report_of

log = get_logger(__name__)


def asset_detect(*, actor: Actor, asset_id: UUID, claim: Claim) -> Asset:
    """Have every detector look at a watched file's clips and keep their labels, exactly once.

    A label that its owner disputed stays disputed when detectors look again.
    """
    asset = Asset.objects.get(pk=asset_id)
    if asset.state != AssetState.READY:
        return asset
    clips = list(Clip.objects.filter(asset=asset, flaws=[]).order_by("start_ms"))
    with attempt_folder(claim) as folder, tool_ends(claim):
        found = _look(asset, clips, claim, folder)
    with claim.settle():
        Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
        rows = [_row(clip, one) for clip, labels in zip(clips, found, strict=True) for one in labels]
        Detection.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["clip", "detector", "label"],
            update_fields=["version", "score", "evidence", "note"],
        )
        record(
            actor=actor,
            action="asset.labelled",
            subject=asset.public_id,
            organisation_id=asset.organisation_id,
            after={"labels": sorted({row.label for row in rows})},
        )
    log.info("asset.labelled", asset=asset.public_id, labels=len(rows))
    return asset


def _look(asset: Asset, clips: list[Clip], claim: Claim, folder: Path) -> list[list[detections.Detection]]:
    """Ask each detector about all clips at once. No transaction is open here."""
    facts = _facts(asset, clips, claim, folder)
    found: list[list[detections.Detection]] = [[] for _ in clips]
    asked = detectors()
    for place, detector in enumerate(asked):
        claim.progress("detect", len(clips) * place // len(asked), len(clips))
        for labels, more in zip(found, detector.detect(facts), strict=True):
            labels.extend(more)
    claim.progress("detect", len(clips), len(clips))
    return found


def _facts(asset: Asset, clips: list[Clip], claim: Claim, folder: Path) -> FileFacts:
    watching = Watching.objects.filter(asset=asset).first()
    return FileFacts(
        path=store().path(asset.storage_key),
        report=report_of(asset),
        width=asset.width or 0,
        height=asset.height or 0,
        frame_rate=Fraction(asset.frame_rate_num or 0, asset.frame_rate_den or 1),
        has_audio=bool(asset.has_audio),
        audio_codec=asset.audio_codec,
        silent=watching.silent if watching else None,
        camera=f"{asset.camera_make} {asset.camera_model}".strip(),
        has_telemetry=bool(asset.has_telemetry),
        clips=[ClipFacts(start_ms=clip.start_ms, end_ms=clip.end_ms, quality=quality_of(clip)) for clip in clips],
        scratch=folder,
        should_stop=claim.lost,
    )


def quality_of(clip: Clip) -> Quality | None:
    """Return how a clip looks; None where nobody watched it."""
    values = {name: getattr(clip, name) for name in (*MEASURED, "flashes_per_s")}
    return None if None in values.values() else Quality(**values)


def _row(clip: Clip, one: detections.Detection) -> Detection:
    return Detection(
        clip=clip,
        detector=one.name,
        version=one.version,
        label=str(one.label),
        score=one.score,
        evidence=list(one.evidence_ms),
        note=one.note[:200],
    )


def label_dispute(*, actor: Actor, clip_id: UUID, label: str) -> Clip:
    """Say that a label of one's clip is wrong. It stays visible, as disputed; saying so twice changes nothing."""
    require(actor, CLIP_DESCRIBE)
    clip = clip_get(actor, clip_id)
    with transaction.atomic():
        Clip.objects.select_for_update(of=("self",)).get(pk=clip.pk)
        rows = Detection.objects.filter(clip=clip, label=label)
        if not rows.exists():
            raise LABEL_UNKNOWN("The clip has no such label. Nothing was changed; look at its labels again.")
        changed = rows.filter(state=LabelState.SHOWN).update(
            state=LabelState.DISPUTED, disputed_at=now(), disputed_by_id=actor.user_id
        )
        if changed:
            record(
                actor=actor,
                action="clip.label_disputed",
                subject=clip.public_id,
                organisation_id=clip.asset.organisation_id,
                after={"label": label},
            )
    return clip_get(actor, clip_id)
