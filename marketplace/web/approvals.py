"""How a use case stands with the buyer's own legal people, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.accounts.policy import Actor, allowed
from licensing.domain.actions import USE_CASE_APPROVE, USE_CASE_WRITE
from licensing.domain.approval import STANDING, ApprovalState
from licensing.models import UseCase
from licensing.selectors.approvals import Approval, approval_of
from licensing.selectors.pricing import newest_version
from marketplace.web.said import Badge

BADGES: Final[Mapping[str, Badge]] = {
    ApprovalState.DRAFT: Badge(_("Not approved yet"), "", "…"),
    ApprovalState.REQUESTED: Badge(_("Approval asked for"), "info", "…"),
    ApprovalState.APPROVED: Badge(_("Approved"), "ok", "✓"),
    ApprovalState.REFUSED: Badge(_("Approval refused"), "warn", "!"),
}


@dataclass(frozen=True, slots=True)
class ApprovalShown:
    """The newest version's standing, and what its reader may do about it."""

    version: int
    badge: Badge
    approval: Approval
    may_ask: bool
    may_decide: bool
    waits_for_another: bool
    """One may answer requests, but not one's own."""


def approval_shown(actor: Actor, use_case: UseCase) -> ApprovalShown:
    """Return how a use case's newest version stands."""
    version = newest_version(use_case)
    approval = approval_of(version)
    asked = approval.state is ApprovalState.REQUESTED
    own = asked and approval.asked_by_id == actor.user_id
    return ApprovalShown(
        version.number,
        BADGES[approval.state],
        approval,
        approval.state not in STANDING and allowed(actor, USE_CASE_WRITE),
        asked and not own and allowed(actor, USE_CASE_APPROVE),
        own,
    )
