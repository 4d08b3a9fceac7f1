"""What a whole offer amounts to."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.operation import Call, Resource, operation
from core.ids import Prefix, public_id
from licensing.domain.bundle_words import label_words, restriction_words, value_words
from licensing.domain.clauses import Catalogue
from licensing.domain.wording import Language
from marketplace.api.shown import language
from marketplace.orders.selectors.bundles import Bundle, quote_bundle
from marketplace.orders.selectors.orders import quote_get
from marketplace.orders.selectors.wording import quote_catalogue


class CauseOut(serializers.Serializer[Any]):
    """The clips that cause a restriction; the first hundred are named."""

    clips = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    clip_ids = serializers.ListField(child=serializers.CharField())


class RestrictionOut(serializers.Serializer[Any]):
    """One value that some clips narrow for the whole bundle, and what it would be without them."""

    clause = serializers.CharField()
    parameter = serializers.CharField()
    title = serializers.CharField()
    value = serializers.CharField()
    without = serializers.CharField()
    because = CauseOut()
    sentence = serializers.CharField()


class DifferingOut(serializers.Serializer[Any]):
    """Values that differ between clips, none of which is narrower than another."""

    clause = serializers.CharField()
    parameter = serializers.CharField()
    title = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class ClauseSummaryOut(serializers.Serializer[Any]):
    """One clause as the bundle as a whole has it."""

    clause = serializers.CharField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    values = serializers.DictField()


class BundleOut(serializers.Serializer[Any]):
    """A bundle's summary. Each licence keeps its own terms."""

    clips = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    restrictions = RestrictionOut(many=True)
    differing = DifferingOut(many=True)
    clauses = ClauseSummaryOut(many=True)


def bundle_json(bundle: Bundle, catalogue: Catalogue) -> dict[str, Any]:
    """A bundle in the reader's language and the words of these clauses."""
    reader = Language(language())
    return {
        "clips": bundle.clips,
        "duration_ms": bundle.duration_ms,
        "restrictions": [
            {
                "clause": one.code,
                "parameter": one.parameter,
                "title": label_words(one.code, one.parameter, reader, catalogue),
                "value": value_words(one.code, one.parameter, one.value, reader, catalogue),
                "without": value_words(one.code, one.parameter, one.without, reader, catalogue),
                "because": {
                    "clips": one.clips,
                    "duration_ms": one.duration_ms,
                    "clip_ids": [public_id(Prefix.CLIP, clip) for clip in bundle.clips_of(one)],
                },
                "sentence": restriction_words(one, reader, catalogue),
            }
            for one in bundle.summary.restrictions
        ],
        "differing": [
            {
                "clause": code,
                "parameter": name,
                "title": label_words(code, name, reader, catalogue),
                "values": [value_words(code, name, value, reader, catalogue) for value in values],
            }
            for (code, name), values in bundle.summary.differing.items()
        ],
        "clauses": [
            {
                "clause": code,
                "number": clause.number,
                "title": clause.title.of(reader),
                "values": dict(bundle.summary.values[code]),
            }
            for code, clause in catalogue.items()
        ],
    }


class QuoteSummary(Resource):
    """What an offer amounts to."""

    @operation(
        summary="Summarise a quote's terms",
        output=BundleOut,
        scope=Scope.QUOTES_WRITE,
        problems=(ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Return the most restrictive value of every clause, the clips that cause it, and the gain of dropping them."""
        quote = quote_get(call.actor, call.id("quote_id", Prefix.QUOTE))
        return bundle_json(quote_bundle(quote), quote_catalogue(quote))
