"""The contract desk's queues: how they stand, in what order cases wait, and what somebody put aside."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import MoneyField
from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND, Prefix
from licensing.api.desk_shapes import QUEUES, CaseDetailOut, CaseOut, DeskQueueOut, case_body
from licensing.api.inputs import StrictInput
from licensing.domain.errors import CASE_CLOSED, SNOOZE_UNTIL
from licensing.domain.states import Queue
from licensing.models import ReviewCase
from licensing.selectors.cases import QueueCount, queues
from licensing.selectors.queueing import Ranked, cases_put_aside, cases_waiting
from licensing.services.claims import case_next
from licensing.services.snoozing import case_snooze, case_wake

_ACCESS = (ROLE_MISSING, SCOPE_MISSING)


class QueueQuery(serializers.Serializer[Any]):
    """Which part of a queue."""

    snoozed = serializers.BooleanField(required=False, default=False, help_text="Only what one put aside oneself.")


class SnoozeIn(StrictInput):
    """When it comes back: a moment within the next two weeks."""

    until = serializers.DateTimeField()


class RankedCaseOut(CaseOut):
    """A waiting case in its place. `value` is the money of open quotes that hold this creator's clips."""

    value = serializers.ListField(child=MoneyField())

    @override
    def to_representation(self, instance: ReviewCase | Ranked) -> dict[str, Any]:
        """Show the case with the money that hangs on it."""
        ranked = instance if isinstance(instance, Ranked) else Ranked(instance, ())
        body = {**case_body(ranked.case), "value": list(ranked.value)}
        shown: dict[str, Any] = serializers.Serializer.to_representation(self, body)
        return shown


def _queue(call: Call) -> Queue:
    name = call.kwargs["queue"]
    if name not in QUEUES:
        raise NOT_FOUND(f"There is no queue {name!r}; one of {', '.join(QUEUES)}.")
    return Queue(name)


class QueueCollection(Resource):
    """The desk's queues."""

    @operation(
        summary="List the desk's queues", output=DeskQueueOut, many=True, scope=Scope.DESK_REVIEW, problems=_ACCESS
    )
    def get(self, call: Call) -> list[QueueCount]:
        """Return what waits in each queue, what is mine, what is late and what is due within four hours."""
        return queues(call.actor)


class QueueNext(Resource):
    """The next case of a queue."""

    @operation(
        summary="Take the next case of a queue",
        output=CaseDetailOut,
        may_be_empty=True,
        scope=Scope.DESK_REVIEW,
        problems=_ACCESS,
    )
    def post(self, call: Call) -> ReviewCase | None:
        """Claim the most urgent case that one may take, for ten minutes; 204 when there is none."""
        return case_next(actor=call.actor, queue=_queue(call))


class QueueDetail(Resource):
    """What waits in one queue."""

    @operation(
        summary="List a queue in the order it is worked off",
        query=QueueQuery,
        output=RankedCaseOut,
        many=True,
        scope=Scope.DESK_REVIEW,
        problems=(*_ACCESS, NOT_FOUND),
    )
    def get(self, call: Call) -> list[Ranked]:
        """Return the first hundred cases: what is due first, by the hour, then what most money hangs on, then age.

        What one put aside is left out until it comes back; `snoozed=true` lists it.
        """
        listed = cases_put_aside if call.query["snoozed"] else cases_waiting
        return listed(call.actor, _queue(call))[:100]


class CaseSnooze(Resource):
    """Putting a case aside."""

    @operation(
        summary="Put a case aside until a time",
        input=SnoozeIn,
        output=CaseDetailOut,
        scope=Scope.DESK_REVIEW,
        problems=(*_ACCESS, NOT_FOUND, CASE_CLOSED, SNOOZE_UNTIL),
    )
    def post(self, call: Call) -> ReviewCase:
        """Be reminded of a case later, oneself only: its deadline stays, others may take it, a claim is given back."""
        case_id = call.id("case_id", Prefix.CASE)
        return case_snooze(actor=call.actor, case_id=case_id, until=call.data["until"])

    @operation(
        summary="Have a case back that was put aside",
        output=CaseDetailOut,
        scope=Scope.DESK_REVIEW,
        problems=(*_ACCESS, NOT_FOUND),
    )
    def delete(self, call: Call) -> ReviewCase:
        """Have it back now; nothing happens when it is back already."""
        return case_wake(actor=call.actor, case_id=call.id("case_id", Prefix.CASE))
