"""A creator's money: what each licence earns and how, and every movement of the balance."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import MoneyField, PublicIdField, RateField
from core.api.operation import Call, PageQuery, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, LIMIT_DEFAULT, Page, keyset
from core.ids import Prefix
from licensing.domain.errors import NO_RATE_CARD
from marketplace.api.catalog import PriceStepOut
from marketplace.catalog.domain.titles import shown_title
from marketplace.orders.selectors.earnings import (
    EarningLine,
    earning_lines,
    earnings_summary,
    earnings_visible_to,
    ledger_lines_visible_to,
)

REFUSED = (ROLE_MISSING, SCOPE_MISSING, CURSOR_UNREADABLE)


class EarningOut(serializers.Serializer[Any]):
    """One licence as money: amount = rate x duration / 60000, rounded once, half to even, to the cent."""

    licence_id = PublicIdField(Prefix.LICENCE, source="licence.id")
    state = serializers.CharField()
    clip_id = PublicIdField(Prefix.CLIP, source="licence.clip_id")
    title = serializers.SerializerMethodField()
    order_id = PublicIdField(Prefix.ORDER, source="licence.order_id")
    buyer = serializers.CharField(help_text="Empty where the licence's terms keep the name back.")
    duration_ms = serializers.IntegerField(source="licence.line.duration_ms")
    seconds = serializers.SerializerMethodField(help_text="The same duration as an exact decimal.")
    rate_per_minute = RateField(source="licence.line.rate")
    steps = PriceStepOut(many=True, source="licence.line.steps")
    amount = MoneyField(source="licence.line.amount")
    refunded = MoneyField(help_text="What of it went back to the buyer, because the licence ended before its time.")
    exclusivity = serializers.CharField(source="licence.exclusivity")
    term_months = serializers.IntegerField(source="licence.order.quote.term_months")
    terms_id = PublicIdField(Prefix.TERMS, source="licence.line.terms_profile_version.profile_id")
    terms_version = serializers.IntegerField(source="licence.line.terms_profile_version.number")
    terms_sha256 = serializers.CharField(source="licence.line.terms_profile_version.sha256")
    contract = serializers.CharField(source="licence.line.terms_profile_version.contract_version")
    contract_sha256 = serializers.CharField(source="licence.line.terms_profile_version.contract_version.sha256")
    agreement_id = PublicIdField(Prefix.AGREEMENT, source="licence.line.agreement_id")
    agreement_sha256 = serializers.CharField(source="licence.line.agreement_sha256")
    rate_card = serializers.CharField(source="licence.line.rate_card_version")
    earned_at = serializers.DateTimeField(allow_null=True)
    available_at = serializers.DateTimeField(allow_null=True)

    def get_title(self, line: EarningLine) -> str:
        return shown_title(line.licence.clip.title, line.licence.clip.asset.original_name)

    def get_seconds(self, line: EarningLine) -> str:
        seconds, ms = divmod(line.licence.line.duration_ms, 1000)
        return f"{seconds}.{ms:03d}"


class EarningsOut(serializers.Serializer[Any]):
    """The balance, and one page of lines."""

    expected = MoneyField()
    held = MoneyField()
    available = MoneyField()
    hold_days = serializers.IntegerField()
    data = EarningOut(many=True)  # type: ignore[assignment]  # DRF takes declared fields off the class
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class LedgerLineOut(serializers.Serializer[Any]):
    """One movement of a balance: `in` earned, `out` paid out or reversed, `within` from held to available."""

    id = PublicIdField(Prefix.TRANSFER)
    reason = serializers.CharField()
    direction = serializers.CharField()
    from_account = serializers.CharField(source="debit.kind")
    to_account = serializers.CharField(source="credit.kind")
    amount = MoneyField()
    order_id = serializers.CharField(source="order_ref")
    subject_id = serializers.CharField(source="subject_ref")
    journal_key = serializers.CharField()
    created_at = serializers.DateTimeField()


class Earnings(Resource):
    """What my footage earns."""

    @operation(
        summary="List earnings",
        query=PageQuery,
        output=EarningsOut,
        scope=Scope.EARNINGS_READ,
        problems=(*REFUSED, NO_RATE_CARD),
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Return balances and, newest first, every licence with its seconds, rate steps and texts."""
        page = keyset(
            earnings_visible_to(call.actor),
            cursor=call.query.get("cursor"),
            limit=call.query.get("limit") or LIMIT_DEFAULT,
        )
        summary = earnings_summary(call.actor)
        return {
            "expected": summary.expected,
            "held": summary.held,
            "available": summary.available,
            "hold_days": summary.hold_days,
            "data": earning_lines(page.data),
            "next_cursor": page.next_cursor,
            "has_more": page.has_more,
        }


class LedgerLines(Resource):
    """Every movement of my balances."""

    @operation(
        summary="List my ledger lines",
        output=LedgerLineOut,
        paginated=True,
        scope=Scope.EARNINGS_READ,
        problems=REFUSED,
    )
    def get(self, call: Call) -> Page[Any]:
        """Return the transfers behind held and available money, newest first; their sum is the balance."""
        return call.page(ledger_lines_visible_to(call.actor))
