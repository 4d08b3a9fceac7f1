"""The jobs of this floor: each handler calls one service."""

from __future__ import annotations

from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from core.jobs.registry import handles
from core.jobs.services import Claim, Retryable
from media_ingest.domain.kinds import COMPARE, DERIVE, DETECT, GLANCE, PREVIEW, PROBE, WATCH
from media_ingest.services.comparing import asset_compare
from media_ingest.services.deriving import asset_derive
from media_ingest.services.detecting import asset_detect
from media_ingest.services.finishing import RECEIVE, upload_finish
from media_ingest.services.glancing import asset_glance
from media_ingest.services.lifecycle import lifecycle_run
from media_ingest.services.previewing import clip_render
from media_ingest.services.probing import asset_probe
from media_ingest.services.sweeping import SWEEP, storage_sweep, sweep_schedule
from media_ingest.services.watching import asset_watch


@handles(RECEIVE, queue="probe", max_attempts=12)
def receive(claim: Claim) -> None:
    """Store a complete upload, when the request that brought its last byte did not."""
    try:
        upload_finish(actor=Actor.system(), upload_id=parse_public_id(Prefix.UPLOAD, claim.subject), claim=claim)
    except OSError as error:
        raise Retryable(f"storage refused: {error.strerror}") from error
    sweep_schedule()


@handles(PROBE, queue="probe")
def probe(claim: Claim) -> None:
    """Find out what a received file is."""
    asset_probe(actor=Actor.system(), asset_id=parse_public_id(Prefix.ASSET, claim.subject), claim=claim)


@handles(GLANCE, queue="probe")
def glance(claim: Claim) -> None:
    """Show a ready file by one picture."""
    asset_glance(actor=Actor.system(), asset_id=parse_public_id(Prefix.ASSET, claim.subject), claim=claim)


@handles(WATCH, queue="derive")
def watch(claim: Claim) -> None:
    """Watch a ready file once."""
    asset_watch(actor=Actor.system(), asset_id=parse_public_id(Prefix.ASSET, claim.subject), claim=claim)


@handles(COMPARE, queue="derive")
def compare(claim: Claim) -> None:
    """Look for near duplicates of a watched file."""
    asset_compare(actor=Actor.system(), asset_id=parse_public_id(Prefix.ASSET, claim.subject), claim=claim)


@handles(DETECT, queue="derive")
def detect(claim: Claim) -> None:
    """Label the clips of a watched file."""
    asset_detect(actor=Actor.system(), asset_id=parse_public_id(Prefix.ASSET, claim.subject), claim=claim)


@handles(PREVIEW, queue="derive")
def preview(claim: Claim) -> None:
    """Make the whole preview of a clip that somebody asked for."""
    clip_render(actor=Actor.system(), clip_id=parse_public_id(Prefix.CLIP, claim.subject), claim=claim)


@handles(DERIVE, queue="derive")
def derive(claim: Claim) -> None:
    """Make the pictures that stand for a watched file's clips."""
    asset_derive(actor=Actor.system(), asset_id=parse_public_id(Prefix.ASSET, claim.subject), claim=claim)


@handles(SWEEP, queue="default")
def sweep(claim: Claim) -> None:
    """Keep house, and note the next night."""
    found = storage_sweep(actor=Actor.system())
    claim.progress("swept", found.blobs.kept, found.blobs.kept)
    lifecycle_run(actor=Actor.system(), should_stop=claim.lost)
    sweep_schedule()
