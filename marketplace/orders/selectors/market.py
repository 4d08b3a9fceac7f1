"""The market as one buyer sees it: what is on offer, whether it fits, what it costs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from core.accounts.policy import Actor, require
from licensing.domain.matching import UseCase
from licensing.domain.ratecard import RateCard
from marketplace.actions import CATALOG_VIEW
from marketplace.catalog.domain.query import Filters
from marketplace.catalog.models import Listing
from marketplace.catalog.selectors.listings import listing_for_buyer
from marketplace.catalog.selectors.search import Found, Hit, group_of, hit, hits, judged, search
from marketplace.catalog.selectors.terms import Need, card_in_force, use_case_in_force
from marketplace.orders.selectors.holds import taken
from marketplace.orders.selectors.orders import licensed_ms


@dataclass(frozen=True, slots=True)
class Market:
    """A search and what its prices depend on."""

    found: Found
    need: Need | None
    card: RateCard
    licensed_before_ms: int

    @property
    def use_case(self) -> UseCase | None:
        """What the buyer needs, when stated."""
        return None if self.need is None else self.need.use_case


def market_search(*, actor: Actor, filters: Filters, use_case_id: UUID | None = None, language: str = "en") -> Market:
    """Search what is on offer; with a use case every clip has an answer. Page over `found.listings`."""
    require(actor, CATALOG_VIEW)
    need = None if use_case_id is None else use_case_in_force(actor, use_case_id)
    use_case = None if need is None else need.use_case
    found = search(filters=filters, use_case=use_case, taken=taken(use_case), language=language)
    return Market(found, need, card_in_force(buyer_id=actor.organisation_id), _licensed_before(actor))


def market_hits(market: Market, rows: Iterable[Listing]) -> list[Hit]:
    """Answers and prices for one page of a search."""
    return hits(
        rows,
        found=market.found,
        use_case=market.use_case,
        card=market.card,
        licensed_before_ms=market.licensed_before_ms,
    )


def market_clip(*, actor: Actor, clip_id: UUID, use_case_id: UUID | None = None, language: str = "en") -> Hit:
    """One clip as a buyer sees it; `withdrawn` (410) when it was offered once and is gone."""
    listing = listing_for_buyer(actor, clip_id)
    use_case = None if use_case_id is None else use_case_in_force(actor, use_case_id).use_case
    is_licensed = taken(use_case).licensed.filter(clip_id=clip_id).exists()
    group = group_of(listing, licensed=is_licensed)
    judgement = None if use_case is None else judged([group], use_case, language).of(group)
    card = card_in_force(buyer_id=actor.organisation_id)
    return hit(
        listing,
        judgement=judgement,
        use_case=use_case,
        card=card,
        licensed_before_ms=_licensed_before(actor),
    )


def _licensed_before(actor: Actor) -> int:
    return 0 if actor.organisation_id is None else licensed_ms(actor.organisation_id)
