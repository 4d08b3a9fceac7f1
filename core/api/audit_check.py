"""Whether anybody touched the audit trail: the chains recomputed, part by part."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.accounts import OrganisationOut
from core.api.audit import chain_field
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, cursor_read, cursor_write
from core.audit.chains import BEGINNING, CheckedChain, Part, Place
from core.audit.domain import FAULT_WORDS, Fault
from core.audit.selectors import chains_checked, organisations_named
from core.ids import Prefix


class CheckQuery(serializers.Serializer[Any]):
    """Where to go on."""

    cursor = serializers.CharField(required=False, max_length=300)


class FaultOut(serializers.Serializer[Any]):
    """Where a chain first disagrees with itself; what follows in it is not looked at."""

    sequence = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=[str(fault) for fault in Fault])
    detail = serializers.CharField()
    event_id = PublicIdField(Prefix.EVENT, allow_null=True, help_text="The event, if it was changed.")


class CheckedChainOut(serializers.Serializer[Any]):
    """One chain: how many events it has, and the digest of the last. Keep it: later chains must go on from it."""

    chain = chain_field()
    organisation = OrganisationOut(allow_null=True)
    events = serializers.IntegerField()
    digest = serializers.CharField()
    fault = FaultOut(allow_null=True)


class CheckOut(serializers.Serializer[Any]):
    """What this part of the check found. `whole`: no chain in it has a fault."""

    whole = serializers.BooleanField()
    events = serializers.IntegerField(help_text="Events recomputed in this part.")
    chains = serializers.IntegerField(help_text="Chains that end in this part.")
    heads = CheckedChainOut(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class AuditCheck(Resource):
    """Whether anybody touched it."""

    @operation(
        summary="Check the audit chains",
        query=CheckQuery,
        output=CheckOut,
        scope=Scope.DESK_ADMIN,
        problems=(ROLE_MISSING, SCOPE_MISSING, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Recompute the chains, 50,000 events at a time; go on with `next_cursor` while `has_more`."""
        cursor = call.query.get("cursor")
        return check_body(chains_checked(call.actor, place_in(cursor) if cursor else BEGINNING))


def check_body(part: Part) -> dict[str, Any]:
    """A part of a check as it is shown: its chains with their organisations."""
    owners = organisations_named(checked.chain for checked in part.chains)
    return {
        "whole": all(checked.fault is None for checked in part.chains),
        "events": part.events,
        "chains": len(part.chains),
        "heads": [{**_head_body(one), "organisation": owners.get(one.chain)} for one in part.chains],
        "next_cursor": cursor_at(part.goes_on) if part.goes_on else None,
        "has_more": part.goes_on is not None,
    }


def _head_body(checked: CheckedChain) -> dict[str, Any]:
    fault = checked.fault
    body: dict[str, Any] = {"chain": checked.chain, "events": checked.events, "digest": checked.digest, "fault": None}
    if fault is not None:
        body["fault"] = {
            "sequence": fault.sequence,
            "reason": fault.reason,
            "detail": FAULT_WORDS[fault.reason],
            "event_id": fault.event,
        }
    return body


def cursor_at(place: Place) -> str:
    """A place as a cursor: signed, because a check believes what it says was whole."""
    return cursor_write(f"{place.chain}.{place.sequence}.{place.digest}")


def place_in(cursor: str) -> Place:
    """The place in a cursor of this list, or `cursor_unreadable`."""
    try:
        chain, sequence, digest = cursor_read(cursor).split(".")
        return Place(UUID(chain), int(sequence), digest)
    except ValueError as error:
        raise CURSOR_UNREADABLE("This cursor is of another list. Start again without it.") from error
