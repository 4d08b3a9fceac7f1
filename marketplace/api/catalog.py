"""One clip as buyers see it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.ids import Prefix
from licensing.domain.errors import NO_RATE_CARD
from marketplace.api.search import HitOut
from marketplace.api.shown import hit_json, language, step_json
from marketplace.catalog.errors import CLIP_WITHDRAWN
from marketplace.orders.selectors.market import market_clip


class ClipQuery(serializers.Serializer[Any]):
    """Under which use case."""

    use_case_id = PublicIdField(Prefix.USE_CASE, required=False)


class PriceStepOut(serializers.Serializer[Any]):
    """One step of a price; factors multiply, additions sum, exactly."""

    label = serializers.CharField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    factor = serializers.CharField()
    adds = serializers.CharField()
    because = serializers.CharField()


class CatalogClipOut(HitOut):
    """A clip with how its price came about."""

    steps = PriceStepOut(many=True)


class CatalogClip(Resource):
    """A clip on offer."""

    @operation(
        summary="See a clip",
        query=ClipQuery,
        output=CatalogClipOut,
        scope=Scope.CATALOG_READ,
        problems=(CLIP_WITHDRAWN, NO_RATE_CARD, ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Return a clip that is or was on offer, with its answer and price under a use case."""
        hit = market_clip(
            actor=call.actor,
            clip_id=call.id("clip_id", Prefix.CLIP),
            use_case_id=call.query.get("use_case_id"),
            language=language(),
        )
        steps = [] if hit.price is None else [step_json(step) for step in hit.price.steps]
        return {**hit_json(hit), "steps": steps}
