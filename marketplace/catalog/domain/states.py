"""States of a listing: a clip as the catalogue sees it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.states import Machine


class ListingState(StrEnum):
    """Where a clip stands on its way to buyers."""

    PROCESSING = "processing"
    NEEDS_YOU = "needs_you"
    """Its creator still has to declare something or sign terms."""
    IN_REVIEW = "in_review"
    LIVE = "live"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    REMOVED = "removed"


class ListingEvent(StrEnum):
    """What can happen to a listing."""

    PREPARED = "prepared"
    COMPLETED = "completed"
    """Declaration and signed terms are both there."""
    LAPSED = "lapsed"
    """One of them is gone again."""
    SENT_TO_REVIEW = "sent_to_review"
    APPROVED = "approved"
    RETURNED = "returned"
    REFUSED = "refused"
    PAUSED = "paused"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


_S = ListingState
_E = ListingEvent

LISTING: Final[Machine[ListingState, ListingEvent]] = Machine(
    "listing",
    {
        _S.PROCESSING: {_E.PREPARED: _S.NEEDS_YOU, _E.WITHDRAWN: _S.WITHDRAWN, _E.REMOVED: _S.REMOVED},
        _S.NEEDS_YOU: {
            _E.COMPLETED: _S.LIVE,
            _E.SENT_TO_REVIEW: _S.IN_REVIEW,
            _E.WITHDRAWN: _S.WITHDRAWN,
            _E.REMOVED: _S.REMOVED,
        },
        _S.IN_REVIEW: {
            _E.APPROVED: _S.LIVE,
            _E.RETURNED: _S.NEEDS_YOU,
            _E.REFUSED: _S.REFUSED,
            _E.WITHDRAWN: _S.WITHDRAWN,
            _E.REMOVED: _S.REMOVED,
        },
        _S.LIVE: {
            _E.LAPSED: _S.NEEDS_YOU,
            _E.SENT_TO_REVIEW: _S.IN_REVIEW,
            _E.PAUSED: _S.PAUSED,
            _E.WITHDRAWN: _S.WITHDRAWN,
            _E.REMOVED: _S.REMOVED,
        },
        _S.PAUSED: {
            _E.RESUMED: _S.NEEDS_YOU,
            _E.SENT_TO_REVIEW: _S.IN_REVIEW,
            _E.WITHDRAWN: _S.WITHDRAWN,
            _E.REMOVED: _S.REMOVED,
        },
        _S.WITHDRAWN: {},
        _S.REFUSED: {},
        _S.REMOVED: {},
    },
)
