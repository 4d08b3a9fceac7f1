"""What can be done about withdrawals and claims, and by whom."""

from __future__ import annotations

from typing import Final

from core.accounts.actions import Action, OrganisationKind, Role, Scope

_STUDIO: Final = frozenset({OrganisationKind.STUDIO})
_BUYER: Final = frozenset({OrganisationKind.BUYER})
_PLATFORM: Final = frozenset({OrganisationKind.PLATFORM})

CLIP_WITHDRAW: Final = Action("clip.withdraw", Scope.LIBRARY_WRITE, _STUDIO, frozenset({Role.OWNER, Role.MANAGER}))
WITHDRAWAL_VIEW: Final = Action(
    "withdrawal.view", Scope.LIBRARY_READ, _STUDIO, frozenset({Role.OWNER, Role.MANAGER, Role.UPLOADER})
)
NOTICE_VIEW: Final = Action(
    "notice.view",
    Scope.LICENCES_READ,
    _BUYER,
    frozenset({Role.OWNER, Role.ENGINEER, Role.LEGAL, Role.PROCUREMENT, Role.VIEWER}),
)
NOTICE_ATTEST: Final = Action("notice.attest", Scope.LICENCES_READ, _BUYER, frozenset({Role.OWNER, Role.LEGAL}))
CLAIM_VIEW: Final = Action(
    "claim.view", Scope.DESK_REVIEW, _PLATFORM, frozenset({Role.CONTRACT, Role.FOOTAGE, Role.LEAD, Role.AUDITOR})
)
CLAIM_DECIDE: Final = Action(
    "claim.decide", Scope.DESK_REVIEW, _PLATFORM, frozenset({Role.CONTRACT, Role.FOOTAGE, Role.LEAD})
)
