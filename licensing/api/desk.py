"""The contract desk: cases, claims, notes, decisions and taking them back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.ids import Prefix
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from licensing.api.desk_shapes import (
    QUEUES,
    CaseDetailOut,
    CaseOut,
)
from licensing.api.inputs import StrictInput, word_of
from licensing.domain.deadlines import UNDO_WINDOW
from licensing.domain.errors import (
    CASE_CHANGED,
    CASE_CLOSED,
    CLAIMED_BY,
    CONFLICT_OF_INTEREST,
    COUNTER_REQUIRED,
    DECISION_UNKNOWN,
    NOT_CLAIMED,
    NOTE_EMPTY,
    REASON_REQUIRED,
    SECOND_PERSON,
    TOO_LATE,
)
from licensing.domain.reasons import CONTRACT_REASONS
from licensing.domain.states import CaseState, Decision, Queue
from licensing.models import ReviewCase
from licensing.selectors.agreements import case_get, cases_visible_to
from licensing.selectors.cases import IN_QUEUE
from licensing.services.claims import case_claim, case_heartbeat, case_note, case_release
from licensing.services.counters import Proposal
from licensing.services.review import case_decide, decision_undo

_ACCESS = (ROLE_MISSING, SCOPE_MISSING)
_REFUSALS = (*_ACCESS, CASE_CLOSED, CONFLICT_OF_INTEREST, SECOND_PERSON, SOMEBODY_WAS_FASTER, ILLEGAL_TRANSITION)


class CasesQuery(serializers.Serializer[Any]):
    """Which cases to list."""

    state = serializers.ChoiceField(choices=[str(state) for state in CaseState], required=False)
    queue = serializers.ChoiceField(choices=QUEUES, required=False)


class ProposalIn(StrictInput):
    """What is proposed for one clause: an approved fallback by its rank, other values, or other wording."""

    clause = serializers.CharField(max_length=40)
    fallback = serializers.IntegerField(required=False, min_value=1, max_value=99)
    parameters = serializers.DictField(required=False)
    text = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    translation = serializers.CharField(required=False, allow_blank=True, max_length=20_000)


class DecideIn(StrictInput):
    """A decision. `version` is the case version that was read; all but approve and escalate need reason and note.

    `undo_seconds`: how long it can be undone before it takes effect; 0 waives that.
    """

    decision = word_of(Decision)
    reason = word_of(CONTRACT_REASONS, required=False)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=4_000)
    version = serializers.IntegerField(min_value=1)
    counter = ProposalIn(many=True, required=False)
    undo_seconds = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=int(UNDO_WINDOW.total_seconds()),
        default=int(UNDO_WINDOW.total_seconds()),
    )


class NoteIn(StrictInput):
    """What to write down."""

    text = serializers.CharField(max_length=4_000)


class CaseCollection(Resource):
    """The desk's cases."""

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
        state, queue = call.query.get("state"), call.query.get("queue")
        cases = cases.filter(state=state) if state else cases
        return call.page(cases.filter(IN_QUEUE[Queue(queue)]) if queue else cases)


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
        problems=(*_REFUSALS, CLAIMED_BY),
    )
    def post(self, call: Call) -> ReviewCase:
        """Take a case for ten minutes; claiming again extends it. Nobody reviews their own organisation or words."""
        return case_claim(actor=call.actor, case_id=call.id("case_id", Prefix.CASE))


class CaseHeartbeat(Resource):
    """Keeping a case."""

    @operation(
        summary="Keep a claimed case",
        output=CaseOut,
        scope=Scope.DESK_REVIEW,
        problems=(*_ACCESS, CLAIMED_BY, CASE_CHANGED),
    )
    def post(self, call: Call) -> ReviewCase:
        """Say that somebody is still at work: the claim holds for another ten minutes."""
        return case_heartbeat(actor=call.actor, case_id=call.id("case_id", Prefix.CASE))


class CaseRelease(Resource):
    """Giving a case back."""

    @operation(
        summary="Release a claimed case",
        output=CaseOut,
        scope=Scope.DESK_REVIEW,
        problems=(*_ACCESS, CLAIMED_BY, CASE_CHANGED),
    )
    def post(self, call: Call) -> ReviewCase:
        """Give a case back undecided, for somebody else to take."""
        return case_release(actor=call.actor, case_id=call.id("case_id", Prefix.CASE))


class CaseNotes(Resource):
    """What colleagues should know."""

    @operation(
        summary="Write a note on a case",
        input=NoteIn,
        output=CaseDetailOut,
        status=201,
        scope=Scope.DESK_REVIEW,
        problems=(*_ACCESS, NOTE_EMPTY),
    )
    def post(self, call: Call) -> ReviewCase:
        """Write something down for the desk; creators do not see it. It needs no claim."""
        return case_note(actor=call.actor, case_id=call.id("case_id", Prefix.CASE), text=call.data["text"])


class CaseDecide(Resource):
    """Deciding a case."""

    @operation(
        summary="Decide a review case",
        input=DecideIn,
        output=CaseDetailOut,
        scope=Scope.DESK_REVIEW,
        idempotent=True,
        durable=True,
        problems=(
            *_REFUSALS,
            CASE_CHANGED,
            CLAIMED_BY,
            NOT_CLAIMED,
            REASON_REQUIRED,
            COUNTER_REQUIRED,
            DECISION_UNKNOWN,
        ),
    )
    def post(self, call: Call) -> ReviewCase:
        """Approve, ask for changes, refuse, counter or escalate. It takes effect after a minute; until then: undo.

        Critical clauses need two different people. A decision on an older version of the case changes nothing, and
        its note is kept with the case.
        """
        return case_decide(
            actor=call.actor,
            case_id=call.id("case_id", Prefix.CASE),
            decision=call.data["decision"],
            reason=call.data.get("reason", ""),
            note=call.data["note"],
            version=call.data["version"],
            counter=[_proposal(one) for one in call.data.get("counter", ())],
            undo_within=timedelta(seconds=call.data["undo_seconds"]),
        )


def _proposal(given: Mapping[str, Any]) -> Proposal:
    return Proposal(
        clause=given["clause"],
        fallback=given.get("fallback"),
        parameters=given.get("parameters", {}),
        text=given.get("text", ""),
        translation=given.get("translation", ""),
    )


class DecisionUndo(Resource):
    """Taking a decision back."""

    @operation(
        summary="Undo a decision",
        output=CaseDetailOut,
        scope=Scope.DESK_REVIEW,
        problems=(*_ACCESS, TOO_LATE, SOMEBODY_WAS_FASTER),
    )
    def post(self, call: Call) -> ReviewCase:
        """Take one's own decision back within its minute, before it takes effect; one holds the case again."""
        return decision_undo(actor=call.actor, decision_id=call.id("decision_id", Prefix.DECISION))
