"""A creator's contract: draft, amend, submit, recall, sign, end."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.ids import Prefix
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from licensing.api.author_rights import AuthorRightsOut, author_rights_body
from licensing.api.desk_shapes import approvals_of, told_reason
from licensing.api.inputs import StrictInput, word_of
from licensing.api.shapes import (
    AmendmentOut,
    DiffOut,
    ValueChangeOut,
    WordsIO,
    amendments_body,
    counters_body,
    words,
)
from licensing.domain.clauses import AmendmentClass
from licensing.domain.desk_policy import Policies
from licensing.domain.errors import (
    CMO_UNAUTHORISED,
    CMO_UNDECLARED,
    CONTRADICTION,
    INVALID_PARAMETER,
    LANGUAGE_UNKNOWN,
    NOTHING_TO_CHANGE,
    SIGNATORY_NEEDED,
    SUPERSEDED,
    TEXT_WITHOUT_VALUE,
    UNDER_REVIEW,
    UNKNOWN_CLAUSE,
)
from licensing.domain.states import AgreementState, CaseState, Decision
from licensing.domain.wording import Language
from licensing.models import Agreement, ReviewCase
from licensing.selectors.agreements import agreement_get, agreement_text, agreements_visible_to
from licensing.selectors.policies import policies_published
from licensing.selectors.reasons import reasons_published
from licensing.services.agreements import agreement_amend, agreement_draft, agreement_recall, agreement_submit
from licensing.services.counters import counter_accept
from licensing.services.signing import agreement_end, agreement_sign

_ACCESS = (ROLE_MISSING, SCOPE_MISSING)
_STATE = (ILLEGAL_TRANSITION, SOMEBODY_WAS_FASTER)


class AgreementIn(StrictInput):
    """Which terms to agree on, and in which language amendments will be written."""

    terms_profile_id = PublicIdField(Prefix.TERMS)
    language = word_of(Language, default="en")


class AmendmentIn(StrictInput):
    """Another value, other wording, or both, for one clause."""

    clause = serializers.CharField(max_length=40)
    parameters = serializers.DictField(required=False)
    text = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    translation = serializers.CharField(required=False, allow_blank=True, max_length=20_000)


class SignatureIn(StrictInput):
    """Who signs."""

    name = serializers.CharField(max_length=120)


class DecisionOut(serializers.Serializer[Any]):
    """What a reviewer decided, as the creator reads it."""

    decision = serializers.ChoiceField(choices=[str(item) for item in Decision])
    reason = serializers.CharField(allow_null=True)
    reason_version = serializers.IntegerField(allow_null=True)
    words = WordsIO(allow_null=True)
    fix = WordsIO(allow_null=True)
    action = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField()


class CounterOut(serializers.Serializer[Any]):
    """What a reviewer proposes for one clause, beside the terms as they were chosen."""

    clause = serializers.CharField()
    number = serializers.IntegerField()
    title = WordsIO()
    amendment_class = serializers.ChoiceField(choices=[str(kind) for kind in AmendmentClass])
    because = serializers.CharField()
    passes_by_policy = serializers.BooleanField()
    fallback = serializers.IntegerField(allow_null=True)
    values = serializers.DictField()
    changes = ValueChangeOut(many=True)
    diff = DiffOut()


class ReviewOut(serializers.Serializer[Any]):
    """Where the review of the newest submission stands."""

    case_id = PublicIdField(Prefix.CASE)
    state = serializers.ChoiceField(choices=[str(state) for state in CaseState])
    approvals_needed = serializers.IntegerField()
    approvals = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    paused_at = serializers.DateTimeField(allow_null=True)
    decisions = DecisionOut(many=True)


class AgreementOut(serializers.Serializer[Any]):
    """An agreement with its amendments and its review."""

    id = PublicIdField(Prefix.AGREEMENT)
    state = serializers.ChoiceField(choices=[str(state) for state in AgreementState])
    language = serializers.ChoiceField(choices=[str(item) for item in Language])
    revision = serializers.IntegerField()
    terms_profile_id = PublicIdField(Prefix.TERMS)
    terms_version = serializers.IntegerField()
    effective_version = serializers.IntegerField(allow_null=True)
    effective_sha256 = serializers.CharField(allow_null=True)
    amendments = AmendmentOut(many=True)
    review = ReviewOut(allow_null=True)
    counters = CounterOut(many=True)
    sha256 = serializers.CharField()
    signatory_name = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    @cached_property
    def policies(self) -> Policies:
        """The desk's policies, read once for a whole list."""
        return policies_published()

    @override
    def to_representation(self, instance: Agreement) -> dict[str, Any]:
        """Show the agreement; `sha256` is of the text as signed, or as it would be signed now."""
        shown: dict[str, Any] = super().to_representation(agreement_body(instance, self.policies))
        return shown


class AgreementDetailOut(AgreementOut):
    """An agreement with its whole text in both languages, and the author's rights in it as a table."""

    text = WordsIO()
    author_rights = AuthorRightsOut()

    @override
    def to_representation(self, instance: Agreement) -> dict[str, Any]:
        """Show the agreement with its text."""
        body = {
            **agreement_body(instance, self.policies),
            "text": words(agreement_text(instance).text),
            "author_rights": author_rights_body(instance),
        }
        shown: dict[str, Any] = serializers.Serializer.to_representation(self, body)
        return shown


def _review_body(case: ReviewCase) -> dict[str, object]:
    """The creator learns a decision when it can no longer be undone; a first of two approvals at once."""
    decisions = sorted(case.decisions.all(), key=lambda row: row.id)
    told = [row for row in decisions if row.effected_at is not None]
    published = reasons_published() if told else {}
    return {
        "case_id": case.id,
        "state": case.state,
        "approvals_needed": case.approvals_needed,
        "approvals": approvals_of(decisions),
        "due_at": case.due_at,
        "paused_at": case.paused_at,
        "decisions": [
            {"decision": row.decision, **told_reason(row, published), "note": row.note, "decided_at": row.created_at}
            for row in told
        ],
    }


def agreement_body(agreement: Agreement, policies: Policies) -> dict[str, object]:
    """An agreement as `AgreementOut` shows it."""
    cases = sorted(agreement.cases.all(), key=lambda case: case.id)
    effective = agreement.effective_version
    return {
        "id": agreement.id,
        "state": agreement.state,
        "language": agreement.language,
        "revision": agreement.revision,
        "terms_profile_id": agreement.terms_version.profile_id,
        "terms_version": agreement.terms_version.number,
        "effective_version": effective.number if effective else None,
        "effective_sha256": effective.sha256 if effective else None,
        "amendments": amendments_body(agreement, policies, refused=True),
        "review": _review_body(cases[-1]) if cases else None,
        "counters": counters_body(agreement, policies),
        "sha256": agreement_text(agreement).sha256,
        "signatory_name": agreement.signatory_name or None,
        "created_at": agreement.created_at,
        "submitted_at": agreement.submitted_at,
        "approved_at": agreement.approved_at,
        "signed_at": agreement.signed_at,
        "ended_at": agreement.ended_at,
    }


class AgreementCollection(Resource):
    """The creator's agreements."""

    @operation(
        summary="List agreements", output=AgreementOut, paginated=True, scope=Scope.TERMS_WRITE, problems=_ACCESS
    )
    def get(self, call: Call) -> Page[Agreement]:
        """Return the agreements of one's organisation, newest first."""
        return call.page(agreements_visible_to(call.actor))

    @operation(
        summary="Draft an agreement",
        input=AgreementIn,
        output=AgreementDetailOut,
        status=201,
        scope=Scope.TERMS_WRITE,
        problems=(*_ACCESS, LANGUAGE_UNKNOWN),
    )
    def post(self, call: Call) -> Agreement:
        """Start an agreement from the newest terms of a profile. An untouched draft of the same is returned."""
        return agreement_draft(
            actor=call.actor, terms_profile_id=call.data["terms_profile_id"], language=call.data["language"]
        )


class AgreementDetail(Resource):
    """One agreement."""

    @operation(summary="Read an agreement", output=AgreementDetailOut, scope=Scope.TERMS_WRITE, problems=_ACCESS)
    def get(self, call: Call) -> Agreement:
        """Return an agreement with its text in both languages, its amendments as diffs, and its review."""
        return agreement_get(call.actor, call.id("agreement_id", Prefix.AGREEMENT))


class AgreementAmendments(Resource):
    """Changes proposed to one agreement."""

    @operation(
        summary="Propose a change of a clause",
        input=AmendmentIn,
        output=AgreementDetailOut,
        status=201,
        scope=Scope.TERMS_WRITE,
        problems=(
            *_ACCESS,
            *_STATE,
            UNDER_REVIEW,
            UNKNOWN_CLAUSE,
            INVALID_PARAMETER,
            CONTRADICTION,
            TEXT_WITHOUT_VALUE,
            NOTHING_TO_CHANGE,
        ),
    )
    def post(self, call: Call) -> Agreement:
        """Propose other values or wording for one clause; the answer says whether a person has to agree."""
        return agreement_amend(
            actor=call.actor,
            agreement_id=call.id("agreement_id", Prefix.AGREEMENT),
            clause_code=call.data["clause"],
            parameters=call.data.get("parameters"),
            text=call.data.get("text", ""),
            translation=call.data.get("translation", ""),
        )


class AgreementSubmit(Resource):
    """Sending an agreement on its way."""

    @operation(
        summary="Submit an agreement",
        output=AgreementOut,
        scope=Scope.TERMS_WRITE,
        problems=(*_ACCESS, *_STATE, UNDER_REVIEW, CMO_UNDECLARED, CMO_UNAUTHORISED),
    )
    def post(self, call: Call) -> Agreement:
        """Changes that policy allows pass at once (`approved`); the rest goes to reviewers (`in_review`)."""
        return agreement_submit(actor=call.actor, agreement_id=call.id("agreement_id", Prefix.AGREEMENT))


class AgreementCounterAccept(Resource):
    """Saying yes to what the reviewers propose."""

    @operation(
        summary="Accept a counter-proposal",
        output=AgreementDetailOut,
        scope=Scope.TERMS_WRITE,
        problems=(*_ACCESS, *_STATE, SUPERSEDED, CMO_UNDECLARED, CMO_UNAUTHORISED),
    )
    def post(self, call: Call) -> Agreement:
        """Put all that is proposed in the place of one's own changes; what policy allows is approved at once."""
        return counter_accept(actor=call.actor, agreement_id=call.id("agreement_id", Prefix.AGREEMENT))


class AgreementRecall(Resource):
    """Taking a submitted agreement back."""

    @operation(
        summary="Recall an agreement from review",
        output=AgreementOut,
        scope=Scope.TERMS_WRITE,
        problems=(*_ACCESS, *_STATE),
    )
    def post(self, call: Call) -> Agreement:
        """Take it back to change it; the case closes."""
        return agreement_recall(actor=call.actor, agreement_id=call.id("agreement_id", Prefix.AGREEMENT))


class AgreementSign(Resource):
    """Signing an agreement."""

    @operation(
        summary="Sign an agreement",
        input=SignatureIn,
        output=AgreementDetailOut,
        scope=Scope.TERMS_WRITE,
        idempotent=True,
        problems=(*_ACCESS, *_STATE, SIGNATORY_NEEDED),
    )
    def post(self, call: Call) -> Agreement:
        """Sign an approved agreement: its words and hash are frozen, and clips may go on sale under it."""
        return agreement_sign(
            actor=call.actor,
            agreement_id=call.id("agreement_id", Prefix.AGREEMENT),
            signatory_name=call.data["name"],
            ip_address=call.request.META.get("REMOTE_ADDR", ""),
        )


class AgreementEnd(Resource):
    """Ending an agreement."""

    @operation(
        summary="End an agreement",
        output=AgreementOut,
        scope=Scope.TERMS_WRITE,
        idempotent=True,
        problems=(*_ACCESS, *_STATE),
    )
    def post(self, call: Call) -> Agreement:
        """Grant no new licences under it; licences granted before keep their terms."""
        return agreement_end(actor=call.actor, agreement_id=call.id("agreement_id", Prefix.AGREEMENT))
