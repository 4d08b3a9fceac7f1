"""What a case at the contract desk means for the market."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import MoneyField
from core.api.operation import Call, Resource, operation
from core.ids import Prefix
from licensing.selectors.agreements import case_get
from marketplace.orders.domain.effects import Effect
from marketplace.orders.selectors.effects import agreement_effect


class EffectOut(serializers.Serializer[Any]):
    """What approving would do to open quotes: all `quotes` are made again, `losing_quotes` of them lose clips."""

    quotes = serializers.IntegerField()
    clips = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    losing_quotes = serializers.IntegerField()
    lost_clips = serializers.IntegerField()
    lost_ms = serializers.IntegerField()
    lost = serializers.ListField(child=MoneyField())


class CaseEffect(Resource):
    """What a decision would change for buyers."""

    @operation(
        summary="See the effect of a case on open quotes",
        output=EffectOut,
        scope=Scope.DESK_REVIEW,
        problems=(ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> Effect:
        """Return how many open quotes hold this creator's clips, and how many hours they would lose."""
        return agreement_effect(case_get(call.actor, call.id("case_id", Prefix.CASE)).agreement)
