"""The rate card, for everybody to see."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.operation import Call, Resource, operation
from licensing.domain.errors import NO_RATE_CARD
from licensing.models import RateCard
from licensing.selectors.pricing import rate_card_row_in_force


class RateCardOut(serializers.Serializer[Any]):
    """A published card. `card` is the data that prices are computed from; `sha256` is of its canonical JSON."""

    version = serializers.CharField()
    currency = serializers.CharField()
    valid_from = serializers.DateTimeField()
    sha256 = serializers.CharField()
    card = serializers.DictField()


class CurrentRateCard(Resource):
    """The card new quotes use."""

    @operation(summary="Read the rate card in force", output=RateCardOut, public=True, problems=(NO_RATE_CARD,))
    def get(self, call: Call) -> RateCard:
        """Return the rate card that new quotes are computed with."""
        return rate_card_row_in_force()
