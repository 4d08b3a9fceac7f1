"""Near duplicates of one's own files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rest_framework import serializers
from typing_extensions import override

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.ids import Prefix
from media_ingest.models import NearDuplicate
from media_ingest.selectors import asset_get
from media_ingest.services.comparing import near_duplicates_keep, near_duplicates_of

_ACCESS: Final = (ROLE_MISSING, SCOPE_MISSING)


class NearDuplicateOut(serializers.Serializer[Any]):
    """A better file of the same owner that shows the same."""

    of_asset_id = PublicIdField(Prefix.ASSET)
    of_name = serializers.CharField()
    share = serializers.IntegerField(help_text="Percent of this file that is in the better one.")
    kept = serializers.BooleanField(help_text="The owner offers both.")
    created_at = serializers.DateTimeField()

    @override
    def to_representation(self, instance: NearDuplicate) -> dict[str, Any]:
        """Show the better file by id and name."""
        body = {
            "of_asset_id": instance.of_id,
            "of_name": instance.of.original_name,
            "share": instance.score,
            "kept": instance.kept,
            "created_at": instance.created_at,
        }
        shown: dict[str, Any] = super().to_representation(body)
        return shown


class AssetDuplicates(Resource):
    """What a file is a near duplicate of."""

    @operation(
        summary="List better versions of a file",
        output=NearDuplicateOut,
        many=True,
        problems=_ACCESS,
        scope=Scope.LIBRARY_READ,
    )
    def get(self, call: Call) -> Sequence[NearDuplicate]:
        """Return the better files of the same owner that show the same; while there is one, this file is held."""
        return near_duplicates_of(asset_get(call.actor, call.id("asset_id", Prefix.ASSET)).pk)


class AssetDuplicatesKeep(Resource):
    """Offering both."""

    @operation(
        summary="Offer a near duplicate as well",
        output=NearDuplicateOut,
        many=True,
        problems=_ACCESS,
        scope=Scope.LIBRARY_WRITE,
    )
    def post(self, call: Call) -> Sequence[NearDuplicate]:
        """Say that the files are different takes: this one is offered beside the better one. Twice is fine."""
        return near_duplicates_keep(actor=call.actor, asset_id=call.id("asset_id", Prefix.ASSET))
