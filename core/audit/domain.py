"""What an event says and how its digest is computed: all that somebody needs who recomputes the trail elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from core.accounts.actions import Action, OrganisationKind, Role, Scope

AUDIT_VIEW: Final = Action(
    "audit.view",
    Scope.DESK_ADMIN,
    frozenset({OrganisationKind.PLATFORM}),
    frozenset({Role.OWNER, Role.LEAD, Role.AUDITOR}),
)
"""Reading the trail, of every organisation: for the platform's own people only."""

PLATFORM_CHAIN: Final = UUID(int=0)
"""The chain of events that belong to no organisation."""
GENESIS: Final = "0" * 64
"""The digest before the first event of a chain."""
SYSTEM: Final = "system"
"""The actor of events that no person caused."""

Facts = Mapping[str, str | int | bool | list[str] | list[dict[str, str]] | dict[str, str] | None]


class Fault(StrEnum):
    """How a chain disagrees with itself."""

    MISSING = "event_missing"
    CHANGED = "event_changed"
    CUT_OFF = "end_cut_off"
    BEYOND = "event_beyond_end"
    END_UNKNOWN = "end_unknown"


FAULT_WORDS: Final[Mapping[Fault, str]] = {
    Fault.MISSING: "an event is missing",
    Fault.CHANGED: "an event was changed",
    Fault.CUT_OFF: "the end of the chain was cut off",
    Fault.BEYOND: "an event lies beyond the end of the chain",
    Fault.END_UNKNOWN: "the record of the chain's end is gone",
}


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def body_text(facts: Mapping[str, object]) -> str:
    """The facts of an event as the text that is stored and hashed: keys sorted, no spaces, nothing escaped."""
    return _text(facts)


def digest_of(previous: str, sequence: int, body: str) -> str:
    """SHA-256 in hexadecimal over the digest before, the place in the chain and the body, a line each."""
    return hashlib.sha256(f"{previous}\n{sequence}\n{body}".encode()).hexdigest()


def names(body: str, action: str, subject: str) -> bool:
    """Whether a body is about this action and subject: what rows are found by is not hashed, and must not differ."""
    return body.startswith(f'{{"action":{_text(action)},') and body.endswith(f'"subject":{_text(subject)}}}')


@dataclass(frozen=True, slots=True)
class Entry:
    """What an event says; nothing of what cannot be read, because whoever changed it may have left anything."""

    at: datetime | None
    actor: str
    role: str | None
    before: Any
    after: Any

    @property
    def person(self) -> UUID | None:
        """Who acted; None for the system."""
        return _uuid(self.actor.partition(":")[2])

    @property
    def organisation(self) -> UUID | None:
        """For whom they acted."""
        return _uuid(self.actor.partition(":")[0])


def entry_of(body: str) -> Entry:
    """Read a body."""
    try:
        facts = json.loads(body)
    except ValueError:
        facts = None
    given = facts if isinstance(facts, dict) else {}
    role = given.get("role")
    return Entry(
        at=_moment(given.get("at")),
        actor=str(given.get("actor", "")),
        role=role if isinstance(role, str) else None,
        before=given.get("before"),
        after=given.get("after"),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
