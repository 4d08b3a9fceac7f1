"""States of withdrawals, of the notices they send, and of third parties' claims."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.states import Machine


class Cause(StrEnum):
    """Why a clip is taken back."""

    CREATOR = "creator"
    """Its creator wants it back: the clause WITHDRAWAL of each licence decides how far that reaches."""
    CLAIM = "claim"
    """A third party's claim was upheld."""
    CONSENT = "consent"
    """Somebody in the picture took their release back: DATA_SUBJECT of each licence says on what its use rests."""
    PERMISSION = "permission"
    """The owner of a place or mark did, or whoever gave a permit: WITHDRAWAL of each licence decides."""


TAKEN_BACK: Final = (Cause.CREATOR, Cause.CLAIM)
"""Causes that take the clip itself away, for good; the others take away what some of its licences rest on."""


FURTHEST: Final = (Cause.CLAIM, Cause.CONSENT, Cause.PERMISSION, Cause.CREATOR)
"""Causes by how far they reach under the same terms, the furthest first."""


class WithdrawalState(StrEnum):
    """Whether anybody still has something to do."""

    RUNNING = "running"
    CLOSED = "closed"


class WithdrawalEvent(StrEnum):
    """What can happen to a withdrawal."""

    CLOSE = "close"
    REOPEN = "reopen"


WITHDRAWAL: Final = Machine(
    "withdrawal",
    {
        WithdrawalState.RUNNING: {WithdrawalEvent.CLOSE: WithdrawalState.CLOSED},
        WithdrawalState.CLOSED: {WithdrawalEvent.REOPEN: WithdrawalState.RUNNING},
    },
)


class NoticeState(StrEnum):
    """Where one holder's notice stands."""

    INFORMED = "informed"
    """Nothing is asked of the holder: the licence goes on as it was."""
    NOTICED = "noticed"
    """The notice runs; the holder may still train."""
    IN_EFFECT = "in_effect"
    """The licence has ended; the holder deletes, does what else is asked, and attests it."""
    OVERDUE = "overdue"
    """The deadline passed without an attestation."""
    ATTESTED = "attested"
    SUPERSEDED = "superseded"
    """A further notice about the same licence took its place; nothing is asked or promised by this one any more."""


class NoticeEvent(StrEnum):
    """What can happen to a notice."""

    TAKE_EFFECT = "take_effect"
    FALL_DUE = "fall_due"
    ATTEST = "attest"
    SUPERSEDE = "supersede"


NOTICE: Final = Machine(
    "takedown notice",
    {
        NoticeState.INFORMED: {NoticeEvent.SUPERSEDE: NoticeState.SUPERSEDED},
        NoticeState.NOTICED: {
            NoticeEvent.TAKE_EFFECT: NoticeState.IN_EFFECT,
            NoticeEvent.ATTEST: NoticeState.ATTESTED,
            NoticeEvent.SUPERSEDE: NoticeState.SUPERSEDED,
        },
        NoticeState.IN_EFFECT: {
            NoticeEvent.FALL_DUE: NoticeState.OVERDUE,
            NoticeEvent.ATTEST: NoticeState.ATTESTED,
            NoticeEvent.SUPERSEDE: NoticeState.SUPERSEDED,
        },
        NoticeState.OVERDUE: {
            NoticeEvent.ATTEST: NoticeState.ATTESTED,
            NoticeEvent.SUPERSEDE: NoticeState.SUPERSEDED,
        },
        NoticeState.ATTESTED: {},
        NoticeState.SUPERSEDED: {},
    },
)

OPEN_NOTICES: Final = (NoticeState.NOTICED, NoticeState.IN_EFFECT, NoticeState.OVERDUE)
"""States in which the holder still has something to do."""


class ClaimKind(StrEnum):
    """What a third party says is wrong, in the order of urgency."""

    SAFETY = "safety"
    """Somebody is in danger, a child is shown, or the law forbids it: hidden at once, looked at within an hour."""
    PRIVACY = "privacy"
    """I am shown, or my home or data are, and did not agree."""
    RIGHTS = "rights"
    """The footage, or something in it, is mine."""


class ClaimState(StrEnum):
    """Where a claim stands."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class ClaimEvent(StrEnum):
    """What can happen to a claim."""

    UPHOLD = "uphold"
    REJECT = "reject"


CLAIM: Final = Machine(
    "takedown claim",
    {
        ClaimState.OPEN: {ClaimEvent.UPHOLD: ClaimState.UPHELD, ClaimEvent.REJECT: ClaimState.REJECTED},
        ClaimState.UPHELD: {},
        ClaimState.REJECTED: {},
    },
)
