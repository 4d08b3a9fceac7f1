"""What can be done with terms, contracts, use cases and declarations, and by whom."""

from __future__ import annotations

from typing import Final

from core.accounts.actions import Action, OrganisationKind, Role, Scope

_STUDIO: Final = frozenset({OrganisationKind.STUDIO})
_BUYER: Final = frozenset({OrganisationKind.BUYER})
_PLATFORM: Final = frozenset({OrganisationKind.PLATFORM})

# Terms, agreements and review.
TERMS_VIEW: Final = Action(
    "terms.view",
    Scope.TERMS_WRITE,
    _STUDIO,
    frozenset({Role.OWNER, Role.MANAGER, Role.UPLOADER, Role.ACCOUNTANT}),
)
TERMS_WRITE: Final = Action("terms.write", Scope.TERMS_WRITE, _STUDIO, frozenset({Role.OWNER, Role.MANAGER}))
AGREEMENT_SIGN: Final = Action("agreement.sign", Scope.TERMS_WRITE, _STUDIO, frozenset({Role.OWNER}))
CASE_VIEW: Final = Action(
    "case.view",
    Scope.DESK_REVIEW,
    _PLATFORM,
    frozenset({Role.CONTRACT, Role.LEAD, Role.AUDITOR}),
)
CASE_REVIEW: Final = Action("case.review", Scope.DESK_REVIEW, _PLATFORM, frozenset({Role.CONTRACT, Role.LEAD}))
CASE_LEAD: Final = Action("case.lead", Scope.DESK_REVIEW, _PLATFORM, frozenset({Role.LEAD}))

# Prices, use cases and declarations.
USE_CASE_VIEW: Final = Action(
    "use_case.view",
    Scope.CATALOG_READ,
    _BUYER,
    frozenset({Role.OWNER, Role.ENGINEER, Role.LEGAL, Role.PROCUREMENT, Role.VIEWER}),
)
USE_CASE_WRITE: Final = Action(
    "use_case.write",
    Scope.QUOTES_WRITE,
    _BUYER,
    frozenset({Role.OWNER, Role.ENGINEER, Role.LEGAL, Role.PROCUREMENT}),
)
USE_CASE_APPROVE: Final = Action("use_case.approve", Scope.QUOTES_WRITE, _BUYER, frozenset({Role.OWNER, Role.LEGAL}))
CLIP_DECLARE: Final = Action(
    "clip.declare",
    Scope.LIBRARY_WRITE,
    _STUDIO,
    frozenset({Role.OWNER, Role.MANAGER, Role.UPLOADER}),
)

# People, places and their releases.
RELEASE_VIEW: Final = Action(
    "release.view",
    Scope.LIBRARY_READ,
    _STUDIO,
    frozenset({Role.OWNER, Role.MANAGER, Role.UPLOADER}),
)
RELEASE_WRITE: Final = Action(
    "release.write",
    Scope.LIBRARY_WRITE,
    _STUDIO,
    frozenset({Role.OWNER, Role.MANAGER, Role.UPLOADER}),
)
RELEASE_REVOKE: Final = Action("release.revoke", Scope.LIBRARY_WRITE, _STUDIO, frozenset({Role.OWNER, Role.MANAGER}))
