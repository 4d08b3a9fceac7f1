"""Reasons the desk gives: in force for everybody, with their history and proposals for the desk."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from licensing.api.desk_shapes import ReasonOut, reason_body, reasons_body
from licensing.api.inputs import StrictInput
from licensing.domain.errors import SECOND_PERSON
from licensing.domain.publishing_errors import (
    LANGUAGE_MISSING,
    REASON_CHANGED,
    REASON_INVALID,
    REASON_PROPOSED,
    REASON_UNCHANGED,
)
from licensing.domain.reasons import ReasonCode, ReasonState
from licensing.models import ReasonVersion
from licensing.selectors.reasons import reason_for, reason_versions_visible_to, reasons_published
from licensing.services.reasons import ReasonDraft, reason_propose, reason_publish, reason_withdraw

_ACCESS = (ROLE_MISSING, SCOPE_MISSING)
_STEP = (*_ACCESS, NOT_FOUND, ILLEGAL_TRANSITION, SOMEBODY_WAS_FASTER)
_WORDS = "Words by language: en and fr, both."


class ReasonDraftIn(StrictInput):
    """The members that are to change; what is left out stays as it is in force."""

    code = serializers.CharField(max_length=8)
    words = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, help_text=_WORDS)
    fix = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, help_text=_WORDS)
    actions = serializers.ListField(child=serializers.CharField(max_length=40), required=False)


class ReasonVersionOut(ReasonOut):
    """A version with who proposed and who published it; nobody when it came with the product."""

    state = serializers.ChoiceField(choices=[str(state) for state in ReasonState])
    author = serializers.CharField(allow_null=True)
    reviewer = serializers.CharField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    sha256 = serializers.CharField()

    @override
    def to_representation(self, instance: ReasonVersion) -> dict[str, Any]:
        """Show the version."""
        body = {
            **reason_body(instance.code, reason_for(instance)),
            "state": instance.state,
            "author": instance.author.name if instance.author else None,
            "reviewer": instance.reviewer.name if instance.reviewer else None,
            "published_at": instance.published_at,
            "sha256": instance.sha256,
        }
        shown: dict[str, Any] = super().to_representation(body)
        return shown


class ReasonCodes(Resource):
    """Reasons the desk gives."""

    @operation(summary="List reason codes", output=ReasonOut, many=True, public=True)
    def get(self, call: Call) -> list[dict[str, object]]:
        """Return every reason in its newest version: what a creator reads, and what can be done."""
        return reasons_body(reasons_published(), ReasonCode)


class DeskReasonCodes(Resource):
    """Reasons with their history."""

    @operation(
        summary="List reason codes with all versions",
        output=ReasonVersionOut,
        many=True,
        scope=Scope.DESK_REVIEW,
        problems=_ACCESS,
    )
    def get(self, call: Call) -> list[ReasonVersion]:
        """Return every version of every reason, proposals too; a decision names the one its reader was given."""
        return list(reason_versions_visible_to(call.actor))

    @operation(
        summary="Propose a version of a reason code",
        input=ReasonDraftIn,
        output=ReasonVersionOut,
        status=201,
        scope=Scope.DESK_ADMIN,
        problems=(*_ACCESS, REASON_INVALID, LANGUAGE_MISSING, REASON_UNCHANGED, REASON_PROPOSED, REASON_CHANGED),
    )
    def post(self, call: Call) -> ReasonVersion:
        """Propose other words or actions for a reason, in both languages; a second person publishes them."""
        draft = ReasonDraft(call.data.get("words"), call.data.get("fix"), call.data.get("actions"))
        return reason_propose(actor=call.actor, code=call.data["code"], draft=draft)


class DeskReasonPublish(Resource):
    """Publishing somebody else's proposal."""

    @operation(
        summary="Publish a version of a reason code",
        output=ReasonVersionOut,
        scope=Scope.DESK_ADMIN,
        problems=(*_STEP, SECOND_PERSON),
    )
    def post(self, call: Call) -> ReasonVersion:
        """Publish a version that somebody else proposed; decisions quote it from now on, and it never changes."""
        return reason_publish(actor=call.actor, code=call.kwargs["code"], version=int(call.kwargs["version"]))


class DeskReasonWithdraw(Resource):
    """Taking a proposal back."""

    @operation(
        summary="Withdraw a proposed version of a reason code",
        output=ReasonVersionOut,
        scope=Scope.DESK_ADMIN,
        problems=_STEP,
    )
    def post(self, call: Call) -> ReasonVersion:
        """Take a proposal back, so that another one can be made."""
        return reason_withdraw(actor=call.actor, code=call.kwargs["code"], version=int(call.kwargs["version"]))
