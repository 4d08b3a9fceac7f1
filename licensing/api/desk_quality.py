"""Second looks at what passed by itself: what waits, and what somebody says about it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND, Prefix
from licensing.api.inputs import StrictInput, word_of
from licensing.api.shapes import AmendmentOut, amendments_body
from licensing.domain.desk_policy import Policies
from licensing.domain.errors import CASE_CLOSED, CONFLICT_OF_INTEREST, DECISION_UNKNOWN, REASON_REQUIRED
from licensing.domain.quality import Outcome
from licensing.domain.reasons import CONTRACT_REASONS
from licensing.models import QualityReview
from licensing.selectors.policies import policies_published
from licensing.selectors.quality import quality_waiting
from licensing.services.quality import quality_answer

_ACCESS = (ROLE_MISSING, SCOPE_MISSING, NOT_FOUND)
_SHOWN = 100


class SecondLookOut(serializers.Serializer[Any]):
    """A submission that passed by itself, drawn for a second look. `changed_since`: the creator went on with it."""

    id = PublicIdField(Prefix.QUALITY_REVIEW)
    agreement_id = PublicIdField(Prefix.AGREEMENT)
    organisation = serializers.CharField()
    policy_version = serializers.IntegerField()
    revision = serializers.IntegerField()
    changed_since = serializers.BooleanField()
    clauses = serializers.ListField(child=serializers.CharField())
    amendments = AmendmentOut(many=True)
    outcome = serializers.CharField(allow_blank=True)
    reviewer = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    reason_version = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    reviewed_at = serializers.DateTimeField(allow_null=True)

    @cached_property
    def policies(self) -> Policies:
        """The desk's policies, read once for a whole list."""
        return policies_published()

    @override
    def to_representation(self, instance: QualityReview) -> dict[str, Any]:
        """Show what passed, and what was said about it."""
        shown: dict[str, Any] = super().to_representation(_body(instance, self.policies))
        return shown


def _body(row: QualityReview, policies: Policies) -> dict[str, object]:
    routing, agreement = row.routing, row.routing.agreement
    clauses = [clause for clause, _ in routing.changes]
    return {
        "id": row.id,
        "agreement_id": agreement.id,
        "organisation": agreement.organisation.name,
        "policy_version": routing.policy_version,
        "revision": routing.revision,
        "changed_since": agreement.revision != routing.revision,
        "clauses": clauses,
        "amendments": [one for one in amendments_body(agreement, policies) if one["clause"] in clauses],
        "outcome": row.outcome,
        "reviewer": row.reviewer.name if row.reviewer else None,
        "reason": row.reason_code,
        "reason_version": row.reason_version,
        "note": row.note,
        "created_at": row.created_at,
        "reviewed_at": row.reviewed_at,
    }


class SecondLookAnswerIn(StrictInput):
    """Whether it should have passed; who disagrees gives a reason and a note."""

    outcome = word_of([Outcome.AGREE, Outcome.DISAGREE])
    reason = word_of(CONTRACT_REASONS, required=False)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=4_000)


class QualityCollection(Resource):
    """The sample."""

    @operation(
        summary="List what waits for a second look",
        output=SecondLookOut,
        many=True,
        scope=Scope.DESK_REVIEW,
        problems=_ACCESS,
    )
    def get(self, call: Call) -> list[QualityReview]:
        """Return the first hundred submissions that passed by themselves and were drawn, the oldest first."""
        return list(quality_waiting(call.actor)[:_SHOWN])


class QualityAnswer(Resource):
    """Saying what one thinks of it."""

    @operation(
        summary="Answer a second look",
        input=SecondLookAnswerIn,
        output=SecondLookOut,
        scope=Scope.DESK_REVIEW,
        problems=(*_ACCESS, CASE_CLOSED, CONFLICT_OF_INTEREST, DECISION_UNKNOWN, REASON_REQUIRED),
    )
    def post(self, call: Call) -> QualityReview:
        """Say whether it should have passed. It changes nothing about the agreement; it is counted with its policy."""
        return quality_answer(
            actor=call.actor,
            review_id=call.id("quality_review_id", Prefix.QUALITY_REVIEW),
            outcome=call.data["outcome"],
            reason=call.data.get("reason", ""),
            note=call.data["note"],
        )
