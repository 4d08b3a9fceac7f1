"""Naming what is delivered by its content, before the rows that say it are written."""

from __future__ import annotations

from core.accounts.policy import Actor
from core.jobs.services import Claim, LeaseLost
from marketplace.delivery.domain.states import DatasetState
from marketplace.orders.models import Order
from media_ingest.adapters.ffmpeg import ToolStoppedError
from media_ingest.services.coding import content_code_ensure


def sources_code(*, actor: Actor, claim: Claim, order: Order) -> None:
    """Give every source of an order its ISCC, one after the other; those that have it cost nothing.

    A file of which no code can be made stays without, and delivery goes on.
    """
    assets = sorted(set(order.licences.values_list("clip__asset_id", flat=True)))
    for done, asset_id in enumerate(assets):
        claim.progress(DatasetState.SELECTING, done, len(assets))
        try:
            content_code_ensure(actor=actor, asset_id=asset_id, should_stop=claim.lost)
        except ToolStoppedError as error:
            raise LeaseLost(str(claim.job_id)) from error
