"""Naming what was sold by its content: after a delivery, never before it, because it is slow."""

from __future__ import annotations

from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from core.jobs.services import Claim, LeaseLost
from marketplace.delivery.models import Dataset
from media_ingest.adapters.ffmpeg import ToolStoppedError
from media_ingest.services.coding import content_code_ensure


def sources_code(*, actor: Actor, claim: Claim) -> None:
    """Give every source of the claim's dataset its ISCC, one after the other; the next dataset's rows will say them."""
    dataset = Dataset.objects.get(pk=parse_public_id(Prefix.DATASET, claim.subject))
    assets = sorted(set(dataset.order.licences.values_list("clip__asset_id", flat=True)))
    for done, asset_id in enumerate(assets):
        claim.progress("coding", done, len(assets))
        try:
            content_code_ensure(actor=actor, asset_id=asset_id, should_stop=claim.lost)
        except ToolStoppedError as error:
            raise LeaseLost(str(claim.job_id)) from error
