"""The only place that says yes: may this actor do this action to this owner's things?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.accounts.actions import Action, OrganisationKind, Role, Scope
from core.errors import ErrorCode, Kind
from core.ids import NOT_FOUND

ROLE_MISSING = ErrorCode("role_missing", Kind.FORBIDDEN, "Your role does not allow this")
SCOPE_MISSING = ErrorCode("scope_missing", Kind.FORBIDDEN, "This key was not given that permission")

__all__ = ["Action", "Actor", "OrganisationKind", "Role", "Scope", "allowed", "require"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting: a person in one organisation, or the system's own jobs."""

    user_id: UUID | None
    organisation_id: UUID | None
    organisation_kind: OrganisationKind | None
    role: Role | None
    scopes: frozenset[Scope]

    @classmethod
    def system(cls) -> Actor:
        """The installation itself, working on jobs it was given."""
        return cls(None, None, None, None, frozenset(Scope))

    @property
    def is_system(self) -> bool:
        """Whether no person stands behind this."""
        return self.user_id is None

    @property
    def key(self) -> str:
        """A stable text naming the actor, for idempotency and logs."""
        return "system" if self.is_system else f"{self.organisation_id}:{self.user_id}"


def require(actor: Actor, action: Action, owner_id: UUID | None = None) -> None:
    """Refuse unless the actor may do ``action``; ``owner_id`` is the organisation that owns the subject.

    Somebody else's things are ``not_found``: an id tells nothing. A missing role or scope is ``forbidden``.
    """
    if actor.is_system:
        return
    if owner_id is not None and owner_id != actor.organisation_id:
        raise NOT_FOUND("Nothing here under that id, or it is not yours to see.")
    if actor.organisation_kind not in action.kinds or actor.role not in action.roles:
        needed = ", ".join(sorted(action.roles))
        raise ROLE_MISSING(f"This needs one of the roles {needed}; ask an owner of your organisation. Nothing changed.")
    if action.scope not in actor.scopes:
        raise SCOPE_MISSING(f"The key lacks the scope {action.scope}; make one that has it. Nothing changed.")


def allowed(actor: Actor, action: Action, owner_id: UUID | None = None) -> bool:
    """Whether ``require`` would let this pass; for showing or hiding a button."""
    if actor.is_system:
        return True
    if owner_id is not None and owner_id != actor.organisation_id:
        return False
    return actor.organisation_kind in action.kinds and actor.role in action.roles and action.scope in actor.scopes
