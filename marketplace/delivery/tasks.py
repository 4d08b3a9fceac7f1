"""Jobs of delivery."""

from __future__ import annotations

from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from core.jobs.claim import Claim
from core.jobs.registry import handles
from marketplace.delivery.domain.topics import BUILD, DOCUMENTS, REBUILD, RENEW_AFTER_BUILD, RENEW_AFTER_END
from marketplace.delivery.services.building import dataset_build, dataset_rebuild
from marketplace.delivery.services.licence_documents import licence_documents_issue
from marketplace.delivery.services.renewing import dataset_renew, dataset_renew_without


@handles(BUILD, queue="bundle")
def build(claim: Claim) -> None:
    """Build the dataset of a paid order."""
    dataset_build(actor=Actor.system(), claim=claim)


@handles(REBUILD, queue="bundle")
def rebuild(claim: Claim) -> None:
    """Build a version without what was taken down."""
    dataset_rebuild(actor=Actor.system(), claim=claim)


@handles(RENEW_AFTER_END)
def renew_after_end(claim: Claim) -> None:
    """Begin a version without the clip of a licence that ended."""
    with claim.settle():
        dataset_renew_without(actor=Actor.system(), licence_id=parse_public_id(Prefix.LICENCE, claim.subject))


@handles(RENEW_AFTER_BUILD)
def renew_after_build(claim: Claim) -> None:
    """Begin another version when licences ended while one was built."""
    with claim.settle():
        dataset_renew(actor=Actor.system(), order_id=parse_public_id(Prefix.ORDER, str(claim.payload["order"])))


@handles(DOCUMENTS)
def documents(claim: Claim) -> None:
    """Set and seal the licence of a dataset that became ready."""
    licence_documents_issue(actor=Actor.system(), dataset_id=parse_public_id(Prefix.DATASET, claim.subject))
