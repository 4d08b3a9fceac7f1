"""The register of rights a buyer holds."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import MoneyField, PublicIdField, RateField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.ids import Prefix
from marketplace.api.search import CreatorOut
from marketplace.orders.models import Licence
from marketplace.orders.selectors.orders import licence_get, licences_visible_to

REFUSED = (ROLE_MISSING, SCOPE_MISSING)


class LicenceOut(serializers.Serializer[Any]):
    """The right on one clip: who, what for, from when to when, under which texts, at which price."""

    id = PublicIdField(Prefix.LICENCE)
    state = serializers.CharField()
    clip_id = PublicIdField(Prefix.CLIP)
    order_id = PublicIdField(Prefix.ORDER)
    licensor = serializers.SerializerMethodField()
    use_case_id = PublicIdField(Prefix.USE_CASE, source="order.quote.use_case_version.use_case_id")
    use_case_version = serializers.IntegerField(source="order.quote.use_case_version.number")
    use_case_sha256 = serializers.CharField(source="order.quote.use_case_version.sha256")
    exclusivity = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    start_ms = serializers.IntegerField(source="line.start_ms")
    end_ms = serializers.IntegerField(source="line.end_ms")
    duration_ms = serializers.IntegerField(source="line.duration_ms")
    rate_per_minute = RateField(source="line.rate")
    amount = MoneyField(source="line.amount")
    terms_id = PublicIdField(Prefix.TERMS, source="line.terms_profile_version.profile_id")
    terms_version = serializers.IntegerField(source="line.terms_profile_version.number")
    terms_sha256 = serializers.CharField(source="line.terms_profile_version.sha256")
    agreement_id = PublicIdField(Prefix.AGREEMENT, source="line.agreement_id")
    agreement_sha256 = serializers.CharField(source="line.agreement_sha256")
    conditions = serializers.ListField(child=serializers.CharField(), source="line.conditions")
    asset_sha256 = serializers.CharField(source="line.asset_sha256")
    created_at = serializers.DateTimeField()

    @extend_schema_field(CreatorOut)
    def get_licensor(self, licence: Licence) -> Any:
        return CreatorOut({"id": licence.licensor.public_id, "name": licence.licensor.name}).data


class LicenceCollection(Resource):
    """Rights my organisation holds."""

    @operation(
        summary="List licences",
        output=LicenceOut,
        paginated=True,
        scope=Scope.LICENCES_READ,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Licence]:
        """Return licences, newest first."""
        return call.page(licences_visible_to(call.actor))


class LicenceDetail(Resource):
    """One right."""

    @operation(summary="See a licence", output=LicenceOut, scope=Scope.LICENCES_READ, problems=REFUSED)
    def get(self, call: Call) -> Licence:
        """Return one licence with the versions and hashes of every text it rests on."""
        return licence_get(call.actor, call.id("licence_id", Prefix.LICENCE))
