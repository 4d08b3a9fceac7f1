"""What the signals of a clip's public pages and previews say: an offer while it can be licensed, else a prohibition."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from core.ids import NOT_FOUND, Prefix, public_id
from licensing.domain.signals.policy import RightsPolicy, not_for_sale, on_sale
from licensing.selectors.terms import profile_for
from marketplace.catalog.models import Listing
from marketplace.catalog.selectors.listings import is_offered
from media_ingest.models import Derivative

CLIP_PAGES = "/market/clips"
"""Pages of clips lie below this path."""
CLIP_RIGHTS = "/rights/clips"
"""What a program reads about a clip lies below this path."""


def clip_policy(clip_id: UUID) -> RightsPolicy:
    """The policy of a clip that was ever offered; ``not_found`` for any other."""
    listing = _listings().filter(clip_id=clip_id, went_live_at__isnull=False).first()
    if listing is None:
        raise NOT_FOUND("There is no clip with this id on offer, and there never was.")
    return listing_policy(listing)


def listing_policy(listing: Listing) -> RightsPolicy:
    """The policy of a listing, as it stands now."""
    site, clip = settings.OFFCUT.public_url, listing.clip.public_id
    page = f"{site}{CLIP_PAGES}/{clip}"
    version = listing.terms_profile_version
    if version is None or not is_offered(listing):
        return not_for_sale(site=site, target=page)
    return on_sale(
        site=site,
        target=page,
        offer_url=page,
        licensor=f"{site}/orgs/{public_id(Prefix.ORGANISATION, listing.organisation_id)}",
        profile=profile_for(version),
        policy_url=f"{site}{CLIP_RIGHTS}/{clip}",
    )


def media_policy(derivative: Derivative) -> RightsPolicy:
    """The policy of a poster or preview: its clip's; a picture of a whole file is on sale when all its clips are."""
    listings = _listings().filter(clip__asset_id=derivative.asset_id).order_by("clip_id")
    if derivative.clip_id is not None:
        listings = listings.filter(clip_id=derivative.clip_id)
    found = list(listings)
    if found and all(map(is_offered, found)):
        return listing_policy(found[0])
    site = settings.OFFCUT.public_url
    return not_for_sale(site=site, target=f"{site}/")


def _listings() -> QuerySet[Listing]:
    return Listing.objects.select_related("clip__declaration", "clip__asset", "terms_profile_version", "agreement")
