"""Input serializers that refuse what they do not know: a mistyped member never changes a price silently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from typing_extensions import override


class StrictInput(serializers.Serializer[Any]):
    """A serializer that refuses unknown members, each with its pointer."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        """Check the names first, then the values."""
        if isinstance(data, Mapping):
            strange = sorted(str(name) for name in data if name not in self.fields)
            if strange:
                known = ", ".join(self.fields)
                raise serializers.ValidationError({name: [f"is not known; one of: {known}"] for name in strange})
        return super().to_internal_value(data)


def word_of(kinds: Iterable[StrEnum], **options: Any) -> serializers.Field[Any, Any, Any, Any]:
    """A text that the OpenAPI document shows as an enumeration and the domain checks, with its own problem code."""

    @extend_schema_field({"type": "string", "enum": [str(kind) for kind in kinds]})
    class WordField(serializers.CharField):
        pass

    return WordField(max_length=60, **options)
