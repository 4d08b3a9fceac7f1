"""Search, and why the rest does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, LIMIT_DEFAULT, LIMIT_MAX, keyset
from core.ids import Prefix
from licensing.domain.errors import NO_RATE_CARD
from licensing.domain.facts import Genre
from licensing.domain.matching import Dimension
from licensing.domain.obstacles import NAMES, RELAXATIONS
from marketplace.api.shown import hit_json, language
from marketplace.catalog.domain.query import MAX_TEXT, Filters, Orientation, parse_query, with_filters
from marketplace.catalog.domain.shown import VERDICTS
from marketplace.catalog.errors import QUERY_SYNTAX, USE_CASE_NEEDED
from marketplace.orders.selectors.market import Market, market_hits, market_search
from media_ingest.domain.resolution import ResolutionClass

PROBLEMS = (QUERY_SYNTAX, CURSOR_UNREADABLE, NO_RATE_CARD, ROLE_MISSING, SCOPE_MISSING)


class FiltersIn(serializers.Serializer[Any]):
    """What to look for. Fields add to what `query` says; lists are alternatives."""

    query = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=MAX_TEXT,
        help_text="Words, and filters such as fps:>=50 class:2160p audio:yes duration:>=10s fit:fits.",
    )
    use_case_id = PublicIdField(Prefix.USE_CASE, required=False, allow_null=True, default=None)
    resolution_class = serializers.ListField(
        child=serializers.ChoiceField(choices=[str(one) for one in ResolutionClass]), required=False
    )
    genre = serializers.ListField(child=serializers.ChoiceField(choices=[str(one) for one in Genre]), required=False)
    orientation = serializers.ListField(
        child=serializers.ChoiceField(choices=[str(one) for one in Orientation]), required=False
    )
    verdict = serializers.ListField(child=serializers.ChoiceField(choices=list(VERDICTS)), required=False)
    fps_min = serializers.IntegerField(required=False, min_value=1, max_value=100_000)
    duration_min_ms = serializers.IntegerField(required=False, min_value=0)
    duration_max_ms = serializers.IntegerField(required=False, min_value=0)
    has_audio = serializers.BooleanField(required=False, allow_null=True, default=None)


class SearchIn(FiltersIn):
    """A search and which page of it."""

    cursor = serializers.CharField(required=False, max_length=200)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=LIMIT_MAX, default=LIMIT_DEFAULT)


class AmountOut(serializers.Serializer[Any]):
    """An exact decimal amount."""

    amount = serializers.CharField()
    currency = serializers.CharField()


class ConditionOut(serializers.Serializer[Any]):
    """A clause the buyer accepts: `code` is what is sent back."""

    code = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())
    title = serializers.CharField()
    text = serializers.CharField()
    clause_version = serializers.IntegerField()
    clips = serializers.IntegerField(allow_null=True)


class PriceGuardOut(serializers.Serializer[Any]):
    """The price above the automatic ceiling, and who has to agree."""

    computed = serializers.CharField()
    needs = serializers.CharField()


class CreatorOut(serializers.Serializer[Any]):
    """Who licenses the clip."""

    id = serializers.CharField()
    name = serializers.CharField()


class TermsRefOut(serializers.Serializer[Any]):
    """The terms a clip is offered under."""

    id = serializers.CharField()
    version = serializers.IntegerField()


class ClipBriefOut(serializers.Serializer[Any]):
    """What buyers learn about a clip."""

    id = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField()
    duration_ms = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    resolution_class = serializers.CharField()
    orientation = serializers.CharField()
    frame_rate = serializers.CharField()
    video_codec = serializers.CharField()
    bit_depth = serializers.IntegerField(allow_null=True)
    has_audio = serializers.BooleanField()
    poster_url = serializers.CharField(allow_null=True)
    preview_url = serializers.CharField(allow_null=True)


class HitOut(ClipBriefOut):
    """A clip with its answer and its prices under the use case."""

    genre = serializers.CharField()
    people = serializers.CharField()
    creator = CreatorOut()
    terms = TermsRefOut(allow_null=True)
    verdict = serializers.CharField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    conditions = ConditionOut(many=True)
    rate_per_minute = AmountOut(allow_null=True)
    buyer_pays_per_minute = AmountOut(allow_null=True)
    amount = AmountOut(allow_null=True)
    guard = PriceGuardOut(allow_null=True)
    live_since = serializers.DateTimeField()


class BucketOut(serializers.Serializer[Any]):
    """One value of a facet."""

    value = serializers.CharField()
    clips = serializers.IntegerField()
    duration_ms = serializers.IntegerField()


class SearchOut(serializers.Serializer[Any]):
    """One page, and what all pages add up to."""

    data = HitOut(many=True)  # type: ignore[assignment]  # DRF takes declared fields off the class
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()
    clips = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    facets = serializers.DictField(child=BucketOut(many=True))
    eligible_ms = serializers.IntegerField(allow_null=True)
    rate_card = serializers.CharField()


class ObstacleOut(serializers.Serializer[Any]):
    """One need: what fails on it, and what relaxing it alone would gain."""

    code = serializers.CharField()
    name = serializers.CharField()
    fails_on_ms = serializers.IntegerField()
    only_obstacle_ms = serializers.IntegerField()
    relax = serializers.CharField()


class PairOut(serializers.Serializer[Any]):
    """Two needs that together keep the most out."""

    first = serializers.CharField()
    second = serializers.CharField()
    only_both_ms = serializers.IntegerField()
    gain_ms = serializers.IntegerField()


class ExplainOut(serializers.Serializer[Any]):
    """Why hours are excluded."""

    clips = serializers.IntegerField()
    total_ms = serializers.IntegerField()
    eligible_ms = serializers.IntegerField()
    obstacles = ObstacleOut(many=True)
    best_pair = PairOut(allow_null=True)


def filters_of(data: Mapping[str, Any]) -> Filters:
    """The filters of a validated request."""
    fps = data.get("fps_min")
    return with_filters(
        parse_query(data.get("query", "")),
        classes=[ResolutionClass(one) for one in data.get("resolution_class", ())],
        genres=[Genre(one) for one in data.get("genre", ())],
        orientations=[Orientation(one) for one in data.get("orientation", ())],
        verdicts=[VERDICTS[one] for one in data.get("verdict", ())],
        fps_min=None if fps is None else Fraction(fps),
        duration_min_ms=data.get("duration_min_ms"),
        duration_max_ms=data.get("duration_max_ms"),
        has_audio=data.get("has_audio"),
    )


def _search(call: Call, asked: Mapping[str, Any]) -> dict[str, Any]:
    market = market_search(
        actor=call.actor, filters=filters_of(asked), use_case_id=asked.get("use_case_id"), language=language()
    )
    page = keyset(market.found.listings, cursor=asked.get("cursor"), limit=asked["limit"])
    found = market.found
    return {
        "data": [hit_json(one) for one in market_hits(market, page.data)],
        "next_cursor": page.next_cursor,
        "has_more": page.has_more,
        "clips": found.clips,
        "duration_ms": found.duration_ms,
        "facets": {
            name: [{"value": one.value, "clips": one.clips, "duration_ms": one.duration_ms} for one in buckets]
            for name, buckets in found.facets.items()
        },
        "eligible_ms": None if found.explanation is None else found.explanation.eligible_ms,
        "rate_card": market.card.version,
    }


def _name(dimension: Dimension) -> str:
    return NAMES[dimension].in_language(language())


def _explained(market: Market) -> dict[str, Any]:
    explanation = market.found.explanation
    if explanation is None:
        raise USE_CASE_NEEDED("Name the use_case_id to explain. Nothing was searched.")
    pair = explanation.best_pair
    return {
        "clips": market.found.clips,
        "total_ms": explanation.total_ms,
        "eligible_ms": explanation.eligible_ms,
        "obstacles": [
            {
                "code": one.dimension.code,
                "name": _name(one.dimension),
                "fails_on_ms": one.fails_on_ms,
                "only_obstacle_ms": one.only_obstacle_ms,
                "relax": RELAXATIONS[one.dimension].in_language(language()),
            }
            for one in explanation.obstacles
        ],
        "best_pair": None
        if pair is None
        else {
            "first": pair.first.code,
            "second": pair.second.code,
            "only_both_ms": pair.only_both_ms,
            "gain_ms": pair.gain_ms,
        },
    }


class Search(Resource):
    """Clips on offer."""

    @operation(summary="Search clips", query=SearchIn, output=SearchOut, scope=Scope.CATALOG_READ, problems=PROBLEMS)
    def get(self, call: Call) -> dict[str, Any]:
        """Find live clips, newest first. With a use case every clip says whether it fits, and why not."""
        return _search(call, call.query)

    @operation(
        summary="Search clips (long)", input=SearchIn, output=SearchOut, scope=Scope.CATALOG_READ, problems=PROBLEMS
    )
    def post(self, call: Call) -> dict[str, Any]:
        """As GET, for filters that do not fit an address. Changes nothing."""
        return _search(call, call.data)


class SearchExplain(Resource):
    """Why the rest does not fit."""

    @operation(
        summary="Explain a use case",
        input=FiltersIn,
        output=ExplainOut,
        scope=Scope.CATALOG_READ,
        problems=(*PROBLEMS, USE_CASE_NEEDED),
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Time that fits, time that fails on each need, what relaxing one need, or the best two, would gain."""
        if call.data.get("use_case_id") is None:
            raise USE_CASE_NEEDED("Name the use_case_id to explain. Nothing was searched.")
        market = market_search(
            actor=call.actor,
            filters=filters_of({**call.data, "verdict": ()}),
            use_case_id=call.data["use_case_id"],
            language=language(),
        )
        return _explained(market)


class UseCaseCoverage(Resource):
    """How much of the catalogue a use case can have."""

    @operation(
        summary="See what a use case covers",
        output=ExplainOut,
        scope=Scope.CATALOG_READ,
        problems=(NO_RATE_CARD, ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Over everything on offer: time that fits, time that fails on each need, what relaxing would gain."""
        use_case_id = call.id("use_case_id", Prefix.USE_CASE)
        market = market_search(actor=call.actor, filters=Filters(), use_case_id=use_case_id, language=language())
        return _explained(market)
