"""The rate card, for everybody to see: the one in force, and those announced."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.api.operation import Call, Resource, operation
from licensing.domain.errors import NO_RATE_CARD
from licensing.models import RateCard
from licensing.selectors.pricing import rate_card_row_in_force
from licensing.selectors.ratecards import announced_cards


class RateCardOut(serializers.Serializer[Any]):
    """A published card. `card` is the data that prices are computed from; `sha256` is of its canonical JSON."""

    version = serializers.CharField()
    currency = serializers.CharField()
    valid_from = serializers.DateTimeField()
    sha256 = serializers.CharField()
    card = serializers.DictField()


class CurrentRateCardOut(RateCardOut):
    """The card in force, until when, and the cards that were announced to follow it."""

    valid_until = serializers.DateTimeField(allow_null=True)
    announced = RateCardOut(many=True)

    @override
    def to_representation(self, instance: RateCard) -> dict[str, Any]:
        """Show the card with what follows it."""
        following = list(announced_cards())
        shown: dict[str, Any] = super().to_representation(
            {
                "version": instance.version,
                "currency": instance.currency,
                "valid_from": instance.valid_from,
                "valid_until": following[0].valid_from if following else None,
                "sha256": instance.sha256,
                "card": instance.card,
                "announced": following,
            }
        )
        return shown


class CurrentRateCard(Resource):
    """The card new quotes use."""

    @operation(summary="Read the rate card in force", output=CurrentRateCardOut, public=True, problems=(NO_RATE_CARD,))
    def get(self, call: Call) -> RateCard:
        """Return the rate card that new quotes are computed with, and the announced ones that will follow it."""
        return rate_card_row_in_force()
