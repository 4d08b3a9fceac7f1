"""What a draft of terms would change: prices by the card in force, reach by what buyers need today."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import MoneyField, PublicIdField
from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND, Prefix
from licensing.api.shapes import WordsIO
from licensing.api.terms import TermsVersionIn
from licensing.domain.errors import (
    CONTRADICTION,
    INVALID_PARAMETER,
    NO_RATE_CARD,
    TERMS_INVALID,
    UNKNOWN_CLAUSE,
)
from licensing.domain.obstacles import NAMES
from licensing.domain.preview import Barrier, Preview, PriceEffect, Range, Reach
from licensing.services.previews import terms_preview
from marketplace.orders.selectors.demand import asked_ms_lately


class TermsPreviewIn(TermsVersionIn):
    """A draft: a preset, changes, or both; and the terms it would replace, else those signed."""

    terms_profile = PublicIdField(Prefix.TERMS, required=False, allow_null=True)


class EarningRangeOut(serializers.Serializer[Any]):
    """What an example earns, from the smallest grant permitted to the largest."""

    low = MoneyField()
    high = MoneyField()


class ClauseEffectOut(serializers.Serializer[Any]):
    """What one clause changes by itself."""

    clause = serializers.CharField()
    low = MoneyField()
    high = MoneyField()


class PriceEffectOut(serializers.Serializer[Any]):
    """One example under the terms as they are and as drafted."""

    example = serializers.CharField()
    words = WordsIO()
    duration_ms = serializers.IntegerField()
    before = EarningRangeOut(allow_null=True)
    after = EarningRangeOut(allow_null=True)
    steps = ClauseEffectOut(many=True)


class BarrierOut(serializers.Serializer[Any]):
    """One dimension of the terms that keeps demand out; `only_…` is what loosening it alone would gain."""

    dimension = serializers.CharField()
    name = WordsIO()
    use_cases = serializers.IntegerField()
    only_use_cases = serializers.IntegerField()
    asked_ms = serializers.IntegerField()
    only_asked_ms = serializers.IntegerField()


class ReachOut(serializers.Serializer[Any]):
    """How much of today's demand the terms fit: approved use cases are counted, time is that of every need.

    `share_percent` is null while no buyer has an approved use case; `share` says it in words.
    """

    use_cases = serializers.IntegerField()
    fits = serializers.IntegerField()
    fits_if_accepted = serializers.IntegerField()
    share_percent = serializers.IntegerField(allow_null=True)
    share = WordsIO()
    asked_ms = serializers.IntegerField()
    fits_ms = serializers.IntegerField()
    fits_if_accepted_ms = serializers.IntegerField()
    costs_most = BarrierOut(allow_null=True)
    barriers = BarrierOut(many=True)


class TermsPreviewOut(serializers.Serializer[Any]):
    """Price effect and reach effect of a draft. Nothing was stored."""

    prices = PriceEffectOut(many=True)
    before = ReachOut()
    after = ReachOut()
    needs_amendment = serializers.ListField(child=serializers.CharField())


def _range(found: Range | None) -> dict[str, object] | None:
    return None if found is None else {"low": found.low, "high": found.high}


def _price(effect: PriceEffect) -> dict[str, object]:
    return {
        "example": effect.example.code,
        "words": {"en": effect.example.words.en, "fr": effect.example.words.fr},
        "duration_ms": effect.example.facts.duration_ms,
        "before": _range(effect.before),
        "after": _range(effect.after),
        "steps": [{"clause": step.clause, "low": step.low, "high": step.high} for step in effect.steps],
    }


def _barrier(row: Barrier) -> dict[str, object]:
    name = NAMES[row.dimension]
    return {
        "dimension": row.dimension.code,
        "name": {"en": name.en, "fr": name.fr},
        "use_cases": row.use_cases,
        "only_use_cases": row.only_use_cases,
        "asked_ms": row.asked_ms,
        "only_asked_ms": row.only_asked_ms,
    }


def _reach(found: Reach) -> dict[str, object]:
    return {
        "use_cases": found.use_cases,
        "fits": found.fits,
        "fits_if_accepted": found.fits_if_accepted,
        "share_percent": found.share_percent,
        "share": {"en": found.share_words.en, "fr": found.share_words.fr},
        "asked_ms": found.asked_ms,
        "fits_ms": found.fits_ms,
        "fits_if_accepted_ms": found.fits_if_accepted_ms,
        "costs_most": None if found.costs_most is None else _barrier(found.costs_most),
        "barriers": [_barrier(row) for row in found.barriers],
    }


def _body(found: Preview) -> dict[str, object]:
    return {
        "prices": [_price(effect) for effect in found.prices],
        "before": _reach(found.before),
        "after": _reach(found.after),
        "needs_amendment": list(found.needs_amendment),
    }


class TermsPreview(Resource):
    """Trying out terms."""

    @operation(
        summary="Preview terms",
        input=TermsPreviewIn,
        output=TermsPreviewOut,
        scope=Scope.TERMS_WRITE,
        problems=(
            ROLE_MISSING,
            SCOPE_MISSING,
            NOT_FOUND,
            TERMS_INVALID,
            UNKNOWN_CLAUSE,
            INVALID_PARAMETER,
            CONTRADICTION,
            NO_RATE_CARD,
        ),
    )
    def post(self, call: Call) -> dict[str, object]:
        """Return what a draft would change: what examples earn, and how much of today's demand it fits.

        Nothing is stored. Clauses that contradict each other are refused with `contradiction`, naming both.
        """
        found = terms_preview(
            actor=call.actor,
            asked_ms=asked_ms_lately(),
            terms_profile_id=call.data.get("terms_profile"),
            preset=call.data.get("preset"),
            changes=call.data.get("changes"),
        )
        return _body(found)
