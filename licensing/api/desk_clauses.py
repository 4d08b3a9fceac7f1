"""Clauses at the desk: draft a version, hand it over, approve somebody else's, retire what was replaced."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.ids import NOT_FOUND
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from licensing.api.clauses import ClauseDiffOut, ClauseOut, clause_body, diff_body
from licensing.api.inputs import StrictInput
from licensing.domain.errors import INVALID_PARAMETER, SECOND_PERSON, UNKNOWN_CLAUSE
from licensing.domain.publishing_errors import (
    CLAUSE_IN_FORCE,
    CLAUSE_IN_REVIEW,
    CLAUSE_INVALID,
    CLAUSE_UNCHANGED,
    LANGUAGE_MISSING,
    MACHINE_CHANGED,
    PLACEHOLDER_WITHOUT_VALUE,
    VALUE_WITHOUT_TEXT,
)
from licensing.domain.states import ClauseState
from licensing.models import ClauseVersion
from licensing.selectors.terms import clause_versions_visible_to, desk_clause_get, newest_approved_of
from licensing.services.publishing import clause_approve, clause_draft, clause_retire, clause_return, clause_submit

_ACCESS = (ROLE_MISSING, SCOPE_MISSING)
_STEP = (*_ACCESS, NOT_FOUND, ILLEGAL_TRANSITION, SOMEBODY_WAS_FASTER)
_WRONG = (CLAUSE_INVALID, LANGUAGE_MISSING, VALUE_WITHOUT_TEXT, PLACEHOLDER_WITHOUT_VALUE, INVALID_PARAMETER)
_WORDS = "Words by language: en and fr, both."


class ClauseDraftIn(StrictInput):
    """The members that are to change; what is left out stays as it is in force."""

    code = serializers.CharField(max_length=40)
    title = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, help_text=_WORDS)
    summary = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, help_text=_WORDS)
    text = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, help_text=_WORDS)
    parameters = serializers.ListField(child=serializers.DictField(), required=False)
    needs = serializers.ListField(child=serializers.ListField(), required=False)
    fallbacks = serializers.ListField(child=serializers.DictField(), required=False)


class ReturnIn(StrictInput):
    """Why it comes back."""

    note = serializers.CharField(max_length=4_000)


def _desk_body(row: ClauseVersion) -> dict[str, object]:
    return {
        **clause_body(row),
        "author": row.author.name if row.author else None,
        "reviewer": row.reviewer.name if row.reviewer else None,
        "created_at": row.created_at,
    }


class DeskClauseOut(ClauseOut):
    """A version with who drafted and who approved it; nobody when it came with the product."""

    author = serializers.CharField(allow_null=True)
    reviewer = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()

    @override
    def to_representation(self, instance: ClauseVersion) -> dict[str, Any]:
        """Show the version."""
        shown: dict[str, Any] = serializers.Serializer.to_representation(self, _desk_body(instance))
        return shown


class DeskClauseDetailOut(DeskClauseOut):
    """A version beside the one in force."""

    against = ClauseDiffOut(allow_null=True)

    @override
    def to_representation(self, instance: ClauseVersion) -> dict[str, Any]:
        """Show the version, and how a draft differs from the version in force."""
        base = newest_approved_of(instance) if instance.state in (ClauseState.DRAFT, ClauseState.IN_REVIEW) else None
        body = {**_desk_body(instance), "against": diff_body(base, instance) if base else None}
        shown: dict[str, Any] = serializers.Serializer.to_representation(self, body)
        return shown


class DeskClausesQuery(serializers.Serializer[Any]):
    """Which versions to list."""

    state = serializers.ChoiceField(choices=[str(state) for state in ClauseState], required=False)
    code = serializers.CharField(required=False, max_length=40)


class DeskClauses(Resource):
    """Every version of every clause, drafts too."""

    @operation(
        summary="List clause versions at the desk",
        query=DeskClausesQuery,
        output=DeskClauseOut,
        paginated=True,
        scope=Scope.DESK_ADMIN,
        problems=_ACCESS,
    )
    def get(self, call: Call) -> Page[ClauseVersion]:
        """Return clause versions, newest first; `state=in_review` is what waits for a second person."""
        rows = clause_versions_visible_to(call.actor)
        wanted = {name: call.query[name] for name in ("state", "code") if call.query.get(name)}
        return call.page(rows.filter(**wanted))

    @operation(
        summary="Draft a clause version",
        input=ClauseDraftIn,
        output=DeskClauseDetailOut,
        status=201,
        scope=Scope.DESK_ADMIN,
        problems=(*_ACCESS, UNKNOWN_CLAUSE, CLAUSE_IN_REVIEW, CLAUSE_UNCHANGED, MACHINE_CHANGED, *_WRONG),
    )
    def post(self, call: Call) -> ClauseVersion:
        """Draft the next version of a clause. Both languages and every value in the text, or it is refused."""
        changes = dict(call.data)
        return clause_draft(actor=call.actor, code=changes.pop("code"), changes=changes)


class DeskClauseDetail(Resource):
    """One version at the desk."""

    @operation(
        summary="Read a clause version at the desk",
        output=DeskClauseDetailOut,
        scope=Scope.DESK_ADMIN,
        problems=(*_ACCESS, NOT_FOUND),
    )
    def get(self, call: Call) -> ClauseVersion:
        """Return any version, a draft beside the version in force: the word diff a second person reads."""
        return desk_clause_get(call.actor, call.kwargs["code"], int(call.kwargs["version"]))


class DeskClauseSubmit(Resource):
    """Handing a draft over."""

    @operation(summary="Submit a clause version", output=DeskClauseDetailOut, scope=Scope.DESK_ADMIN, problems=_STEP)
    def post(self, call: Call) -> ClauseVersion:
        """Hand a draft to a second person."""
        return clause_submit(actor=call.actor, code=call.kwargs["code"], version=int(call.kwargs["version"]))


class DeskClauseApprove(Resource):
    """Publishing somebody else's draft."""

    @operation(
        summary="Approve a clause version",
        output=DeskClauseDetailOut,
        scope=Scope.DESK_ADMIN,
        problems=(*_STEP, SECOND_PERSON, *_WRONG),
    )
    def post(self, call: Call) -> ClauseVersion:
        """Publish a version that somebody else drafted; from then on it never changes."""
        return clause_approve(actor=call.actor, code=call.kwargs["code"], version=int(call.kwargs["version"]))


class DeskClauseReturn(Resource):
    """Giving a draft back."""

    @operation(
        summary="Return a clause version",
        input=ReturnIn,
        output=DeskClauseDetailOut,
        scope=Scope.DESK_ADMIN,
        problems=_STEP,
    )
    def post(self, call: Call) -> ClauseVersion:
        """Give a submitted version back with a note."""
        return clause_return(
            actor=call.actor,
            code=call.kwargs["code"],
            version=int(call.kwargs["version"]),
            note=call.data["note"],
        )


class DeskClauseRetire(Resource):
    """Retiring what was replaced."""

    @operation(
        summary="Retire a clause version",
        output=DeskClauseDetailOut,
        scope=Scope.DESK_ADMIN,
        problems=(*_STEP, UNKNOWN_CLAUSE, CLAUSE_IN_FORCE),
    )
    def post(self, call: Call) -> ClauseVersion:
        """Retire a version that a newer one replaced; it stays readable."""
        return clause_retire(actor=call.actor, code=call.kwargs["code"], version=int(call.kwargs["version"]))
