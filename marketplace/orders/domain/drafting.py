"""Turning judged and priced clips into lines of an offer, and naming what is left out and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final
from uuid import UUID

from core.money import Money, line_amount
from licensing.domain.explain import Answer
from licensing.domain.pricing import Price

LEFT_OUT_KEPT: Final = 1_000
"""How many left-out clips a quote remembers by name."""


class LeftOutReason(StrEnum):
    """Why a clip is not in the offer, besides the dimensions it may fail on."""

    NOT_ON_OFFER = "not_on_offer"
    UNDER_EXCLUSIVE = "under_exclusive"
    EXCLUSIVITY_OVER = "exclusivity_over"
    ABOVE_HARD_MAXIMUM = "above_hard_maximum"
    ABOVE_YOUR_PRICE = "above_your_price"
    TERMS = "terms"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One clip that was asked for and is not quoted."""

    clip_id: UUID
    reason: LeftOutReason
    text: str
    dimensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One clip of an offer before it is written down."""

    clip_id: UUID
    duration_ms: int
    price: Price
    amount: Money
    answer: Answer


_WORDS: Final = {
    LeftOutReason.NOT_ON_OFFER: "This clip is not on offer.",
    LeftOutReason.UNDER_EXCLUSIVE: "Somebody holds this clip exclusively.",
    LeftOutReason.EXCLUSIVITY_OVER: "The time in which its creator grants exclusivity is over.",
    LeftOutReason.ABOVE_HARD_MAXIMUM: "Its price would be above the highest rate that is sold.",
    LeftOutReason.ABOVE_YOUR_PRICE: "It costs more per minute than your use case pays.",
}


def left_out(clip_id: UUID, reason: LeftOutReason) -> LeftOut:
    """A left-out clip with the reason's words."""
    return LeftOut(clip_id, reason, _WORDS[reason])


def draft_line(
    *, clip_id: UUID, duration_ms: int, price: Price | None, answer: Answer, max_rate: Fraction | None
) -> DraftLine | LeftOut:
    """Price one usable clip, rounded once, half to even; or leave it out because of its price."""
    if price is None:
        return left_out(clip_id, LeftOutReason.ABOVE_HARD_MAXIMUM)
    if max_rate is not None and price.rate.amount > max_rate:
        return left_out(clip_id, LeftOutReason.ABOVE_YOUR_PRICE)
    return DraftLine(clip_id, duration_ms, price, line_amount(price.rate, duration_ms), answer)


def conditions_of(lines: Iterable[DraftLine]) -> list[dict[str, str | int | list[str]]]:
    """What has to be accepted for the whole offer: each clause once, its values, and how many clips ask for it."""
    values: dict[str, set[str]] = {}
    clips: dict[str, int] = {}
    for line in lines:
        for condition in line.answer.conditions:
            values.setdefault(condition.code, set()).update(condition.values)
            clips[condition.code] = clips.get(condition.code, 0) + 1
    return [{"code": code, "values": sorted(values[code]), "clips": clips[code]} for code in sorted(values)]
