"""What can be done in the library, and by whom."""

from __future__ import annotations

from typing import Final

from core.accounts.actions import Action, OrganisationKind, Role, Scope

_STUDIO: Final = frozenset({OrganisationKind.STUDIO})
_PLATFORM: Final = frozenset({OrganisationKind.PLATFORM})
_HANDS: Final = frozenset({Role.OWNER, Role.MANAGER, Role.UPLOADER})

UPLOAD_WRITE: Final = Action("upload.write", Scope.LIBRARY_WRITE, _STUDIO, _HANDS)
CLIP_DESCRIBE: Final = Action("clip.describe", Scope.LIBRARY_WRITE, _STUDIO, _HANDS)
LIBRARY_VIEW: Final = Action("library.view", Scope.LIBRARY_READ, _STUDIO, _HANDS | {Role.ACCOUNTANT})
LIBRARY_REVIEW: Final = Action(
    "library.review",
    Scope.DESK_REVIEW,
    _PLATFORM,
    frozenset({Role.OWNER, Role.CONTRACT, Role.FOOTAGE, Role.OPERATIONS, Role.LEAD, Role.AUDITOR}),
)
"""The desk sees every organisation's footage; it changes none through the library."""
UPLOAD_EXPIRE: Final = Action(
    "upload.expire", Scope.DESK_ADMIN, _PLATFORM, frozenset({Role.OWNER, Role.OPERATIONS, Role.LEAD})
)
OWNERSHIP_SETTLE: Final = Action(
    "ownership.settle",
    Scope.DESK_REVIEW,
    _PLATFORM,
    frozenset({Role.OWNER, Role.CONTRACT, Role.FOOTAGE, Role.OPERATIONS, Role.LEAD}),
)
"""Deciding whose footage it is; an auditor only looks."""
STORAGE_KEEP: Final = Action(
    "storage.keep", Scope.DESK_ADMIN, _PLATFORM, frozenset({Role.OWNER, Role.OPERATIONS, Role.LEAD})
)
"""Moving masters between tiers, and telling owners what sleeps."""
