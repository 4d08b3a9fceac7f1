"""What a creator permits."""

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
from licensing.api.shapes import WordsIO
from licensing.domain.composition import terms_sentence
from licensing.domain.errors import (
    CATALOGUE_MISSING,
    CONTRADICTION,
    INVALID_PARAMETER,
    NEEDS_AMENDMENT,
    TERMS_INVALID,
    TERMS_NAME_TAKEN,
    UNKNOWN_CLAUSE,
)
from licensing.domain.presets import Preset
from licensing.domain.wording import Language
from licensing.models import TermsProfile
from licensing.selectors.terms import (
    catalogue_of,
    effective_values,
    newest_chosen,
    terms_profile_get,
    terms_profiles_visible_to,
)
from licensing.services.profiles import terms_profile_create, terms_profile_restate

_REFUSALS = (
    ROLE_MISSING,
    SCOPE_MISSING,
    TERMS_INVALID,
    UNKNOWN_CLAUSE,
    INVALID_PARAMETER,
    NEEDS_AMENDMENT,
    CONTRADICTION,
    CATALOGUE_MISSING,
)


class TermsVersionIn(StrictInput):
    """A preset, changes that go over it, or both. `changes`: clause code → parameter → value."""

    preset = serializers.CharField(required=False, max_length=20, help_text=f"One of: {', '.join(Preset)}.")
    changes = serializers.DictField(child=serializers.DictField(), required=False)


class TermsIn(TermsVersionIn):
    """A name, and a preset, changes that go over it, or both."""

    name = serializers.CharField(max_length=120)


class TermsOut(serializers.Serializer[Any]):
    """A terms profile as its newest chosen version says."""

    id = PublicIdField(Prefix.TERMS)
    name = serializers.CharField()
    preset = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    sha256 = serializers.CharField()
    sentence = WordsIO()
    values = serializers.DictField(child=serializers.DictField())
    created_at = serializers.DateTimeField()

    @override
    def to_representation(self, instance: TermsProfile) -> dict[str, Any]:
        """Show the profile with its newest chosen version."""
        version = newest_chosen(instance)
        values, catalogue = effective_values(version), catalogue_of(version)
        shown: dict[str, Any] = super().to_representation(
            {
                "id": instance.id,
                "name": instance.name,
                "preset": instance.preset,
                "version": version.number,
                "sha256": version.sha256,
                "sentence": {str(item): terms_sentence(values, catalogue, item) for item in Language},
                "values": version.values,
                "created_at": instance.created_at,
            }
        )
        return shown


class TermsCollection(Resource):
    """The creator's terms profiles."""

    @operation(
        summary="List terms profiles",
        output=TermsOut,
        paginated=True,
        scope=Scope.TERMS_WRITE,
        problems=(ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> Page[TermsProfile]:
        """Return the terms profiles of one's organisation, newest first."""
        return call.page(terms_profiles_visible_to(call.actor))

    @operation(
        summary="Choose terms",
        input=TermsIn,
        output=TermsOut,
        status=201,
        scope=Scope.TERMS_WRITE,
        problems=(*_REFUSALS, TERMS_NAME_TAKEN),
    )
    def post(self, call: Call) -> TermsProfile:
        """Store what is permitted. Saying the same again under the same name returns what is stored."""
        return terms_profile_create(
            actor=call.actor,
            name=call.data["name"],
            preset=call.data.get("preset"),
            changes=call.data.get("changes"),
        )


class TermsDetail(Resource):
    """One terms profile."""

    @operation(
        summary="Read a terms profile",
        output=TermsOut,
        scope=Scope.TERMS_WRITE,
        problems=(ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> TermsProfile:
        """Return a terms profile as its newest chosen version says."""
        return terms_profile_get(call.actor, call.id("terms_profile_id", Prefix.TERMS))


class TermsVersions(Resource):
    """The versions of one terms profile."""

    @operation(
        summary="Add a version to a terms profile",
        input=TermsVersionIn,
        output=TermsOut,
        status=201,
        scope=Scope.TERMS_WRITE,
        problems=_REFUSALS,
    )
    def post(self, call: Call) -> TermsProfile:
        """Change what is permitted from now on; agreements, quotes and licences keep the version they name."""
        return terms_profile_restate(
            actor=call.actor,
            profile_id=call.id("terms_profile_id", Prefix.TERMS),
            preset=call.data.get("preset"),
            changes=call.data.get("changes"),
        )
