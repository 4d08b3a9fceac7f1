"""State machines of clause versions, agreements, amendments and review cases, as data."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.states import Machine


class ClauseState(StrEnum):
    """Life of one version of a clause."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    RETIRED = "retired"


class ClauseEvent(StrEnum):
    """What can happen to a clause version."""

    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    RETIRE = "retire"


CLAUSE_MACHINE: Final = Machine(
    "clause version",
    {
        ClauseState.DRAFT: {ClauseEvent.SUBMIT: ClauseState.IN_REVIEW},
        ClauseState.IN_REVIEW: {
            ClauseEvent.APPROVE: ClauseState.APPROVED,
            ClauseEvent.RETURN: ClauseState.DRAFT,
        },
        ClauseState.APPROVED: {ClauseEvent.RETIRE: ClauseState.RETIRED},
        ClauseState.RETIRED: {},
    },
)


class AgreementState(StrEnum):
    """Life of an agreement between a creator and the platform."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    COUNTERED = "countered"
    APPROVED = "approved"
    SIGNED = "signed"
    ENDED = "ended"


class AgreementEvent(StrEnum):
    """What can happen to an agreement."""

    SUBMIT = "submit"
    RECALL = "recall"
    COUNTER = "counter"
    REFUSE = "refuse"
    APPROVE = "approve"
    CLEAR = "clear"
    REOPEN = "reopen"
    SIGN = "sign"
    END = "end"


AGREEMENT_MACHINE: Final = Machine(
    "agreement",
    {
        AgreementState.DRAFT: {
            AgreementEvent.SUBMIT: AgreementState.IN_REVIEW,
            AgreementEvent.CLEAR: AgreementState.APPROVED,
        },
        AgreementState.IN_REVIEW: {
            AgreementEvent.APPROVE: AgreementState.APPROVED,
            AgreementEvent.COUNTER: AgreementState.COUNTERED,
            AgreementEvent.REFUSE: AgreementState.DRAFT,
            AgreementEvent.RECALL: AgreementState.DRAFT,
        },
        AgreementState.COUNTERED: {
            AgreementEvent.SUBMIT: AgreementState.IN_REVIEW,
            AgreementEvent.CLEAR: AgreementState.APPROVED,
        },
        AgreementState.APPROVED: {
            AgreementEvent.REOPEN: AgreementState.DRAFT,
            AgreementEvent.SIGN: AgreementState.SIGNED,
        },
        AgreementState.SIGNED: {AgreementEvent.END: AgreementState.ENDED},
        AgreementState.ENDED: {},
    },
)

EDITABLE: Final = (AgreementState.DRAFT, AgreementState.COUNTERED)
"""States in which the creator may change the proposal."""


class AmendmentState(StrEnum):
    """Where a proposed change stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CaseState(StrEnum):
    """Life of one review task."""

    OPEN = "open"
    CLAIMED = "claimed"
    DECIDED = "decided"
    RETURNED = "returned"
    ESCALATED = "escalated"
    CLOSED = "closed"
    REOPENED = "reopened"


class CaseEvent(StrEnum):
    """What can happen to a case."""

    CLAIM = "claim"
    RELEASE = "release"
    SECOND = "second"
    DECIDE = "decide"
    RETURN = "return"
    ESCALATE = "escalate"
    CLOSE = "close"
    REOPEN = "reopen"


_WAITING: Final = {
    CaseEvent.CLAIM: CaseState.CLAIMED,
    CaseEvent.REOPEN: CaseState.REOPENED,
    CaseEvent.CLOSE: CaseState.CLOSED,
}

CASE_MACHINE: Final = Machine(
    "case",
    {
        CaseState.OPEN: _WAITING,
        CaseState.REOPENED: _WAITING,
        CaseState.ESCALATED: _WAITING,
        CaseState.CLAIMED: {
            CaseEvent.CLAIM: CaseState.CLAIMED,
            CaseEvent.RELEASE: CaseState.OPEN,
            CaseEvent.SECOND: CaseState.OPEN,
            CaseEvent.DECIDE: CaseState.DECIDED,
            CaseEvent.RETURN: CaseState.RETURNED,
            CaseEvent.ESCALATE: CaseState.ESCALATED,
            CaseEvent.CLOSE: CaseState.CLOSED,
        },
        CaseState.DECIDED: {CaseEvent.REOPEN: CaseState.REOPENED, CaseEvent.CLOSE: CaseState.CLOSED},
        CaseState.RETURNED: {CaseEvent.REOPEN: CaseState.REOPENED, CaseEvent.CLOSE: CaseState.CLOSED},
        CaseState.CLOSED: {},
    },
)

WAITING: Final = (CaseState.OPEN, CaseState.CLAIMED, CaseState.ESCALATED, CaseState.REOPENED)
"""States in which a case still needs somebody."""


class Decision(StrEnum):
    """What a reviewer may decide."""

    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REFUSE = "refuse"
    COUNTER = "counter"
    """Propose another wording or value; the creator accepts it or changes something else."""
    ESCALATE = "escalate"
    """Leave it to a lead."""


class Queue(StrEnum):
    """What waits at the desk, by who may take it and how many have to agree."""

    CONTRACTS = "contracts"
    CRITICAL = "critical"
    """Contracts that need two people."""
    ESCALATED = "escalated"
    """Only leads take these."""


class TermsOrigin(StrEnum):
    """Where a version of terms comes from."""

    CHOSEN = "chosen"
    AGREED = "agreed"
