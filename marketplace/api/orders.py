"""Orders: following and paying them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Actor
from core.api.fields import MoneyField, PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.ids import NOT_FOUND, Prefix
from core.transitions import SOMEBODY_WAS_FASTER
from marketplace.delivery.models import Dataset
from marketplace.orders.errors import (
    CLIPS_LOST,
    METHOD_UNKNOWN,
    ORDER_NOT_PAYABLE,
    PAYMENT_FAILED,
    UNDER_EXCLUSIVE,
)
from marketplace.orders.models import Order, Payment
from marketplace.orders.selectors.orders import orders_visible_to
from marketplace.orders.services.paying import order_pay
from marketplace.payouts.domain import Method
from marketplace.payouts.errors import CHARGE_MISMATCH
from marketplace.repayments.selectors.shown import sent_back

REFUSED = (ROLE_MISSING, SCOPE_MISSING)


class ReturnedOut(serializers.Serializer[Any]):
    """What was sent back of a payment, for one licence that ended early."""

    licence_id = PublicIdField(Prefix.LICENCE)
    amount = MoneyField()
    reference = serializers.CharField()
    sent_at = serializers.DateTimeField()


class PaymentOut(serializers.Serializer[Any]):
    """One attempt to collect the money."""

    attempt = serializers.IntegerField()
    method = serializers.CharField()
    state = serializers.CharField()
    amount = MoneyField()
    reference = serializers.CharField()
    decline_code = serializers.CharField()
    returned = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(ReturnedOut(many=True))
    def get_returned(self, payment: Payment) -> Any:
        return ReturnedOut(sent_back(payment), many=True).data


class OrderOut(serializers.Serializer[Any]):
    """An accepted quote on its way to delivery."""

    id = PublicIdField(Prefix.ORDER)
    state = serializers.CharField()
    quote_id = PublicIdField(Prefix.QUOTE)
    use_case_id = PublicIdField(Prefix.USE_CASE, source="quote.use_case_version.use_case_id")
    duration_ms = serializers.IntegerField(source="quote.duration_ms")
    creators = MoneyField(source="quote.creators")
    service_fee = MoneyField(source="quote.service_fee")
    total = MoneyField(source="quote.total")
    conditions = serializers.ListField(child=serializers.CharField())
    payments = serializers.SerializerMethodField()
    dataset_id = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    ready_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(PaymentOut(many=True))
    def get_payments(self, order: Order) -> Any:
        attempts: list[Payment] = sorted(order.payments.all(), key=lambda payment: payment.attempt)
        return PaymentOut(attempts, many=True).data

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_dataset_id(self, order: Order) -> str | None:
        newest = max(order.datasets.all(), key=_newest, default=None)
        return None if newest is None else newest.public_id


class PayIn(serializers.Serializer[Any]):
    """How to pay. The test provider declines the token `tok_decline`, and sends nothing back to `tok_closed`."""

    method = serializers.ChoiceField(choices=[str(method) for method in Method], default=str(Method.TEST))
    token = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


def _newest(dataset: Dataset) -> tuple[bool, int]:
    """Orders versions so that the newest that is ready comes last, or the newest while none is."""
    return dataset.ready_at is not None, dataset.version


def order_shown(actor: Actor, order_id: UUID) -> Order:
    """One visible order with everything its JSON needs."""
    order = orders_visible_to(actor).prefetch_related("datasets").filter(pk=order_id).first()
    if order is None:
        raise NOT_FOUND("You have no order with this id.")
    return order


class OrderCollection(Resource):
    """My organisation's orders."""

    @operation(
        summary="List orders",
        output=OrderOut,
        paginated=True,
        scope=Scope.ORDERS_WRITE,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Order]:
        """Return orders, newest first."""
        return call.page(orders_visible_to(call.actor).prefetch_related("datasets"))


class OrderDetail(Resource):
    """One order."""

    @operation(summary="See an order", output=OrderOut, scope=Scope.ORDERS_WRITE, problems=REFUSED)
    def get(self, call: Call) -> Order:
        """Return one order: its state, its money, its dataset once the build has begun."""
        return order_shown(call.actor, call.id("order_id", Prefix.ORDER))


class OrderPay(Resource):
    """Collecting an order's total."""

    @operation(
        summary="Pay an order",
        input=PayIn,
        output=OrderOut,
        scope=Scope.ORDERS_WRITE,
        idempotent=True,
        durable=True,
        problems=(
            *REFUSED,
            PAYMENT_FAILED,
            METHOD_UNKNOWN,
            ORDER_NOT_PAYABLE,
            CLIPS_LOST,
            UNDER_EXCLUSIVE,
            CHARGE_MISMATCH,
            SOMEBODY_WAS_FASTER,
        ),
    )
    def post(self, call: Call) -> Order:
        """Collect once, start the build. A decline is 402: nothing is charged, the order stands, try another card."""
        order_id = call.id("order_id", Prefix.ORDER)
        order_pay(actor=call.actor, order_id=order_id, method=call.data["method"], token=call.data["token"])
        return order_shown(call.actor, order_id)
