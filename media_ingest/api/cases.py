"""Ownership cases at the desk: who has the same footage, and whose it is."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers
from typing_extensions import override

from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, Scope
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.ids import Prefix
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from media_ingest.domain.errors import OWN_FOOTAGE, SETTLEMENT_NOTE
from media_ingest.domain.ownership import CaseKind, Outcome, OwnershipState
from media_ingest.models import Asset, OwnershipCase
from media_ingest.selectors import ownership_case_get, ownership_cases_visible_to
from media_ingest.services.cases import ownership_case_settle

_ACCESS: Final = (ROLE_MISSING, SCOPE_MISSING)
_NOTE_LENGTH: Final = 4_000


class OwnershipCaseQuery(serializers.Serializer[Any]):
    """Which cases."""

    state = serializers.ChoiceField(choices=[str(state) for state in OwnershipState], required=False)
    kind = serializers.ChoiceField(choices=[str(kind) for kind in CaseKind], required=False)


class OwnershipSettle(serializers.Serializer[Any]):
    """The decision and what it rests on."""

    outcome = serializers.ChoiceField(choices=[str(outcome) for outcome in Outcome])
    note = serializers.CharField(max_length=_NOTE_LENGTH, allow_blank=True)


class PartyOut(serializers.Serializer[Any]):
    """One of the two files, and whose it is."""

    asset_id = PublicIdField(Prefix.ASSET)
    organisation_id = PublicIdField(Prefix.ORGANISATION)
    organisation = serializers.CharField()
    original_name = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    duration_ms = serializers.IntegerField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    recorded_at = serializers.DateTimeField(allow_null=True, help_text="When the camera says it was recorded.")
    received_at = serializers.DateTimeField()


class OwnershipCaseOut(serializers.Serializer[Any]):
    """A file, an earlier one of somebody else that shows the same, and what the desk decided."""

    id = PublicIdField(Prefix.OWNERSHIP_CASE)
    kind = serializers.ChoiceField(choices=[str(kind) for kind in CaseKind])
    state = serializers.ChoiceField(choices=[str(state) for state in OwnershipState])
    outcome = serializers.ChoiceField(choices=[str(outcome) for outcome in Outcome], allow_null=True)
    this = PartyOut(help_text="The later file; it is held while the case is open.")
    other = PartyOut(help_text="The earlier file.")
    evidence = serializers.DictField()
    note = serializers.CharField()
    settled_by = serializers.CharField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    @override
    def to_representation(self, instance: OwnershipCase) -> dict[str, Any]:
        """Show the case with both parties."""
        body = {
            "id": instance.pk,
            "kind": instance.kind,
            "state": instance.state,
            "outcome": instance.outcome or None,
            "this": _party(instance.asset),
            "other": _party(instance.other),
            "evidence": instance.evidence,
            "note": instance.note,
            "settled_by": instance.settled_by.name if instance.settled_by else None,
            "settled_at": instance.settled_at,
            "created_at": instance.created_at,
        }
        shown: dict[str, Any] = super().to_representation(body)
        return shown


def _party(asset: Asset) -> dict[str, object]:
    return {
        "asset_id": asset.pk,
        "organisation_id": asset.organisation_id,
        "organisation": asset.organisation.name,
        "original_name": asset.original_name,
        "sha256": asset.sha256,
        "size_bytes": asset.size_bytes,
        "duration_ms": asset.duration_ms,
        "width": asset.width,
        "height": asset.height,
        "recorded_at": asset.recorded_at,
        "received_at": asset.created_at,
    }


class OwnershipCaseCollection(Resource):
    """The desk's questions of ownership."""

    @operation(
        summary="List ownership cases",
        query=OwnershipCaseQuery,
        output=OwnershipCaseOut,
        paginated=True,
        problems=_ACCESS,
        scope=Scope.DESK_REVIEW,
    )
    def get(self, call: Call) -> Page[OwnershipCase]:
        """Return ownership cases, newest first; ``state=open`` are those that wait for a decision."""
        wanted = {name: call.query[name] for name in ("state", "kind") if call.query.get(name)}
        return call.page(ownership_cases_visible_to(call.actor).filter(**wanted))


class OwnershipCaseDetail(Resource):
    """One question of ownership."""

    @operation(summary="Read an ownership case", output=OwnershipCaseOut, problems=_ACCESS, scope=Scope.DESK_REVIEW)
    def get(self, call: Call) -> OwnershipCase:
        """Return both files, their owners, and what the two have in common."""
        return ownership_case_get(call.actor, call.id("ownership_case_id", Prefix.OWNERSHIP_CASE))


class OwnershipCaseSettle(Resource):
    """Answering a question of ownership."""

    @operation(
        summary="Settle an ownership case",
        input=OwnershipSettle,
        output=OwnershipCaseOut,
        problems=(*_ACCESS, OWN_FOOTAGE, SETTLEMENT_NOTE, ILLEGAL_TRANSITION, SOMEBODY_WAS_FASTER),
        scope=Scope.DESK_REVIEW,
    )
    def post(self, call: Call) -> OwnershipCase:
        """Decide whose footage it is: the later file stays held, is released, or takes the earlier one's place.

        Nobody settles a case of an organisation they belong to. Owners read that a file is held and why, never whose
        the other one is.
        """
        return ownership_case_settle(
            actor=call.actor,
            case_id=call.id("ownership_case_id", Prefix.OWNERSHIP_CASE),
            outcome=Outcome(call.data["outcome"]),
            note=call.data["note"],
        )
