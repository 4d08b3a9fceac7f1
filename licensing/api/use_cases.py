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
from core.ids import NOT_FOUND, Prefix
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from licensing.api.inputs import StrictInput, word_of
from licensing.domain.approval import ApprovalAnswer, ApprovalState
from licensing.domain.errors import (
    DECISION_UNKNOWN,
    REFUSAL_UNEXPLAINED,
    SECOND_PERSON,
    USE_CASE_CHANGED,
    USE_CASE_INVALID,
    USE_CASE_NAME_TAKEN,
)
from licensing.domain.use_case_values import PRESETS, grant_scope
from licensing.models import UseCase
from licensing.selectors.approvals import approval_of
from licensing.selectors.pricing import need_of, newest_version, use_case_get, use_cases_visible_to
from licensing.services.approvals import use_case_decide, use_case_request_approval
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


class ApprovalOut(serializers.Serializer[Any]):
    """How the newest version stands with the buyer's own legal people; nulls while nobody asked or answered."""

    state = serializers.ChoiceField(choices=[str(state) for state in ApprovalState])
    asked_by = serializers.CharField(allow_null=True)
    asked_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class ApprovalDecisionIn(StrictInput):
    """An answer. `version` is the version that was read; a refusal gives its reason."""

    decision = word_of(ApprovalAnswer)
    version = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=4_000)


class UseCaseOut(serializers.Serializer[Any]):
    """A use case as its newest version says. `scope` is what it is priced at."""

    id = PublicIdField(Prefix.USE_CASE)
    name = serializers.CharField()
    version = serializers.IntegerField()
    sha256 = serializers.CharField()
    scope = serializers.CharField()
    values = UseCaseValuesIO()
    approval = ApprovalOut()
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
                "approval": approval_of(version),
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
        """Change what is needed from now on, unapproved at first; quotes that name an older version keep it."""
        return use_case_restate(
            actor=call.actor,
            use_case_id=call.id("use_case_id", Prefix.USE_CASE),
            preset=call.data.get("preset"),
            values=call.data.get("values"),
        )


class UseCaseApprovalRequest(Resource):
    """Asking for approval."""

    @operation(
        summary="Request approval of a use case",
        output=UseCaseOut,
        scope=Scope.QUOTES_WRITE,
        problems=(ROLE_MISSING, SCOPE_MISSING, NOT_FOUND, ILLEGAL_TRANSITION),
    )
    def post(self, call: Call) -> UseCase:
        """Ask the organisation's owners and legal people to approve the newest version.

        Searching, quotes and their acceptance do not wait for it; creators' previews count approved use cases only.
        """
        return use_case_request_approval(actor=call.actor, use_case_id=call.id("use_case_id", Prefix.USE_CASE))


class UseCaseDecide(Resource):
    """Answering a request for approval."""

    @operation(
        summary="Approve or refuse a use case",
        input=ApprovalDecisionIn,
        output=UseCaseOut,
        scope=Scope.QUOTES_WRITE,
        problems=(
            ROLE_MISSING,
            SCOPE_MISSING,
            NOT_FOUND,
            ILLEGAL_TRANSITION,
            SOMEBODY_WAS_FASTER,
            DECISION_UNKNOWN,
            REFUSAL_UNEXPLAINED,
            SECOND_PERSON,
            USE_CASE_CHANGED,
        ),
    )
    def post(self, call: Call) -> UseCase:
        """Approve or refuse the newest version, as an owner or a legal person other than who asked."""
        return use_case_decide(
            actor=call.actor,
            use_case_id=call.id("use_case_id", Prefix.USE_CASE),
            version=call.data["version"],
            decision=call.data["decision"],
            reason=call.data["reason"],
        )
