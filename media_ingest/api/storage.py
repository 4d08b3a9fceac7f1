"""What keeping an organisation's footage takes and costs."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.fields import MoneyField, PublicIdField
from core.api.operation import Call, Resource, operation
from core.ids import Prefix
from media_ingest.domain.tiers import StorageFigures, Tier
from media_ingest.selectors import storage_figures

_REFUSALS: Final = (ROLE_MISSING, SCOPE_MISSING)


class TierOut(serializers.Serializer[Any]):
    """What lies on one tier."""

    tier = serializers.ChoiceField(choices=[str(tier) for tier in Tier])
    objects = serializers.IntegerField(help_text="Files, with the pictures and previews made of them.")
    size_bytes = serializers.IntegerField()
    gigabytes = serializers.CharField(help_text="A gigabyte is 10^9 bytes.")
    price_per_gigabyte_year = serializers.CharField(help_text="In USD, exact.")
    cost_per_year = MoneyField()


class DormantOut(serializers.Serializer[Any]):
    """A file that was neither read nor sold for long. Nothing deletes it by itself."""

    asset_id = PublicIdField(Prefix.ASSET)
    original_name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    tier = serializers.ChoiceField(choices=[str(tier) for tier in Tier])
    last_used_at = serializers.DateTimeField()
    dormant_since = serializers.DateTimeField()
    cost_per_year = MoneyField()


class StorageOut(serializers.Serializer[Any]):
    """What is kept, where, and what it costs a year."""

    size_bytes = serializers.IntegerField()
    cost_per_year = MoneyField()
    tiers = TierOut(many=True)
    cold_tier = serializers.BooleanField(help_text="Whether this installation has a cold tier.")
    cold_after_days = serializers.IntegerField()
    dormant_after_days = serializers.IntegerField()
    dormant = DormantOut(many=True, help_text="The hundred that cost most.")


class Storage(Resource):
    """The room that footage takes."""

    @operation(
        summary="What is kept and what it costs", output=StorageOut, problems=_REFUSALS, scope=Scope.LIBRARY_READ
    )
    def get(self, call: Call) -> StorageFigures:
        """Return bytes, tiers and cost a year of the organisation's files (of all files, for the desk).

        Bytes that two organisations have in common are stored once and shown to both.
        """
        return storage_figures(call.actor)
