"""Finding out what a file is: claim, look at it outside any transaction, settle facts or a reason once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.errors import DomainError
from core.jobs.services import Claim, LeaseLost, Retryable, publish
from core.logging import get_logger
from core.transitions import advance
from media_ingest.adapters.ffmpeg import ToolStoppedError, ToolTimeoutError, probe_file
from media_ingest.adapters.guard import guard
from media_ingest.adapters.storage import StorageError, store
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Reason, Rejection
from media_ingest.domain.states import ASSET, AssetEvent, AssetState
from media_ingest.models import Asset, ProbeReport

ASSET_READY: Final = "media_ingest.asset.ready"
"""Topic: the facts of a file are known; it can be shown and watched. Subject: the asset's public id."""
ASSET_REJECTED: Final = "media_ingest.asset.rejected"
"""Topic: a file cannot be used; its asset says why. Subject: the asset's public id."""
_PATIENCE: Final = 3
"""Attempts that may run into the wall clock before it is taken for the file's fault."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, and by which tool."""

    found: Footage | Rejection
    tool: str
    version: str
    report: dict[str, object]


def asset_probe(*, actor: Actor, asset_id: UUID, claim: Claim) -> Asset:
    """Give a received file its facts or its reject reason; exactly once however often it is called.

    Raises ``Retryable`` while storage or the sandbox are not available, ``LeaseLost`` when another worker took over;
    the child process is gone in both cases.
    """
    asset = _begin(asset_id)
    if asset.state != AssetState.PROBING:
        return asset
    claim.progress("reading", 0, 1)
    verdict = _look(asset, claim)
    claim.progress("reading", 1, 1)
    with claim.settle():
        asset = Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
        _keep_report(asset, verdict)
        if asset.state == AssetState.PROBING:
            _decide(actor, asset, verdict.found)
    log.info("asset.probed", asset=asset.public_id, state=asset.state, reason=asset.reason)
    return asset


def _begin(asset_id: UUID) -> Asset:
    """Mark the asset as being looked at; a finished or withdrawn one stays what it is."""
    with transaction.atomic():
        asset = Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
        if asset.state == AssetState.RECEIVED:
            advance(asset, ASSET, AssetEvent.PROBE)
    return asset


def _look(asset: Asset, claim: Claim) -> Verdict:
    """Ask the guard, then the prober. No transaction is open here."""
    try:
        path = store().path(asset.storage_key)
        door = guard(path, size_bytes=asset.size_bytes)
        if isinstance(door, Rejection):
            return Verdict(door, "guard", "1", {"reason": str(door.reason), "detail": door.detail})
        report = probe_file(path, should_stop=claim.lost)
    except ToolStoppedError as stopped:
        raise LeaseLost(claim.subject) from stopped
    except ToolTimeoutError as slow:
        if claim.attempt < _PATIENCE:
            raise Retryable(slow.detail) from slow
        starved = Rejection(Reason.RESOURCE_LIMIT, slow.detail)
        return Verdict(starved, "prober", "1", {"error": slow.detail, "attempts": claim.attempt})
    except (StorageError, OSError) as away:
        raise Retryable(f"storage: {type(away).__name__}") from away
    except DomainError as refused:
        # The machine cannot confine the prober: the file waits, it is not judged.
        raise Retryable(refused.detail) from refused
    tool, _, version = str(report.get("tool", "prober")).partition(" ")
    return Verdict(parse(report, size_bytes=asset.size_bytes), tool, version, report)


def _keep_report(asset: Asset, verdict: Verdict) -> None:
    reason = str(verdict.found.reason) if isinstance(verdict.found, Rejection) else ""
    ProbeReport.objects.create(
        asset=asset, tool=verdict.tool[:40], tool_version=verdict.version[:200], reason=reason, report=verdict.report
    )


def _decide(actor: Actor, asset: Asset, found: Footage | Rejection) -> None:
    if isinstance(found, Rejection):
        advance(asset, ASSET, AssetEvent.REJECT, reason=str(found.reason))
        after = {"state": asset.state, "reason": asset.reason, "detail": found.detail}
        topic = ASSET_REJECTED
    else:
        advance(asset, ASSET, AssetEvent.ACCEPT, **_columns(found))
        after = {"state": asset.state, "duration_ms": str(found.duration_ms)}
        topic = ASSET_READY
    record(
        actor=actor, action="asset.probed", subject=asset.public_id, organisation_id=asset.organisation_id, after=after
    )
    publish(topic=topic, subject=asset.public_id, payload={"asset": asset.public_id})


def _columns(footage: Footage) -> dict[str, object]:
    """Return the facts as the asset's columns; ratios become two whole numbers."""
    return {
        "container": footage.container,
        "video_codec": footage.video_codec[:32],
        "profile": footage.profile[:64],
        "pixel_format": footage.pixel_format[:32],
        "bit_depth": footage.bit_depth,
        "coded_width": footage.coded_width,
        "coded_height": footage.coded_height,
        "width": footage.width,
        "height": footage.height,
        "rotation": footage.rotation,
        "sample_aspect": footage.sample_aspect,
        "frame_rate_num": footage.frame_rate.numerator,
        "frame_rate_den": footage.frame_rate.denominator,
        "base_rate_num": footage.base_rate.numerator,
        "base_rate_den": footage.base_rate.denominator,
        "variable_frame_rate": footage.variable_frame_rate,
        "scan": str(footage.scan),
        "color_primaries": footage.color_primaries,
        "color_transfer": footage.color_transfer,
        "color_matrix": footage.color_matrix,
        "color_range": footage.color_range,
        "hdr": str(footage.hdr),
        "has_audio": footage.has_audio,
        "audio_codec": footage.audio_codec[:32],
        "audio_channels": footage.audio_channels,
        "audio_rate": footage.audio_rate,
        "duration_ticks": footage.duration_ticks,
        "time_base_num": footage.time_base.numerator,
        "time_base_den": footage.time_base.denominator,
        "duration_ms": footage.duration_ms,
        "frame_count": footage.frame_count,
        "timecode": footage.timecode or "",
        "camera_make": footage.camera_make[:80],
        "camera_model": footage.camera_model[:80],
        "has_telemetry": footage.has_telemetry,
        # A camera whose clock runs ahead has no date we could use.
        "recorded_at": footage.created_at if footage.created_at and footage.created_at <= now() else None,
    }
