"""What other terms would do to open offers: which clips would no longer fit, and what they are worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from core.money import Money


@dataclass(frozen=True, slots=True)
class Held:
    """One clip of an open offer, and whether it could be offered again: under the terms as they are, and as they
    would be.
    """

    quote_id: UUID
    duration_ms: int
    amount: Money
    fits_now: bool
    fits_then: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect on open offers. Every touched offer has to be made again; some then lose clips, some gain none."""

    quotes: int
    clips: int
    duration_ms: int
    losing_quotes: int
    lost_clips: int
    lost_ms: int
    lost: tuple[Money, ...]
    """What creators would no longer receive, one amount a currency."""


def effect_of(lines: Iterable[Held]) -> Effect:
    """Add up what is held and what is lost."""
    held = list(lines)
    lost = [line for line in held if line.fits_now and not line.fits_then]
    amounts: dict[str, Money] = {}
    for line in lost:
        currency = line.amount.currency
        amounts[currency] = amounts.get(currency, Money.zero(currency)) + line.amount
    return Effect(
        quotes=len({line.quote_id for line in held}),
        clips=len(held),
        duration_ms=sum(line.duration_ms for line in held),
        losing_quotes=len({line.quote_id for line in lost}),
        lost_clips=len(lost),
        lost_ms=sum(line.duration_ms for line in lost),
        lost=tuple(amounts[currency] for currency in sorted(amounts)),
    )
