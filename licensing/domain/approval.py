"""A buyer's own people approve what their organisation wants footage for: the life of one version of a use case."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.states import Machine


class ApprovalState(StrEnum):
    """Where a version of a use case stands with the buyer's legal people."""

    DRAFT = "draft"
    """Stated, and nobody asked. Every new version begins here."""
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"


class RequestState(StrEnum):
    """Where one request for approval stands: a version nobody asked for has none."""

    REQUESTED = ApprovalState.REQUESTED.value
    APPROVED = ApprovalState.APPROVED.value
    REFUSED = ApprovalState.REFUSED.value


class ApprovalEvent(StrEnum):
    """What can happen to a version of a use case."""

    REQUEST = "request"
    APPROVE = "approve"
    REFUSE = "refuse"


APPROVAL_MACHINE: Final = Machine(
    "use case version",
    {
        ApprovalState.DRAFT: {ApprovalEvent.REQUEST: ApprovalState.REQUESTED},
        ApprovalState.REQUESTED: {
            ApprovalEvent.APPROVE: ApprovalState.APPROVED,
            ApprovalEvent.REFUSE: ApprovalState.REFUSED,
        },
        ApprovalState.REFUSED: {ApprovalEvent.REQUEST: ApprovalState.REQUESTED},
        ApprovalState.APPROVED: {},
    },
)

STANDING: Final = (ApprovalState.REQUESTED, ApprovalState.APPROVED)
"""States in which nothing more is asked."""


class ApprovalAnswer(StrEnum):
    """What whoever is asked may answer."""

    APPROVE = "approve"
    REFUSE = "refuse"
