"""What a buyer needs the footage for."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.ids import Prefix
from licensing.api.inputs import StrictInput
from licensing.domain.errors import USE_CASE_INVALID, USE_CASE_NAME_TAKEN
from licensing.domain.use_case_values import PRESETS, grant_scope
from licensing.models import UseCase
from licensing.selectors.pricing import need_of, newest_version, use_case_get, use_cases_visible_to
from licensing.services.use_cases import use_case_create, use_case_restate


class TerritoryIO(serializers.Serializer[Any]):
    """Countries as ISO 3166-1 alpha-2 codes; `allow` null is worldwide, `deny` is taken away from it."""

    allow = serializers.ListField(child=serializers.CharField(), allow_null=True)
    deny = serializers.ListField(child=serializers.CharField())


class UseCaseValuesIO(serializers.Serializer[Any]):
    """What is needed: every value of the twelve dimensions that a buyer states."""

    purposes = serializers.ListField(child=serializers.CharField())
    model_classes = serializers.ListField(child=serializers.CharField())
    commercial = serializers.BooleanField()
    territory = TerritoryIO()
    storage = TerritoryIO()
    term_months = serializers.IntegerField()
    retention = serializers.CharField()
    sublicense = serializers.CharField()
    people = serializers.CharField()
    accepts = serializers.ListField(child=serializers.CharField())
    modalities = serializers.ListField(child=serializers.CharField())
    sector = serializers.CharField(allow_blank=True)
    end_uses = serializers.ListField(child=serializers.CharField())
    contents = serializers.ListField(child=serializers.CharField())
    max_rate_per_minute = serializers.CharField(allow_null=True)
    exclusivity = serializers.CharField()


class UseCaseVersionIn(StrictInput):
    """A preset, values that go over it, or both."""

    preset = serializers.CharField(required=False, max_length=40, help_text=f"One of: {', '.join(PRESETS)}.")
    values = serializers.DictField(required=False)


class UseCaseIn(UseCaseVersionIn):
    """A name, and a preset, values that go over it, or both."""

    name = serializers.CharField(max_length=120)


class UseCaseOut(serializers.Serializer[Any]):
    """A use case as its newest version says. `scope` is what it is priced at."""

    id = PublicIdField(Prefix.USE_CASE)
    name = serializers.CharField()
    version = serializers.IntegerField()
    sha256 = serializers.CharField()
    scope = serializers.CharField()
    values = UseCaseValuesIO()
    created_at = serializers.DateTimeField()

    @override
    def to_representation(self, instance: UseCase) -> dict[str, Any]:
        """Show the use case with its newest version."""
        version = newest_version(instance)
        shown: dict[str, Any] = super().to_representation(
            {
                "id": instance.id,
                "name": instance.name,
                "version": version.number,
                "sha256": version.sha256,
                "scope": str(grant_scope(need_of(version))),
                "values": version.values,
                "created_at": instance.created_at,
            }
        )
        return shown


class UseCaseCollection(Resource):
    """The buyer's use cases."""

    @operation(
        summary="List use cases",
        output=UseCaseOut,
        paginated=True,
        scope=Scope.CATALOG_READ,
        problems=(ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> Page[UseCase]:
        """Return the use cases of one's organisation, newest first."""
        return call.page(use_cases_visible_to(call.actor))

    @operation(
        summary="State a use case",
        input=UseCaseIn,
        output=UseCaseOut,
        status=201,
        scope=Scope.QUOTES_WRITE,
        problems=(ROLE_MISSING, SCOPE_MISSING, USE_CASE_INVALID, USE_CASE_NAME_TAKEN),
    )
    def post(self, call: Call) -> UseCase:
        """Store what footage is needed for. Saying the same again under the same name returns what is stored."""
        return use_case_create(
            actor=call.actor,
            name=call.data["name"],
            preset=call.data.get("preset"),
            values=call.data.get("values"),
        )


class UseCaseDetail(Resource):
    """One use case."""

    @operation(
        summary="Read a use case",
        output=UseCaseOut,
        scope=Scope.CATALOG_READ,
        problems=(ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> UseCase:
        """Return a use case as its newest version says."""
        return use_case_get(call.actor, call.id("use_case_id", Prefix.USE_CASE))


class UseCaseVersions(Resource):
    """The versions of one use case."""

    @operation(
        summary="Add a version to a use case",
        input=UseCaseVersionIn,
        output=UseCaseOut,
        status=201,
        scope=Scope.QUOTES_WRITE,
        problems=(ROLE_MISSING, SCOPE_MISSING, USE_CASE_INVALID),
    )
    def post(self, call: Call) -> UseCase:
        """Change what is needed from now on; quotes that name an older version keep it."""
        return use_case_restate(
            actor=call.actor,
            use_case_id=call.id("use_case_id", Prefix.USE_CASE),
            preset=call.data.get("preset"),
            values=call.data.get("values"),
        )
