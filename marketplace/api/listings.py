"""A creator's clips on sale: where each stands, what it still needs, and taking it off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.ids import Prefix
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from licensing.domain.consent_words import ISSUES
from licensing.domain.declaration import OBSTACLE_WORDS, sale_obstacles
from licensing.domain.matching import Cleared
from licensing.domain.societies import Societies
from licensing.selectors.consent import cleared_of, weighed_of
from licensing.selectors.pricing import declared_of
from licensing.selectors.societies import societies_of
from marketplace.catalog.domain.states import ListingState
from marketplace.catalog.models import Listing
from marketplace.catalog.selectors.listings import listing_get, listings_visible_to
from marketplace.catalog.services.listing import listing_pause, listing_resume

REFUSED = (ROLE_MISSING, SCOPE_MISSING)
MOVED = (*REFUSED, ILLEGAL_TRANSITION, SOMEBODY_WAS_FASTER)


class NeedOut(serializers.Serializer[Any]):
    """One thing a clip still needs before it can be sold."""

    code = serializers.CharField()
    what_to_do = serializers.CharField()


class ListingOut(serializers.Serializer[Any]):
    """Where a clip stands in the catalogue. `needs` is empty when nothing is left for the creator to do."""

    clip_id = PublicIdField(Prefix.CLIP)
    state = serializers.ChoiceField(choices=[str(state) for state in ListingState])
    needs = serializers.SerializerMethodField()
    agreement_id = PublicIdField(Prefix.AGREEMENT, allow_null=True)
    went_live_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(NeedOut(many=True))
    def get_needs(self, listing: Listing) -> list[dict[str, str]]:
        if listing.state != ListingState.NEEDS_YOU:
            return []
        declaration = getattr(listing.clip, "declaration", None)
        if declaration is None:
            return [{"code": "declaration", "what_to_do": "Say what the clip shows and who has rights in it."}]
        obstacles = sale_obstacles(declared_of(declaration), self._studio(listing.organisation_id))
        needs = [{"code": str(item), "what_to_do": OBSTACLE_WORDS[item][0]} for item in obstacles]
        if cleared_of(declaration) is Cleared.NONE:
            found = weighed_of([listing.clip_id])[listing.clip_id].findings
            codes = dict.fromkeys(one.code for one in found)
            needs += [{"code": str(code), "what_to_do": ISSUES[code].fix.en} for code in codes]
        return needs or [{"code": "agreement", "what_to_do": "Pick terms and sign the agreement."}]

    def _studio(self, organisation_id: UUID) -> Societies:
        """What the studio answered about collecting societies, read once for a whole list."""
        known: dict[UUID, Societies] = self.root.__dict__.setdefault("societies_known", {})
        if organisation_id not in known:
            known[organisation_id] = societies_of(organisation_id)
        return known[organisation_id]


class ListingCollection(Resource):
    """My clips in the catalogue."""

    @operation(
        summary="List my clips on sale",
        output=ListingOut,
        paginated=True,
        scope=Scope.LIBRARY_READ,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Listing]:
        """Return where each clip of one's studio stands in the catalogue, newest first."""
        return call.page(listings_visible_to(call.actor))


class ListingDetail(Resource):
    """One of my clips in the catalogue."""

    @operation(summary="See where a clip stands", output=ListingOut, scope=Scope.LIBRARY_READ, problems=REFUSED)
    def get(self, call: Call) -> Listing:
        """Return a clip's state on sale and what it still needs."""
        return listing_get(call.actor, call.id("clip_id", Prefix.CLIP))


class ListingPause(Resource):
    """Stopping new offers."""

    @operation(summary="Pause a clip", output=ListingOut, scope=Scope.LIBRARY_WRITE, problems=MOVED)
    def post(self, call: Call) -> Listing:
        """Stop new offers of a clip; open quotes lose it, licences stay."""
        return listing_pause(actor=call.actor, clip_id=call.id("clip_id", Prefix.CLIP))


class ListingResume(Resource):
    """Offering again."""

    @operation(summary="Resume a clip", output=ListingOut, scope=Scope.LIBRARY_WRITE, problems=MOVED)
    def post(self, call: Call) -> Listing:
        """Offer a paused clip again; it is live at once when its declaration and terms still stand."""
        return listing_resume(actor=call.actor, clip_id=call.id("clip_id", Prefix.CLIP))
