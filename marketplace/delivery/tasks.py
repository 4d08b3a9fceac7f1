"""Jobs of delivery."""

from __future__ import annotations

from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from core.jobs.claim import Claim
from core.jobs.registry import handles
from marketplace.delivery.domain.topics import BUILD, DOCUMENTS
from marketplace.delivery.services.building import dataset_build
from marketplace.delivery.services.licence_documents import licence_documents_issue


@handles(BUILD, queue="bundle")
def build(claim: Claim) -> None:
    """Build the dataset of a paid order."""
    dataset_build(actor=Actor.system(), claim=claim)


@handles(DOCUMENTS)
def documents(claim: Claim) -> None:
    """Set and seal the licence of a dataset that became ready."""
    licence_documents_issue(actor=Actor.system(), dataset_id=parse_public_id(Prefix.DATASET, claim.subject))
