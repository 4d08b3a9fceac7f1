"""What a buyer gives its regulator: an order's pack as delivered, and a summary over everything licensed."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND, Prefix
from marketplace.delivery.domain.errors import DATASET_NOT_READY
from marketplace.delivery.services.compliance import Pack, eu_summary, pack_get

REFUSED = (ROLE_MISSING, SCOPE_MISSING)


class PackOut(serializers.Serializer[Pack]):
    """Files of `compliance/` by name: JSON papers as values, readable ones as Markdown; PDFs are named."""

    dataset_id = PublicIdField(Prefix.DATASET, source="dataset.pk")
    version = serializers.IntegerField(source="dataset.version")
    documents = serializers.DictField()
    readable = serializers.DictField(child=serializers.CharField())
    printed = serializers.ListField(child=serializers.CharField())


class PaperOut(serializers.Serializer[Any]):
    """A paper for a regulator, as data."""

    paper = serializers.CharField()
    title = serializers.CharField()
    law = serializers.CharField()
    notice = serializers.CharField()
    sections = serializers.ListField(child=serializers.DictField())


class EuQuery(serializers.Serializer[Any]):
    """Which model it is for, in the provider's words, and what was licensed for one use case only."""

    model = serializers.CharField(required=False, max_length=200)
    use_case_id = PublicIdField(Prefix.USE_CASE, required=False)


class OrderCompliance(Resource):
    """`/orders/{id}/compliance`."""

    @operation(
        summary="Fetch the compliance pack",
        output=PackOut,
        scope=Scope.ORDERS_WRITE,
        problems=(*REFUSED, DATASET_NOT_READY),
    )
    def get(self, call: Call) -> Pack:
        """Return the compliance papers of an order's newest dataset, byte for byte as delivered."""
        return pack_get(actor=call.actor, order_id=call.id("order_id", Prefix.ORDER))


class EuSummary(Resource):
    """`/compliance/eu_summary`."""

    @operation(
        summary="Draft the EU summary",
        query=EuQuery,
        output=PaperOut,
        scope=Scope.LICENCES_READ,
        problems=(*REFUSED, NOT_FOUND),
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Return a draft of the licensed-data part of the EU AI Act's summary, over everything paid for."""
        return eu_summary(
            actor=call.actor, model=call.query.get("model", ""), use_case_id=call.query.get("use_case_id")
        )
