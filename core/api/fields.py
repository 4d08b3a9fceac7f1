"""Serializer fields for ids and money."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from typing_extensions import override

from core.errors import DomainError
from core.ids import Prefix, parse_public_id, public_id
from core.money import Money, RatePerMinute

_MONEY_SCHEMA = {
    "type": "object",
    "properties": {"amount": {"type": "string", "examples": ["12.34"]}, "currency": {"type": "string"}},
    "required": ["amount", "currency"],
}


@extend_schema_field(OpenApiTypes.STR)
class PublicIdField(serializers.Field):  # type: ignore[type-arg]  # DRF's runtime class takes no parameters
    """A prefixed id outside, a UUID inside."""

    def __init__(self, prefix: Prefix, **kwargs: Any) -> None:
        self.prefix = prefix
        super().__init__(**kwargs)

    @override
    def to_representation(self, value: UUID) -> str:
        """Show the public form."""
        return public_id(self.prefix, value)

    @override
    def to_internal_value(self, data: object) -> UUID:
        """Read the public form; anything else is a validation error."""
        try:
            return parse_public_id(self.prefix, data if isinstance(data, str) else "")
        except DomainError as error:
            raise serializers.ValidationError(error.detail, code=error.code) from error


@extend_schema_field(_MONEY_SCHEMA)
class MoneyField(serializers.Field):  # type: ignore[type-arg]  # DRF's runtime class takes no parameters
    """``{"amount": "12.34", "currency": "USD"}`` outside, ``Money`` inside."""

    @override
    def to_representation(self, value: Money) -> dict[str, str]:
        """Show a decimal string and the currency."""
        return {"amount": value.amount, "currency": value.currency}

    @override
    def to_internal_value(self, data: object) -> Money:
        """Read an amount; a number instead of a string is refused, because it may have been rounded."""
        amount = data.get("amount") if isinstance(data, dict) else None
        currency = data.get("currency") if isinstance(data, dict) else None
        try:
            return Money.parse(amount if isinstance(amount, str) else "", currency if isinstance(currency, str) else "")
        except ValueError as error:
            raise serializers.ValidationError('Write it as {"amount": "12.34", "currency": "USD"}.') from error


@extend_schema_field(_MONEY_SCHEMA)
class RateField(serializers.Field):  # type: ignore[type-arg]  # DRF's runtime class takes no parameters
    """A rate per minute: exact decimal string and currency. Output only."""

    @override
    def to_representation(self, value: RatePerMinute) -> dict[str, str]:
        """Show the exact rate."""
        return {"amount": value.text, "currency": value.currency}

    @override
    def to_internal_value(self, data: object) -> RatePerMinute:
        """Rates are computed, never sent in."""
        raise serializers.ValidationError("A rate is computed; leave it out.")
