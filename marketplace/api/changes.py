"""What changed in a dataset since it was delivered: clips that were taken down, and when they have to be gone."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.ids import Prefix
from marketplace.delivery.models import Dataset
from marketplace.delivery.selectors import dataset_get
from marketplace.withdrawals.models import Notice
from marketplace.withdrawals.selectors.changes import Change, Replaced, changes_of, changes_shown


class ChangesQuery(serializers.Serializer[Any]):
    """Since when: a moment, or the version whose delivery counts (`v1`). Both leave out what was told earlier."""

    since = serializers.CharField(required=False, max_length=40)

    def validate_since(self, text: str) -> str:
        if not (text.startswith("v") and text[1:].isdecimal()):
            serializers.DateTimeField().to_internal_value(text)
        return text


class ReplacedOut(serializers.Serializer[Replaced]):
    """A file that held what left. `replaced_by` is the SHA-256 of the file of the same name in the newest version."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    replaced_by = serializers.CharField(allow_null=True)


class ChangeOut(serializers.Serializer[Change]):
    """One change: a clip of the dataset that was taken down. The sample's key is the clip's id.

    `dataset_id` and `version` are of the version that leaves it out, null while there is none that is ready; `files`
    are those of the dataset asked about that the newest version replaces for it.
    """

    kind = serializers.SerializerMethodField()
    notice_id = PublicIdField(Prefix.NOTICE, source="notice.pk")
    clip_id = PublicIdField(Prefix.CLIP, source="notice.licence.clip_id")
    licence_id = PublicIdField(Prefix.LICENCE, source="notice.licence_id")
    cause = serializers.CharField(source="notice.withdrawal.cause")
    effects = serializers.ListField(child=serializers.CharField(), source="notice.rungs")
    state = serializers.CharField(source="notice.state")
    at = serializers.DateTimeField(source="notice.created_at")
    effective_at = serializers.DateTimeField(source="notice.effective_at")
    delete_by = serializers.DateTimeField(source="notice.delete_by", allow_null=True)
    due_at = serializers.DateTimeField(source="notice.due_at", allow_null=True)
    dataset_id = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField()
    files = ReplacedOut(many=True)

    def get_kind(self, _change: Change) -> str:
        return "taken_down"

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_dataset_id(self, change: Change) -> str | None:
        return None if change.without is None else change.without.public_id

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_version(self, change: Change) -> int | None:
        return None if change.without is None else change.without.version


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
    def get(self, call: Call) -> Page[Change]:
        """Return takedowns of a dataset's clips, newest first, with the version that leaves each out and its files."""
        dataset = dataset_get(actor=call.actor, dataset_id=call.id("dataset_id", Prefix.DATASET))
        page = call.page(_since(changes_of(dataset), dataset, call.query.get("since", "")))
        return Page(changes_shown(dataset, page.data), page.next_cursor)


def _since(rows: QuerySet[Notice], dataset: Dataset, since: str) -> QuerySet[Notice]:
    if since.startswith("v"):
        moment = Dataset.objects.filter(order=dataset.order, version=int(since[1:])).values_list("ready_at", flat=True)
        ready_at = moment.first()
        return rows.none() if ready_at is None else rows.filter(created_at__gt=ready_at)
    return rows.filter(created_at__gt=since) if since else rows
