"""A dataset of several real clips in two shards, sold the whole way, so that one of them can be taken down."""

from __future__ import annotations

from dataclasses import dataclass

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.jobs.runner import run_due
from licensing.services.declarations import clip_declare
from marketplace.catalog.services.listing import listings_create
from marketplace.delivery.models import Dataset
from marketplace.orders.models import Licence, Order
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.services.claims import Filing, claim_decide, claim_file
from media_ingest.models import Clip
from tests.factories.core import actor_as
from tests.factories.delivery import clip_from, rush
from tests.factories.marketplace import NOBODYS, SYSTEM, buyer_as, order_paid, studio_signed

ROOM = 2048 + 2 * 512 + 512
"""What a sample takes in a shard besides its own bytes, at most."""


@dataclass(frozen=True)
class Bought:
    """A paid order; `clips` are in key order, the first two share a shard."""

    studio: Actor
    buyer: Actor
    order: Order
    clips: tuple[Clip, ...]

    @property
    def first(self) -> Dataset:
        """Version 1."""
        return Dataset.objects.get(order=self.order, version=1)

    def version(self, number: int) -> Dataset:
        """One version."""
        return Dataset.objects.get(order=self.order, version=number)


def bought(clips: int = 3) -> Bought:
    """Film, declare, list and sell some clips; the build job waits, for shards of two samples."""
    studio, buyer = studio_signed(), buyer_as()
    made = [clip_from(studio, rush(number), f"rush{number}.mp4") for number in range(clips)]
    for clip in made:
        clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
        listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    made.sort(key=lambda clip: clip.public_id)
    order = order_paid(buyer, made)
    sizes = [clip.asset.size_bytes + ROOM for clip in made]
    Dataset.objects.create(order=order, shard_bytes=sum(sizes[:2]))
    return Bought(studio, buyer, order, tuple(made))


def taken_down(clip: Clip, kind: ClaimKind = ClaimKind.RIGHTS) -> None:
    """Uphold somebody's claim on a clip: every licence on it ends at once."""
    filing = Filing(kind, "A harbour at dawn", "V. Passer-by", "v@example.org", "It is mine.", clip.pk)
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    claim_decide(
        actor=desk, claim_id=claim_file(filing=filing).claim.pk, uphold=True, note="It is theirs.", reason="R02"
    )


def everything_done() -> None:
    """Run the jobs of delivery until none is left."""
    while run_due(list(KINDS)):
        pass


KINDS = (
    "delivery.build",
    "delivery.rebuild",
    "delivery.renew_after_end",
    "delivery.renew_after_build",
    "marketplace.order.mark_ready",
    "marketplace.order.mark_delivered",
)


def licence_of(bought_: Bought, clip: Clip) -> Licence:
    """The licence of one clip."""
    return Licence.objects.get(order=bought_.order, clip=clip)
