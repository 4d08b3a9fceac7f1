"""Jobs of delivery."""

from __future__ import annotations

from core.accounts.policy import Actor
from core.jobs.claim import Claim
from core.jobs.registry import handles
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.services.building import dataset_build


@handles(BUILD, queue="bundle")
def build(claim: Claim) -> None:
    """Build the dataset of a paid order."""
    dataset_build(actor=Actor.system(), claim=claim)
