"""A clip's way into the catalogue: listed when its previews exist, live when declared and under signed terms."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.ids import NOT_FOUND, Prefix, public_id
from core.transitions import advance
from licensing.domain.declaration import sale_obstacles
from licensing.domain.matching import Cleared
from licensing.domain.societies import Societies
from licensing.selectors.consent import cleared_of
from licensing.selectors.pricing import declared_of
from marketplace.actions import LISTING_WRITE
from marketplace.catalog.domain.states import LISTING, ListingEvent, ListingState
from marketplace.catalog.models import Listing
from marketplace.catalog.selectors.terms import SignedTerms, signed_terms_of
from marketplace.catalog.services.shelving import listing_shelve
from media_ingest.models import Asset, Clip
from media_ingest.selectors import asset_is_held, held_assets

_OPEN = (ListingState.NEEDS_YOU, ListingState.LIVE)


def listings_create(*, actor: Actor, asset_id: UUID) -> list[Listing]:
    """List every usable clip of a derived asset; those that are declared and covered by signed terms go live at once.

    Clips with flaws are never listed. Those of a file that is held (a question of ownership, a better copy of the
    same owner) wait until it is settled.
    """
    with transaction.atomic():
        asset = Asset.objects.filter(pk=asset_id).first()
        if asset is None:
            raise NOT_FOUND("There is no file with this id.")
        terms = None if asset_is_held(asset_id) else signed_terms_of(asset.organisation_id)
        listings = []
        for clip in Clip.objects.filter(asset=asset, flaws=[]).select_related("asset").order_by("start_ms"):
            listing, created = Listing.objects.get_or_create(clip=clip, defaults={"organisation": asset.organisation})
            if created:
                advance(listing, LISTING, ListingEvent.PREPARED)
            _refresh(actor, listing, terms)
            listings.append(listing)
    return listings


def listings_hold(*, actor: Actor, asset_id: UUID) -> int:
    """Bring the listings of one file in line with whether it is held; return how many changed.

    What is live under a new hold is taken off: no new sales. Licences already granted stay as their terms say.
    """
    with transaction.atomic():
        rows = Listing.objects.select_for_update(of=("self",)).filter(clip__asset_id=asset_id, state__in=_OPEN)
        listings = list(rows.select_related("clip__declaration").order_by("pk"))
        if not listings:
            return 0
        terms = None if asset_is_held(asset_id) else signed_terms_of(listings[0].organisation_id)
        return sum(_refresh(actor, listing, terms) for listing in listings)


def listings_refresh(*, actor: Actor, organisation_id: UUID) -> int:
    """Bring a studio's listings in line with its signed terms; return how many changed."""
    with transaction.atomic():
        terms = signed_terms_of(organisation_id)
        rows = Listing.objects.select_for_update(of=("self",)).filter(organisation_id=organisation_id, state__in=_OPEN)
        listings = list(rows.select_related("clip__declaration").order_by("pk"))
        held = held_assets(listing.clip.asset_id for listing in listings)
        return sum(_refresh(actor, listing, None if listing.clip.asset_id in held else terms) for listing in listings)


def listing_refresh(*, actor: Actor, clip_id: UUID) -> bool:
    """Bring one clip's listing in line with its declaration; False when nothing changed."""
    with transaction.atomic():
        listing = Listing.objects.select_for_update(of=("self",)).filter(clip_id=clip_id).first()
        if listing is None:
            return False
        return _refresh(actor, listing, _terms_for(listing))


def _terms_for(listing: Listing) -> SignedTerms | None:
    """Return the terms a clip may be offered under now; None while its file is held or nothing is signed."""
    return None if asset_is_held(listing.clip.asset_id) else signed_terms_of(listing.organisation_id)


def listing_pause(*, actor: Actor, clip_id: UUID) -> Listing:
    """Stop new offers of one's clip; open quotes lose it, licences stay."""
    return _move(actor, clip_id, ListingEvent.PAUSED)


def listing_resume(*, actor: Actor, clip_id: UUID) -> Listing:
    """Offer a paused clip again; it goes live when its declaration and terms still stand."""
    with transaction.atomic():
        listing = _move(actor, clip_id, ListingEvent.RESUMED)
        _refresh(actor, listing, _terms_for(listing))
    return listing


def _move(actor: Actor, clip_id: UUID, event: ListingEvent) -> Listing:
    with transaction.atomic():
        listing = Listing.objects.select_for_update(of=("self",)).filter(clip_id=clip_id).first()
        if listing is None:
            raise NOT_FOUND("You have no clip with this id.")
        require(actor, LISTING_WRITE, listing.organisation_id)
        _advance(actor, listing, event)
    return listing


def _refresh(actor: Actor, listing: Listing, terms: SignedTerms | None) -> bool:
    if terms is None or not _may_be_sold(listing.clip, terms.societies):
        if listing.state != ListingState.LIVE:
            return False
        _advance(actor, listing, ListingEvent.LAPSED)
        return True
    under = {"terms_profile_version_id": terms.version_id, "agreement_id": terms.agreement_id}
    changed = False
    if listing.state == ListingState.NEEDS_YOU:
        _advance(actor, listing, ListingEvent.COMPLETED, {"went_live_at": listing.went_live_at or now(), **under})
        changed = True
    elif listing.state == ListingState.LIVE and _under(listing) != under:
        _put_under(actor, listing, under)
        changed = True
    if listing.state == ListingState.LIVE:
        listing_shelve(listing)
    return changed


def _put_under(actor: Actor, listing: Listing, under: dict[str, UUID]) -> None:
    before = _under(listing)
    Listing.objects.filter(pk=listing.pk, state=ListingState.LIVE).update(**under)
    listing.terms_profile_version_id, listing.agreement_id = under["terms_profile_version_id"], under["agreement_id"]
    record(
        actor=actor,
        action="listing.terms_changed",
        subject=public_id(Prefix.CLIP, listing.clip_id),
        organisation_id=listing.organisation_id,
        before={name: str(value) for name, value in before.items()},
        after={name: str(value) for name, value in under.items()},
    )


def _may_be_sold(clip: Clip, studio: Societies) -> bool:
    """Whether nothing that its creator can say or bring stands in the way of every sale."""
    declaration = getattr(clip, "declaration", None)
    if declaration is None or sale_obstacles(declared_of(declaration), studio):
        return False
    return cleared_of(declaration) is not Cleared.NONE


def _under(listing: Listing) -> dict[str, UUID | None]:
    return {"terms_profile_version_id": listing.terms_profile_version_id, "agreement_id": listing.agreement_id}


def _advance(actor: Actor, listing: Listing, event: ListingEvent, changes: Mapping[str, object] | None = None) -> None:
    before = listing.state
    advance(listing, LISTING, event, **(changes or {}))
    record(
        actor=actor,
        action=f"listing.{event}",
        subject=public_id(Prefix.CLIP, listing.clip_id),
        organisation_id=listing.organisation_id,
        before={"state": str(before)},
        after={"state": str(listing.state)},
    )
