"""How cases, queues, decisions and notes of the desk look in JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.api.fields import PublicIdField
from core.clock import now
from core.ids import Prefix
from licensing.api.shapes import AmendmentOut, WordsIO, amendments_body, words
from licensing.domain.deadlines import SOON, due_words
from licensing.domain.reasons import CONTRACT_REASONS, Reason, ReasonCode, Versions, newest, reason_of, subject_of
from licensing.domain.states import WAITING, CaseState, Decision, Queue
from licensing.domain.wording import Language
from licensing.models import ReviewCase, ReviewDecision
from licensing.selectors.agreements import live_amendments
from licensing.selectors.cases import QueueCount, queue_of
from licensing.selectors.policies import policies_published
from licensing.selectors.reasons import reasons_published


class CaseOut(serializers.Serializer[Any]):
    """One case in the queue. `clock` is running, soon, late, paused (while the creator answers) or stopped.

    `snoozed_until`: when it comes back to whoever asks and put it aside; its deadline does not move.
    """

    id = PublicIdField(Prefix.CASE)
    state = serializers.ChoiceField(choices=[str(state) for state in CaseState])
    version = serializers.IntegerField()
    kind = serializers.CharField()
    queue = serializers.CharField()
    agreement_id = PublicIdField(Prefix.AGREEMENT)
    organisation = serializers.CharField()
    revision = serializers.IntegerField()
    clauses = serializers.ListField(child=serializers.CharField())
    approvals_needed = serializers.IntegerField()
    policy_version = serializers.IntegerField()
    approvals = serializers.IntegerField()
    claimed_by = serializers.CharField(allow_null=True)
    lease_until = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField()
    due = WordsIO()
    clock = serializers.CharField()
    snoozed_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    @override
    def to_representation(self, instance: ReviewCase) -> dict[str, Any]:
        """Show the case with its deadline in words."""
        shown: dict[str, Any] = super().to_representation(case_body(instance))
        return shown


class DeskDecisionOut(serializers.Serializer[Any]):
    """What a reviewer decided. Until `effective_at` it can be undone; `effected_at` says that it happened."""

    id = PublicIdField(Prefix.DECISION)
    reviewer = serializers.CharField()
    decision = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    reason_version = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    case_version = serializers.IntegerField()
    decided_at = serializers.DateTimeField()
    effective_at = serializers.DateTimeField()
    effected_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)


class NoteOut(serializers.Serializer[Any]):
    """What somebody at the desk wrote down. `unsent`: typed for a decision that came too late."""

    author = serializers.CharField()
    text = serializers.CharField()
    unsent = serializers.BooleanField()
    written_at = serializers.DateTimeField()


class ReasonOut(serializers.Serializer[Any]):
    """A reason a reviewer may give, and what the creator can do: `action` is the first of `actions`, if any."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    applies_to = serializers.CharField()
    words = WordsIO()
    fix = WordsIO()
    action = serializers.CharField(allow_null=True)
    actions = serializers.ListField(child=serializers.CharField())


class DeskQueueOut(serializers.Serializer[Any]):
    """How a queue stands."""

    queue = serializers.CharField()
    waiting = serializers.IntegerField()
    free = serializers.IntegerField()
    mine = serializers.IntegerField()
    late = serializers.IntegerField()
    due_within_4_hours = serializers.IntegerField(source="soon")
    snoozed = serializers.IntegerField()

    @override
    def to_representation(self, instance: QueueCount) -> dict[str, Any]:
        """Show the counts."""
        shown: dict[str, Any] = super().to_representation(instance)
        return {**shown, "queue": str(instance.queue)}


class CaseDetailOut(CaseOut):
    """One case with every change as a word diff in both languages."""

    language = serializers.CharField()
    amendments = AmendmentOut(many=True)
    decisions = DeskDecisionOut(many=True)
    notes = NoteOut(many=True)
    reasons = ReasonOut(many=True)

    @override
    def to_representation(self, instance: ReviewCase) -> dict[str, Any]:
        """Show the case with its changes, decisions, notes and the reasons to choose from."""
        body = {
            **case_body(instance),
            "language": instance.agreement.language,
            "amendments": amendments_body(instance.agreement, policies_published(), refused=True),
            "decisions": [_decision_body(row) for row in sorted(instance.decisions.all(), key=lambda row: row.id)],
            "notes": [
                {"author": row.author.name, "text": row.text, "unsent": row.unsent, "written_at": row.created_at}
                for row in sorted(instance.notes.all(), key=lambda row: row.id)
            ],
            "reasons": reasons_body(reasons_published(), CONTRACT_REASONS),
        }
        shown: dict[str, Any] = serializers.Serializer.to_representation(self, body)
        return shown


def reason_body(code: str, reason: Reason) -> dict[str, object]:
    """One version of a reason as `ReasonOut` shows it."""
    return {
        "code": code,
        "version": reason.version,
        "name": reason.name,
        "applies_to": str(subject_of(ReasonCode(code))),
        "words": words(reason.words),
        "fix": words(reason.fix),
        "action": str(reason.actions[0]) if reason.actions else None,
        "actions": [str(action) for action in reason.actions],
    }


def reasons_body(published: Versions, codes: Iterable[ReasonCode]) -> list[dict[str, object]]:
    """The reasons to choose from now."""
    return [reason_body(str(code), reason) for code, reason in newest(published, codes).items()]


def told_reason(row: ReviewDecision, published: Versions) -> dict[str, object]:
    """A decision's reason in the words of the version it was given in; nulls without one."""
    if not row.reason_code:
        return {"reason": None, "reason_version": None, "words": None, "fix": None, "action": None}
    reason = reason_of(published, row.reason_code, row.reason_version)
    body = reason_body(row.reason_code, reason)
    return {"reason": row.reason_code, "reason_version": reason.version} | {
        name: body[name] for name in ("words", "fix", "action")
    }


def _decision_body(row: ReviewDecision) -> dict[str, object]:
    return {
        "id": row.id,
        "reviewer": row.reviewer.name,
        "decision": row.decision,
        "reason": row.reason_code,
        "reason_version": row.reason_version,
        "note": row.note,
        "case_version": row.case_version,
        "decided_at": row.created_at,
        "effective_at": row.effective_at,
        "effected_at": row.effected_at,
        "undone_at": row.undone_at,
    }


def approvals_of(decisions: Iterable[ReviewDecision]) -> int:
    """How many approvals count."""
    return sum(row.decision == Decision.APPROVE and row.undone_at is None for row in decisions)


def _clock(case: ReviewCase) -> str:
    left = case.due_at - now()
    if case.paused_at is not None and case.state == CaseState.RETURNED:
        return "paused"
    if case.state not in WAITING:
        return "stopped"
    return "late" if left.total_seconds() < 0 else "soon" if left < SOON else "running"


def case_body(case: ReviewCase) -> dict[str, object]:
    """A case as `CaseOut` shows it; a claim that ran out is nobody's."""
    moment, clock, queue = now(), _clock(case), queue_of(case)
    held = case.lease_until is not None and case.lease_until > moment
    paused = case.paused_at if clock == "paused" else None
    return {
        "id": case.id,
        "state": case.state,
        "version": case.version,
        "kind": "contract_critical" if case.approvals_needed > 1 else "contract_custom",
        "queue": str(queue),
        "agreement_id": case.agreement_id,
        "organisation": case.agreement.organisation.name,
        "revision": case.revision,
        "clauses": [row.clause_version.code for row in live_amendments(case.agreement)],
        "approvals_needed": case.approvals_needed,
        "policy_version": case.policy_version,
        "approvals": approvals_of(case.decisions.all()),
        "claimed_by": case.claimed_by.name if case.claimed_by and held else None,
        "lease_until": case.lease_until if held else None,
        "due_at": case.due_at,
        "due": {str(language): due_words(case.due_at, moment, language, paused) for language in Language},
        "clock": clock,
        "snoozed_until": next((row.until for row in case.snoozes.all()), None),
        "created_at": case.created_at,
    }


QUEUES = tuple(str(queue) for queue in Queue)
