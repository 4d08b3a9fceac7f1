"""What the desk does with clauses, rate cards, reasons and its policy. Publishing any of them takes two people."""

from __future__ import annotations

from typing import Final

from core.accounts.actions import Action, OrganisationKind, Role, Scope

_PLATFORM: Final = frozenset({OrganisationKind.PLATFORM})

CLAUSE_VIEW: Final = Action(
    "clause.view", Scope.DESK_ADMIN, _PLATFORM, frozenset({Role.OWNER, Role.CONTRACT, Role.LEAD, Role.AUDITOR})
)
CLAUSE_PUBLISH: Final = Action(
    "clause.publish", Scope.DESK_ADMIN, _PLATFORM, frozenset({Role.OWNER, Role.CONTRACT, Role.LEAD})
)
RATE_CARD_VIEW: Final = Action(
    "rate_card.view",
    Scope.DESK_ADMIN,
    _PLATFORM,
    frozenset({Role.OWNER, Role.FINANCE, Role.OPERATIONS, Role.LEAD, Role.AUDITOR}),
)
RATE_CARD_PUBLISH: Final = Action(
    "rate_card.publish", Scope.DESK_ADMIN, _PLATFORM, frozenset({Role.OWNER, Role.FINANCE, Role.LEAD})
)
REASON_VIEW: Final = Action(
    "reason.view",
    Scope.DESK_REVIEW,
    _PLATFORM,
    frozenset({Role.OWNER, Role.CONTRACT, Role.FOOTAGE, Role.LEAD, Role.AUDITOR}),
)
REASON_PUBLISH: Final = Action(
    "reason.publish",
    Scope.DESK_ADMIN,
    _PLATFORM,
    frozenset({Role.OWNER, Role.CONTRACT, Role.FOOTAGE, Role.LEAD}),
)
POLICY_VIEW: Final = Action(
    "policy.view", Scope.DESK_ADMIN, _PLATFORM, frozenset({Role.OWNER, Role.CONTRACT, Role.LEAD, Role.AUDITOR})
)
POLICY_PUBLISH: Final = Action("policy.publish", Scope.DESK_ADMIN, _PLATFORM, frozenset({Role.OWNER, Role.LEAD}))
