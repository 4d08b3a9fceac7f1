"""The life of a rate card's draft, as data."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.states import Machine


class RateCardState(StrEnum):
    """Where a draft of a rate card stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"


class RateCardEvent(StrEnum):
    """What can happen to a draft of a rate card."""

    SUBMIT = "submit"
    PUBLISH = "publish"
    RETURN = "return"


RATE_CARD_MACHINE: Final = Machine(
    "rate card draft",
    {
        RateCardState.DRAFT: {RateCardEvent.SUBMIT: RateCardState.IN_REVIEW},
        RateCardState.IN_REVIEW: {
            RateCardEvent.PUBLISH: RateCardState.PUBLISHED,
            RateCardEvent.RETURN: RateCardState.DRAFT,
        },
        RateCardState.PUBLISHED: {},
    },
)
