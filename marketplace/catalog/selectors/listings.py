"""Listings: which an actor may see, and which match a search. Everything starts from here."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Least

from core.accounts.policy import Actor, require
from core.clock import now
from core.ids import NOT_FOUND
from licensing.domain.matching import Cleared
from licensing.domain.states import AgreementState
from licensing.selectors.consent import cleared_column, cleared_of, people_column
from marketplace.actions import CATALOG_VIEW, LISTING_VIEW
from marketplace.catalog.domain.classes import class_ranges
from marketplace.catalog.domain.query import Filters, Orientation
from marketplace.catalog.domain.states import ListingState
from marketplace.catalog.errors import CLIP_WITHDRAWN
from marketplace.catalog.models import Listing

DURATION = F("clip__end_ms") - F("clip__start_ms")
SHORTER = Least("clip__asset__width", "clip__asset__height", output_field=IntegerField())
WIDTH, HEIGHT = F("clip__asset__width"), F("clip__asset__height")

_GONE = frozenset({ListingState.WITHDRAWN, ListingState.REMOVED})
_PUBLIC = frozenset({ListingState.LIVE, ListingState.PAUSED}) | _GONE

SOLD = [str(step) for step in Cleared if step is not Cleared.NONE]
"""How far consent has to reach for any sale at all."""

_JOINED = (
    "clip__asset",
    "clip__declaration",
    "organisation",
    "terms_profile_version__profile",
    "agreement",
)


def listings_of(organisation_id: UUID) -> QuerySet[Listing]:
    """A studio's own listings in every state."""
    return Listing.objects.filter(organisation_id=organisation_id).select_related(*_JOINED)


def listings_visible_to(actor: Actor) -> QuerySet[Listing]:
    """The listings of the actor's own studio, in every state."""
    require(actor, LISTING_VIEW)
    return Listing.objects.none() if actor.organisation_id is None else listings_of(actor.organisation_id)


def listing_get(actor: Actor, clip_id: UUID) -> Listing:
    """One of the actor's own listings, by its clip."""
    listing = listings_visible_to(actor).filter(clip_id=clip_id).first()
    if listing is None:
        raise NOT_FOUND("You have no clip with this id, or its previews are not made yet.")
    return listing


def listings_live(taken: QuerySet[Any, Any] | None = None) -> QuerySet[Listing]:
    """What is on offer. `taken`: ids of clips that somebody holds exclusively; they are left out."""
    live = Listing.objects.filter(state=ListingState.LIVE, agreement__state=AgreementState.SIGNED)
    # Consent that was taken back or has ended counts from that moment on, before the listing itself has followed.
    current = Q(clip__declaration__settled_until__isnull=True) | Q(clip__declaration__settled_until__gt=now())
    live = live.filter(current, clip__declaration__cleared__in=SOLD)
    live = live.select_related(*_JOINED)
    return live if taken is None else live.exclude(clip_id__in=taken)


def is_offered(listing: Listing) -> bool:
    """Whether a listing can be sold now: live, under an agreement that has not ended, with the consent it needs."""
    agreement = listing.agreement
    if listing.state != ListingState.LIVE or agreement is None or agreement.state != AgreementState.SIGNED:
        return False
    return cleared_of(listing.clip.declaration) is not Cleared.NONE


def listing_for_buyer(actor: Actor, clip_id: UUID) -> Listing:
    """One clip as a buyer sees it; `withdrawn` (410) when it was offered once and is gone, else `not_found`."""
    require(actor, CATALOG_VIEW)
    listing = (
        Listing.objects.filter(clip_id=clip_id, state__in=_PUBLIC, went_live_at__isnull=False)
        .select_related(*_JOINED)
        .prefetch_related("clip__asset__derivatives")
        .first()
    )
    if listing is None:
        raise NOT_FOUND("There is no clip with this id on offer.")
    if listing.state in _GONE:
        raise CLIP_WITHDRAWN("Its creator took it back. Licences already granted stay as their terms say.")
    return listing


def class_case() -> Case:
    """The resolution class of a row as an expression."""
    ranges = class_ranges()
    whens = [When(Q(_shorter__lt=end), then=Value(str(name))) for name, (_, end) in ranges.items() if end]
    return Case(*whens, default=Value(str([*ranges][-1])), output_field=CharField())


def orientation_case() -> Case:
    """The orientation of a row as an expression."""
    return Case(
        When(clip__asset__width__gt=HEIGHT, then=Value(str(Orientation.HORIZONTAL))),
        When(clip__asset__width__lt=HEIGHT, then=Value(str(Orientation.VERTICAL))),
        default=Value(str(Orientation.SQUARE)),
        output_field=CharField(),
    )


def with_facts(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """Add what filters and counts work on, without fetching it."""
    return listings.alias(
        _shorter=SHORTER,
        _duration=DURATION,
        _tags=Cast("clip__tags", TextField()),
        _class=class_case(),
        _orientation=orientation_case(),
        _people=people_column("clip__declaration"),
        _cleared=cleared_column("clip__declaration", now()),
    )


def matching(listings: QuerySet[Listing], filters: Filters) -> QuerySet[Listing]:
    """Narrow listings down by everything in the filters but the verdict, which belongs to terms, not to clips."""
    found = with_facts(listings)
    for word in filters.words:
        found = found.filter(_says(word))
    if filters.classes:
        found = found.filter(Q(_class__in=[str(one) for one in filters.classes]))
    if filters.orientations:
        found = found.filter(Q(_orientation__in=[str(one) for one in filters.orientations]))
    if filters.genres:
        found = found.filter(clip__declaration__genre__in=[str(one) for one in filters.genres])
    if filters.has_audio is not None:
        found = found.filter(clip__asset__has_audio=filters.has_audio)
    return _timed(found, filters)


def _timed(found: QuerySet[Listing], filters: Filters) -> QuerySet[Listing]:
    if filters.fps_min is not None:
        found = found.alias(_above=_beyond(filters.fps_min)).filter(_above__gte=0)
    if filters.fps_max is not None:
        found = found.alias(_below=_beyond(filters.fps_max)).filter(_below__lte=0)
    if filters.duration_min_ms is not None:
        found = found.filter(Q(_duration__gte=filters.duration_min_ms))
    if filters.duration_max_ms is not None:
        found = found.filter(Q(_duration__lte=filters.duration_max_ms))
    return found


def _beyond(rate: Fraction) -> Combinable:
    """Positive when the frame rate is above `rate`: exact, without a division."""
    rated = F("clip__asset__frame_rate_num") * Value(rate.denominator)
    return ExpressionWrapper(
        rated - F("clip__asset__frame_rate_den") * Value(rate.numerator), output_field=BigIntegerField()
    )


def _says(word: str) -> Q:
    """A word in title, description, tags or the file's name, however its capitals are."""
    forms = {word} if word.isascii() else {word, word.capitalize(), word.upper()}
    said = Q()
    for form in forms:
        escaped = json.dumps(form)[1:-1]
        said |= Q(clip__title__icontains=form) | Q(clip__description__icontains=form)
        said |= Q(clip__asset__original_name__icontains=form)
        said |= Q(_tags__icontains=form) | Q(_tags__icontains=escaped)
    return said
