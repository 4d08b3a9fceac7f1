"""What is my footage worth? Public, explained, nothing stored."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.throttling import ScopedRateThrottle
from typing_extensions import override

from core.api.fields import MoneyField, PublicIdField, RateField
from core.api.operation import Call, Resource, operation
from core.api.problems import AUTH_REQUIRED, RATE_LIMITED
from core.ids import NOT_FOUND, Prefix
from licensing.api.inputs import StrictInput, word_of
from licensing.domain.errors import (
    ABOVE_HARD_MAXIMUM,
    ASSET_NOT_READY,
    FACTS_INVALID,
    NO_RATE_CARD,
    UNKNOWN_KIND,
)
from licensing.domain.facts import (
    Genre,
    GrantExclusivity,
    GrantScope,
    ReleaseStatus,
    Tech,
)
from licensing.domain.pricing import Estimate
from licensing.services.estimates import estimate, estimate_asset


class EstimateIn(StrictInput):
    """Either the facts, or an asset of one's own with what nobody can measure."""

    asset = PublicIdField(Prefix.ASSET, required=False)
    duration_ms = serializers.IntegerField(required=False)
    width = serializers.IntegerField(required=False)
    height = serializers.IntegerField(required=False)
    frame_rate = serializers.CharField(required=False, max_length=40)
    genre = word_of(Genre, required=False)
    tech = serializers.ListField(child=word_of(Tech), required=False, max_length=20)
    published = serializers.BooleanField(required=False)
    release = word_of(ReleaseStatus, required=False)
    scope = word_of(GrantScope, required=False)
    exclusivity = word_of(GrantExclusivity, required=False)
    term_months = serializers.IntegerField(required=False)
    floor = serializers.CharField(required=False, allow_null=True, max_length=40)
    log10_wanted = serializers.BooleanField(required=False)


class StepOut(serializers.Serializer[Any]):
    """One step of the price; what the steps add sums to the rate, exactly."""

    factor = serializers.CharField(source="factor_text")
    adds = serializers.CharField(source="adds_text")
    because = serializers.CharField()

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`label` names an attribute of every field, so the field is added by name."""
        return {"label": serializers.CharField(), **super().get_fields()}


class RaiseOut(serializers.Serializer[Any]):
    """One thing that would raise the price by itself."""

    action = serializers.CharField()
    rate_per_minute = RateField(source="rate")
    adds = serializers.CharField(source="adds_text")


class GuardOut(serializers.Serializer[Any]):
    """The computed price and who has to agree to it."""

    computed = serializers.CharField(source="computed_text")
    needs = serializers.CharField()


class EstimateOut(serializers.Serializer[Any]):
    """A price explained. `earns` is what the creator receives for these minutes."""

    rate_per_minute = RateField(source="price.rate")
    earns = MoneyField()
    up_to = MoneyField()
    resolution_class = serializers.CharField()
    steps = StepOut(source="price.steps", many=True)
    guard = GuardOut(source="price.guard", allow_null=True)
    rate_card = serializers.CharField(source="price.rate_card")

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`raise` is a word of Python, so the field is added by name."""
        fields: dict[str, serializers.Field[Any, Any, Any, Any]] = super().get_fields()
        fields["raise"] = RaiseOut(source="raises", many=True)
        return fields


class Estimates(Resource):
    """Prices before anything is stored."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "estimate"

    @operation(
        summary="Estimate a price",
        input=EstimateIn,
        output=EstimateOut,
        public=True,
        problems=(
            UNKNOWN_KIND,
            FACTS_INVALID,
            ABOVE_HARD_MAXIMUM,
            NO_RATE_CARD,
            ASSET_NOT_READY,
            AUTH_REQUIRED,
            NOT_FOUND,
            RATE_LIMITED,
        ),
    )
    def post(self, call: Call) -> Estimate:
        """Return what a licensed minute costs, step by step, what these minutes earn, and what would raise it.

        Send the facts of the footage (no account needed), or `asset` with a key of its owner. Nothing is stored.
        """
        facts = dict(call.data)
        asset_id = facts.pop("asset", None)
        if asset_id is None:
            return estimate(facts=facts)
        if call.actor.organisation_id is None:
            raise AUTH_REQUIRED("A file is priced for its owner only. Sign in, or send its facts without an account.")
        return estimate_asset(actor=call.actor, asset_id=asset_id, facts=facts)
