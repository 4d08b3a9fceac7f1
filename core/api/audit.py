"""The audit trail at the desk: who did what to which thing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.accounts import OrganisationOut
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.audit.domain import PLATFORM_CHAIN
from core.audit.selectors import (
    NO_PERSON,
    Asked,
    Line,
    events_visible_to,
    lines_of,
)
from core.ids import Prefix

_ACCESS = (ROLE_MISSING, SCOPE_MISSING)


class IdOrWord(PublicIdField):
    """A public id, or one word that stands for a UUID of its own."""

    def __init__(self, prefix: Prefix, word: str, value: UUID, **kwargs: Any) -> None:
        self.word, self.value = word, value
        super().__init__(prefix, **kwargs)

    @override
    def to_representation(self, value: UUID) -> str:
        return self.word if value == self.value else super().to_representation(value)

    @override
    def to_internal_value(self, data: object) -> UUID:
        return self.value if data == self.word else super().to_internal_value(data)


def chain_field(**kwargs: Any) -> IdOrWord:
    """A chain: the organisation it belongs to, or `platform` for what belongs to none."""
    return IdOrWord(Prefix.ORGANISATION, "platform", PLATFORM_CHAIN, **kwargs)


class AuditQuery(serializers.Serializer[Any]):
    """Which events."""

    subject = serializers.CharField(required=False, max_length=80, help_text="A public id, such as cas_….")
    action = serializers.CharField(
        required=False, max_length=80, help_text="One action (`case.decided`), or all of a thing (`case`)."
    )
    actor = IdOrWord(
        Prefix.USER, "system", NO_PERSON, required=False, help_text="A person's id, or `system`: nobody's."
    )
    organisation = chain_field(required=False, help_text="Whose chain: an organisation's id, or `platform`.")
    since = serializers.DateTimeField(required=False, help_text="From this moment on.")
    until = serializers.DateTimeField(required=False, help_text="Before this moment.")


class ActorOut(serializers.Serializer[Any]):
    """Who acted. The name is told of the reader's own colleagues only; `system`: no person did."""

    id = PublicIdField(Prefix.USER, allow_null=True)
    name = serializers.CharField(allow_null=True)
    system = serializers.BooleanField()
    organisation = OrganisationOut(allow_null=True)


class AuditEventOut(serializers.Serializer[Any]):
    """One event. `digest` is the SHA-256 of `previous`, `sequence` and the stored body, a line each."""

    id = PublicIdField(Prefix.EVENT)
    chain = chain_field()
    organisation = OrganisationOut(allow_null=True)
    sequence = serializers.IntegerField()
    at = serializers.DateTimeField(allow_null=True, help_text="Null when the body was made unreadable.")
    actor = ActorOut()
    role = serializers.CharField(allow_null=True, help_text="In which role; null for the system and in old events.")
    action = serializers.CharField()
    subject = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    previous = serializers.CharField()
    digest = serializers.CharField()
    intact = serializers.BooleanField(help_text="Whether it hashes to its digest. Its neighbours: /desk/audit/verify.")

    @override
    def to_representation(self, instance: Line) -> dict[str, Any]:
        """Show the event."""
        event, entry = instance.event, instance.entry
        actor = {
            "id": entry.person,
            "name": instance.person,
            "system": entry.person is None,
            "organisation": instance.acting,
        }
        shown: dict[str, Any] = super().to_representation(
            {
                "id": event.pk,
                "chain": event.chain,
                "organisation": instance.chain,
                "sequence": event.sequence,
                "at": entry.at,
                "actor": actor,
                "role": entry.role,
                "action": event.action,
                "subject": event.subject,
                "before": entry.before,
                "after": entry.after,
                "previous": event.previous,
                "digest": event.digest,
                "intact": instance.intact,
            }
        )
        return shown


class AuditCollection(Resource):
    """What happened."""

    @operation(
        summary="List audit events",
        query=AuditQuery,
        output=AuditEventOut,
        paginated=True,
        scope=Scope.DESK_ADMIN,
        problems=(*_ACCESS, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Line]:
        """Return events of every organisation, newest first; each names who did what to which thing."""
        page = call.page(events_visible_to(call.actor, asked_in(call.query)))
        return Page(lines_of(call.actor, page.data), page.next_cursor)


def asked_in(query: dict[str, Any]) -> Asked:
    """The conditions in a validated query."""
    wanted = ("subject", "action", "actor", "organisation", "since", "until")
    return Asked(**{name: query[name] for name in wanted if query.get(name) is not None})
