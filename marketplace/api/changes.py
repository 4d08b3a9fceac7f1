"""What changed in a dataset since it was delivered: clips that were taken down, and when they have to be gone."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.ids import Prefix
from marketplace.delivery.models import Dataset
from marketplace.delivery.selectors import dataset_get
from marketplace.withdrawals.models import Notice
from marketplace.withdrawals.selectors.visible import changes_of


class ChangesQuery(serializers.Serializer[Any]):
    """Since when: a moment, or the version whose delivery counts (`v1`). Both leave out what was told earlier."""

    since = serializers.CharField(required=False, max_length=40)

    def validate_since(self, text: str) -> str:
        if not (text.startswith("v") and text[1:].isdecimal()):
            serializers.DateTimeField().to_internal_value(text)
        return text


class ChangeOut(serializers.Serializer[Notice]):
    """One change: a clip of the dataset that was taken down. The sample's key is the clip's id."""

    kind = serializers.SerializerMethodField()
    notice_id = PublicIdField(Prefix.NOTICE, source="pk")
    clip_id = PublicIdField(Prefix.CLIP, source="licence.clip_id")
    licence_id = PublicIdField(Prefix.LICENCE)
    cause = serializers.CharField(source="withdrawal.cause")
    effects = serializers.ListField(child=serializers.CharField(), source="rungs")
    state = serializers.CharField()
    at = serializers.DateTimeField(source="created_at")
    effective_at = serializers.DateTimeField()
    delete_by = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)

    def get_kind(self, _notice: Notice) -> str:
        return "taken_down"


class DatasetChanges(Resource):
    """`/datasets/{id}/changes`."""

    @operation(
        summary="List what changed in a dataset",
        query=ChangesQuery,
        output=ChangeOut,
        paginated=True,
        scope=Scope.DATASETS_READ,
        problems=(ROLE_MISSING, SCOPE_MISSING, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Notice]:
        """Return takedowns of a dataset's clips, newest first."""
        dataset = dataset_get(actor=call.actor, dataset_id=call.id("dataset_id", Prefix.DATASET))
        return call.page(_since(changes_of(dataset), dataset, call.query.get("since", "")))


def _since(rows: QuerySet[Notice], dataset: Dataset, since: str) -> QuerySet[Notice]:
    if since.startswith("v"):
        moment = Dataset.objects.filter(order=dataset.order, version=int(since[1:])).values_list("ready_at", flat=True)
        ready_at = moment.first()
        return rows.none() if ready_at is None else rows.filter(created_at__gt=ready_at)
    return rows.filter(created_at__gt=since) if since else rows
