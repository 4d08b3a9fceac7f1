"""Quotes: frozen offers, and accepting them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import MoneyField, PublicIdField, RateField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.ids import Prefix
from licensing.domain.errors import NO_RATE_CARD
from marketplace.api.catalog import PriceStepOut
from marketplace.api.orders import OrderOut, order_shown
from marketplace.api.search import ConditionOut, FiltersIn, PriceGuardOut, filters_of
from marketplace.api.shown import condition_json, language
from marketplace.catalog.domain.titles import shown_title
from marketplace.catalog.errors import QUERY_SYNTAX
from marketplace.orders.domain.offers import MAX_CLIPS
from marketplace.orders.errors import (
    CLIPS_LOST,
    CONDITIONS_NOT_ACCEPTED,
    QUOTE_EMPTY,
    QUOTE_EXPIRED,
    QUOTE_NOT_OPEN,
    QUOTE_TOO_LARGE,
    TERMS_CHANGED,
    UNDER_EXCLUSIVE,
)
from marketplace.orders.models import Order, Quote, QuoteLine
from marketplace.orders.selectors.orders import lines_of, quote_get, quotes_visible_to
from marketplace.orders.selectors.wording import quote_catalogue
from marketplace.orders.services.accepting import quote_accept
from marketplace.orders.services.quoting import quote_create

REFUSED = (ROLE_MISSING, SCOPE_MISSING)


class QuoteIn(FiltersIn):
    """A use case, and either clips or a search; with neither, everything that fits."""

    use_case_id = PublicIdField(Prefix.USE_CASE)
    clip_ids = serializers.ListField(
        child=PublicIdField(Prefix.CLIP), required=False, allow_empty=False, max_length=MAX_CLIPS
    )


class LeftOutOut(serializers.Serializer[Any]):
    """A clip that was asked for and is not quoted."""

    clip = serializers.CharField()
    reason = serializers.CharField()
    dimensions = serializers.CharField()
    text = serializers.CharField()


class QuoteOut(serializers.Serializer[Any]):
    """A frozen offer. Creators receive `creators`; the buyer pays `total`."""

    id = PublicIdField(Prefix.QUOTE)
    state = serializers.CharField()
    use_case_id = PublicIdField(Prefix.USE_CASE, source="use_case_version.use_case_id")
    use_case_version = serializers.IntegerField(source="use_case_version.number")
    clips = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    creators = MoneyField()
    service_fee = MoneyField()
    fee_share = serializers.CharField()
    total = MoneyField()
    rate_card = serializers.CharField(source="rate_card_version")
    rate_card_sha256 = serializers.CharField()
    exclusivity = serializers.CharField()
    term_months = serializers.IntegerField()
    conditions = ConditionOut(many=True)
    left_out = LeftOutOut(many=True)
    order_id = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()

    @override
    def to_representation(self, instance: Quote) -> dict[str, Any]:
        """Show what is derived beside what is stored."""
        order = getattr(instance, "order", None)
        words = quote_catalogue(instance) if instance.conditions else {}
        conditions = [condition_json(one["code"], one["values"], words, one["clips"]) for one in instance.conditions]
        stored = {name: field for name, field in self.fields.items() if name not in {"conditions", "order_id"}}
        shown = {name: field.to_representation(field.get_attribute(instance)) for name, field in stored.items()}
        return {**shown, "conditions": conditions, "order_id": None if order is None else order.public_id}


class QuoteLineOut(serializers.Serializer[Any]):
    """One clip of an offer, with all its price rests on: enough to recompute it."""

    clip_id = PublicIdField(Prefix.CLIP)
    number = serializers.IntegerField()
    title = serializers.SerializerMethodField()
    licensor_id = PublicIdField(Prefix.ORGANISATION)
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    rate_per_minute = RateField(source="rate")
    amount = MoneyField()
    steps = PriceStepOut(many=True)
    guard = serializers.SerializerMethodField()
    conditions = serializers.ListField(child=serializers.CharField())
    terms_id = PublicIdField(Prefix.TERMS, source="terms_profile_version.profile_id")
    terms_version = serializers.IntegerField(source="terms_profile_version.number")
    agreement_id = PublicIdField(Prefix.AGREEMENT)
    agreement_sha256 = serializers.CharField()
    rate_card = serializers.CharField(source="rate_card_version")
    rate_card_sha256 = serializers.CharField()
    asset_sha256 = serializers.CharField()

    def get_title(self, line: QuoteLine) -> str:
        return shown_title(line.clip.title, line.clip.asset.original_name)

    def get_guard(self, line: QuoteLine) -> dict[str, str] | None:
        return None if line.guard is None else PriceGuardOut(line.guard).data


class AcceptIn(serializers.Serializer[Any]):
    """The codes of all conditions of the quote."""

    conditions = serializers.ListField(child=serializers.CharField(max_length=40), max_length=100, allow_empty=True)


class QuoteCollection(Resource):
    """My organisation's quotes."""

    @operation(
        summary="List quotes",
        output=QuoteOut,
        paginated=True,
        scope=Scope.QUOTES_WRITE,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Quote]:
        """Return quotes, newest first."""
        return call.page(quotes_visible_to(call.actor))

    @operation(
        summary="Make a quote",
        input=QuoteIn,
        output=QuoteOut,
        status=HTTPStatus.CREATED,
        scope=Scope.QUOTES_WRITE,
        idempotent=True,
        problems=(*REFUSED, QUOTE_EMPTY, QUOTE_TOO_LARGE, QUERY_SYNTAX, NO_RATE_CARD),
    )
    def post(self, call: Call) -> Quote:
        """Freeze an offer for 14 days: clips, terms, agreement and rate card versions, each price to the cent."""
        quote = quote_create(
            actor=call.actor,
            use_case_id=call.data["use_case_id"],
            clip_ids=call.data.get("clip_ids"),
            filters=filters_of(call.data),
            language=language(),
        )
        return quote_get(call.actor, quote.pk)


class QuoteDetail(Resource):
    """One quote."""

    @operation(summary="See a quote", output=QuoteOut, scope=Scope.QUOTES_WRITE, problems=REFUSED)
    def get(self, call: Call) -> Quote:
        """Return one quote with the conditions to accept and what was left out."""
        return quote_get(call.actor, call.id("quote_id", Prefix.QUOTE))


class QuoteItems(Resource):
    """The lines of a quote."""

    @operation(
        summary="List a quote's clips",
        output=QuoteLineOut,
        paginated=True,
        scope=Scope.QUOTES_WRITE,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[QuoteLine]:
        """Return each clip's span, rate, steps and amount."""
        quote = quote_get(call.actor, call.id("quote_id", Prefix.QUOTE))
        return call.page(lines_of(quote))


class QuoteAccept(Resource):
    """A quote becomes an order."""

    @operation(
        summary="Accept a quote",
        input=AcceptIn,
        output=OrderOut,
        status=HTTPStatus.CREATED,
        scope=Scope.ORDERS_WRITE,
        idempotent=True,
        problems=(
            *REFUSED,
            QUOTE_EXPIRED,
            QUOTE_NOT_OPEN,
            CONDITIONS_NOT_ACCEPTED,
            CLIPS_LOST,
            TERMS_CHANGED,
            UNDER_EXCLUSIVE,
        ),
    )
    def post(self, call: Call) -> Order:
        """Accept with every condition. The order is exactly the quoted snapshot, or a 409 names what changed."""
        quote_id = call.id("quote_id", Prefix.QUOTE)
        order = quote_accept(actor=call.actor, quote_id=quote_id, conditions=call.data["conditions"])
        return order_shown(call.actor, order.pk)
