"""An order some of whose licences ended early, so that its buyer is credited what they cost."""

from __future__ import annotations

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from marketplace.models import Licence, Order
from marketplace.orders.services.fulfilling import order_mark_delivered
from marketplace.orders.services.paying import order_pay
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.services.claims import Filing, claim_decide, claim_file
from media_ingest.models import Clip
from tests.factories.core import actor_as
from tests.factories.marketplace import SYSTEM, buyer_as, clip_live, order_of, quote_of, studio_signed


def taken_down(clip: Clip) -> None:
    """Uphold a claim: the licences end at once, with all of their term still to come."""
    filing = Filing(ClaimKind.PRIVACY, "A harbour", "V. Passer-by", "v@example.org", "I am shown.", clip.pk)
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    claim = claim_file(filing=filing).claim
    claim_decide(actor=desk, claim_id=claim.pk, uphold=True, note="They are shown.", reason="P01")


def ended(
    *, clips: int = 1, of: int = 1, token: str = "", delivered: bool = False
) -> tuple[Actor, Order, list[Licence]]:
    """A buyer, an order for ``clips`` clips, and the licences of the first ``of`` of them, which have ended."""
    studio, buyer = studio_signed(), buyer_as()
    made = [clip_live(studio, duration_ms=2_400_000, duration_ticks=30_720_000) for _ in range(clips)]
    order = order_pay(actor=buyer, order_id=order_of(buyer, quote_of(buyer, made)).pk, token=token)
    if delivered:
        order_mark_delivered(actor=SYSTEM, order_id=order.pk)
    for clip in made[:of]:
        taken_down(clip)
    gone = Licence.objects.select_related("line").filter(order=order, clip__in=made[:of])
    return buyer, order, list(gone.order_by("pk"))
