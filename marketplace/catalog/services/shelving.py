"""Putting live clips on the shelves that search counts."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Count, Sum

from licensing.selectors.consent import cleared_of, people_of
from marketplace.catalog.domain.states import ListingState
from marketplace.catalog.models import Listing, Shelf
from marketplace.catalog.selectors.shelves import orientation_of
from media_ingest.domain.resolution import resolution_class

_CHUNK: Final = 500


def listing_shelve(listing: Listing) -> None:
    """Count a live listing where it belongs; the caller's transaction holds its row.

    The counts themselves are the database's business: it adds and takes away when the row changes.
    """
    clip, asset, declaration = listing.clip, listing.clip.asset, listing.clip.declaration
    width, height = asset.width or 0, asset.height or 0
    if listing.terms_profile_version_id is None or listing.agreement_id is None:
        message = "a listing without signed terms is not live"
        raise ValueError(message)
    shelf, _ = Shelf.objects.get_or_create(
        terms_profile_version_id=listing.terms_profile_version_id,
        agreement_id=listing.agreement_id,
        has_audio=bool(asset.has_audio),
        people=people_of(declaration),
        cleared=cleared_of(declaration),
        genre=declaration.genre,
        resolution_class=resolution_class(width, height),
        orientation=orientation_of(width, height),
    )
    length = clip.end_ms - clip.start_ms
    if (listing.shelf_id, listing.shelved_ms) != (shelf.pk, length):
        Listing.objects.filter(pk=listing.pk).update(shelf=shelf, shelved_ms=length)
        listing.shelf, listing.shelved_ms = shelf, length


def shelves_fill() -> int:
    """Put every live listing that is on no shelf on one; return how many. Safe to run at any time."""
    filled = 0
    while True:
        with transaction.atomic():
            rows = Listing.objects.select_for_update(of=("self",)).filter(state=ListingState.LIVE, shelf=None)
            listings = list(rows.select_related("clip__asset", "clip__declaration").order_by("pk")[:_CHUNK])
            for listing in listings:
                listing_shelve(listing)
        filled += len(listings)
        if len(listings) < _CHUNK:
            return filled


def shelves_recount() -> int:
    """Count every shelf anew from its listings; return how many were wrong. Nothing else may be selling meanwhile."""
    with transaction.atomic():
        wrong = shelves_wrong()
        for shelf, clips, length in wrong:
            shelf.clips, shelf.duration_ms = clips, length
        Shelf.objects.bulk_update([shelf for shelf, _, _ in wrong], ["clips", "duration_ms"], batch_size=_CHUNK)
    return len(wrong)


def shelves_wrong() -> list[tuple[Shelf, int, int]]:
    """Return the shelves whose counts are not those of their listings, with what is right."""
    live = Listing.objects.filter(state=ListingState.LIVE).exclude(shelf=None).order_by()
    counted = live.values_list("shelf").annotate(n=Count("pk"), ms=Sum("shelved_ms"))
    right = {key: (clips, length) for key, clips, length in counted}
    found = ((shelf, *right.get(shelf.pk, (0, 0))) for shelf in Shelf.objects.all())
    return [one for one in found if (one[0].clips, one[0].duration_ms) != one[1:]]
