"""The first look: a picture and a guess of what a recording is, seconds after its last byte."""

from __future__ import annotations

from uuid import UUID

from core.accounts.policy import Actor
from core.audit.services import record
from core.jobs.services import Claim
from core.logging import get_logger
from media_ingest.adapters.renditions import poster
from media_ingest.adapters.storage import store
from media_ingest.domain.guess import first_guess
from media_ingest.domain.previews import poster_plan
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Derivative, DerivativeKind
from media_ingest.services.attempts import Made, attempt_folder, picture_keep, tool_ends
from media_ingest.services.subjects import seen_of, shown_of

log = get_logger(__name__)


def asset_glance(*, actor: Actor, asset_id: UUID, claim: Claim) -> Asset:
    """Give a ready file its poster and a first guess, exactly once however often it is called.

    With the guess a price can be told before anything else is known. Raises ``Retryable`` and ``LeaseLost`` as every
    media job; nothing is left behind in either case.
    """
    asset = Asset.objects.get(pk=asset_id)
    if asset.state != AssetState.READY or asset.guess:
        return asset
    claim.progress("glance", 0, 1)
    with attempt_folder(claim) as folder, tool_ends(claim):
        plan = poster_plan(shown_of(asset))
        poster(store().path(asset.storage_key), folder / "poster.jpg", plan, should_stop=claim.lost)
        made: Made = picture_keep(DerivativeKind.POSTER, folder / "poster.jpg", (plan.width, plan.height))
    guess = first_guess(seen_of(asset))
    claim.progress("glance", 1, 1)
    with claim.settle():
        Derivative.objects.update_or_create(
            asset_id=asset_id, clip=None, kind=str(DerivativeKind.POSTER), defaults=made.columns
        )
        Asset.objects.filter(pk=asset_id).update(guess=str(guess))
        record(
            actor=actor,
            action="asset.glanced",
            subject=asset.public_id,
            organisation_id=asset.organisation_id,
            after={"guess": str(guess), "poster": made.sha256},
        )
    asset.guess = str(guess)
    log.info("asset.glanced", asset=asset.public_id, guess=str(guess))
    return asset
