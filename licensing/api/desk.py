"""The contract desk: cases, claims, decisions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.clock import now
from core.ids import Prefix
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from licensing.api.inputs import StrictInput, word_of
from licensing.api.shapes import AmendmentOut, WordsIO, amendments_body, words
from licensing.domain.deadlines import due_words
from licensing.domain.errors import (
    CASE_CHANGED,
    CASE_CLOSED,
    CASE_TAKEN,
    DECISION_UNKNOWN,
    NOT_CLAIMED,
    OWN_CASE,
    REASON_NEEDED,
    SECOND_PERSON,
)
from licensing.domain.reasons import REASONS, ReasonCode
from licensing.domain.states import CaseState, Decision
from licensing.domain.wording import Language
from licensing.models import ReviewCase
from licensing.selectors.agreements import case_get, cases_visible_to, live_amendments
from licensing.services.review import case_claim, case_decide

_ACCESS = (ROLE_MISSING, SCOPE_MISSING)
_REFUSALS = (*_ACCESS, CASE_CLOSED, OWN_CASE, SECOND_PERSON, SOMEBODY_WAS_FASTER, ILLEGAL_TRANSITION)


class CasesQuery(serializers.Serializer[Any]):
    """Which cases to list."""

    state = serializers.ChoiceField(choices=[str(state) for state in CaseState], required=False)


class DecideIn(StrictInput):
    """A decision. `version` is the case version that was read; anything but an approval needs a reason and a note."""

    decision = word_of(Decision)
    reason = word_of(ReasonCode, required=False)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=4_000)
    version = serializers.IntegerField(min_value=1)


class CaseOut(serializers.Serializer[Any]):
    """One case in the queue."""

    id = PublicIdField(Prefix.CASE)
    state = serializers.ChoiceField(choices=[str(state) for state in CaseState])
    version = serializers.IntegerField()
    kind = serializers.CharField()
    agreement_id = PublicIdField(Prefix.AGREEMENT)
    organisation = serializers.CharField()
    revision = serializers.IntegerField()
    clauses = serializers.ListField(child=serializers.CharField())
    approvals_needed = serializers.IntegerField()
    approvals = serializers.IntegerField()
    claimed_by = serializers.CharField(allow_null=True)
    lease_until = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField()
    due = WordsIO()
    created_at = serializers.DateTimeField()

    @override
    def to_representation(self, instance: ReviewCase) -> dict[str, Any]:
        """Show the case with its deadline in words."""
        shown: dict[str, Any] = super().to_representation(case_body(instance))
        return shown


class DeskDecisionOut(serializers.Serializer[Any]):
    """What a reviewer decided."""

    reviewer = serializers.CharField()
    decision = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField()


class ReasonOut(serializers.Serializer[Any]):
    """A reason a reviewer may give, and what the creator can do."""

    code = serializers.CharField()
    name = serializers.CharField()
    words = WordsIO()
    fix = WordsIO()


class CaseDetailOut(CaseOut):
    """One case with every change as a word diff in both languages."""

    language = serializers.CharField()
    amendments = AmendmentOut(many=True)
    decisions = DeskDecisionOut(many=True)
    reasons = ReasonOut(many=True)

    @override
    def to_representation(self, instance: ReviewCase) -> dict[str, Any]:
        """Show the case with its changes, decisions and the reasons to choose from."""
        body = {
            **case_body(instance),
            "language": instance.agreement.language,
            "amendments": amendments_body(instance.agreement, refused=True),
            "decisions": [
                {
                    "reviewer": row.reviewer.name,
                    "decision": row.decision,
                    "reason": row.reason_code,
                    "note": row.note,
                    "decided_at": row.created_at,
                }
                for row in sorted(instance.decisions.all(), key=lambda row: row.id)
            ],
            "reasons": [
                {"code": str(code), "name": item.name, "words": words(item.words), "fix": words(item.fix)}
                for code, item in REASONS.items()
            ],
        }
        shown: dict[str, Any] = serializers.Serializer.to_representation(self, body)
        return shown


def case_body(case: ReviewCase) -> dict[str, object]:
    """A case as `CaseOut` shows it."""
    moment = now()
    return {
        "id": case.id,
        "state": case.state,
        "version": case.version,
        "kind": "contract_critical" if case.approvals_needed > 1 else "contract_custom",
        "agreement_id": case.agreement_id,
        "organisation": case.agreement.organisation.name,
        "revision": case.revision,
        "clauses": [row.clause_version.code for row in live_amendments(case.agreement)],
        "approvals_needed": case.approvals_needed,
        "approvals": sum(row.decision == Decision.APPROVE for row in case.decisions.all()),
        "claimed_by": case.claimed_by.name if case.claimed_by else None,
        "lease_until": case.lease_until,
        "due_at": case.due_at,
        "due": {str(language): due_words(case.due_at, moment, language) for language in Language},
        "created_at": case.created_at,
    }


class CaseCollection(Resource):
    """The desk's queue."""

    @operation(
        summary="List review cases",
        query=CasesQuery,
        output=CaseOut,
        paginated=True,
        scope=Scope.DESK_REVIEW,
        problems=_ACCESS,
    )
    def get(self, call: Call) -> Page[ReviewCase]:
        """Return contract cases, newest first; `state=open` for those that wait for somebody."""
        cases = cases_visible_to(call.actor)
        state = call.query.get("state")
        return call.page(cases.filter(state=state) if state else cases)


class CaseDetail(Resource):
    """One case."""

    @operation(summary="Read a review case", output=CaseDetailOut, scope=Scope.DESK_REVIEW, problems=_ACCESS)
    def get(self, call: Call) -> ReviewCase:
        """Return a case with every change as a word diff of canonical clause text, in both languages."""
        return case_get(call.actor, call.id("case_id", Prefix.CASE))


class CaseClaim(Resource):
    """Taking a case."""

    @operation(
        summary="Claim a review case",
        output=CaseDetailOut,
        scope=Scope.DESK_REVIEW,
        problems=(*_REFUSALS, CASE_TAKEN),
    )
    def post(self, call: Call) -> ReviewCase:
        """Take a case for ten minutes; claiming again extends it. Nobody reviews their own organisation or words."""
        return case_claim(actor=call.actor, case_id=call.id("case_id", Prefix.CASE))


class CaseDecide(Resource):
    """Deciding a case."""

    @operation(
        summary="Decide a review case",
        input=DecideIn,
        output=CaseDetailOut,
        scope=Scope.DESK_REVIEW,
        idempotent=True,
        problems=(*_REFUSALS, CASE_CHANGED, NOT_CLAIMED, REASON_NEEDED, DECISION_UNKNOWN),
    )
    def post(self, call: Call) -> ReviewCase:
        """Approve, ask for changes, or refuse. Critical clauses need two different people."""
        return case_decide(
            actor=call.actor,
            case_id=call.id("case_id", Prefix.CASE),
            decision=call.data["decision"],
            reason=call.data.get("reason", ""),
            note=call.data["note"],
            version=call.data["version"],
        )
