"""How fast, and at what price, a stored object is kept: when it goes to the cold tier, and what keeping costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final
from uuid import UUID

from core.money import Money, decimal_text, round_half_even

CURRENCY: Final = "USD"
"""Of the prices that storage is paid in."""
_BYTES_IN_GB: Final = 10**9
_CENTS: Final = 100
_PRICE_PLACES: Final = 3


class Tier(StrEnum):
    """How fast, and at what price, an object is kept."""

    HOT = "hot"
    COLD = "cold"


def due_tier(*, last_used_at: datetime, at: datetime, cold_after: timedelta) -> Tier:
    """Return where a master belongs: cold once nobody read or bought from it for ``cold_after``."""
    return Tier.COLD if at - last_used_at > cold_after else Tier.HOT


def is_dormant(*, last_used_at: datetime, at: datetime, dormant_after: timedelta) -> bool:
    """Whether its owner should be told that a master costs and earns nothing."""
    return at - last_used_at > dormant_after


def yearly_cost(size_bytes: int, price: Fraction) -> Money:
    """Return what keeping so many bytes costs a year; ``price`` is USD for 10^9 bytes and a year, rounded once."""
    return Money(round_half_even(Fraction(size_bytes, _BYTES_IN_GB) * price * _CENTS), CURRENCY)


def gigabytes(size_bytes: int) -> str:
    """Return bytes as gigabytes (10^9), three decimals."""
    return decimal_text(Fraction(round_half_even(Fraction(size_bytes * 1000, _BYTES_IN_GB)), 1000), places=3)


def price_text(price: Fraction) -> str:
    """Return a price per gigabyte and year as an exact decimal, three decimals at least."""
    return decimal_text(price, places=_PRICE_PLACES)


@dataclass(frozen=True, slots=True)
class TierFigures:
    """What lies on one tier, and what that costs a year."""

    tier: Tier
    objects: int
    size_bytes: int
    price: Fraction

    @property
    def gigabytes(self) -> str:
        """The bytes in gigabytes."""
        return gigabytes(self.size_bytes)

    @property
    def price_per_gigabyte_year(self) -> str:
        """What a gigabyte costs a year, exact, in USD."""
        return price_text(self.price)

    @property
    def cost_per_year(self) -> Money:
        """What these bytes cost a year."""
        return yearly_cost(self.size_bytes, self.price)


@dataclass(frozen=True, slots=True)
class Sleeping:
    """A file that was neither read nor sold for long."""

    asset_id: UUID
    original_name: str
    size_bytes: int
    tier: Tier
    last_used_at: datetime
    dormant_since: datetime
    price: Fraction

    @property
    def cost_per_year(self) -> Money:
        """What keeping it costs a year, where it lies now."""
        return yearly_cost(self.size_bytes, self.price)


@dataclass(frozen=True, slots=True)
class StorageFigures:
    """What is kept, where, and what it costs a year."""

    tiers: tuple[TierFigures, ...]
    dormant: tuple[Sleeping, ...]
    """The ones that cost most first, not all of them."""
    cold_tier: bool
    """Whether this installation has a cold tier."""
    cold_after_days: int
    dormant_after_days: int

    @property
    def size_bytes(self) -> int:
        """All bytes."""
        return sum(tier.size_bytes for tier in self.tiers)

    @property
    def cost_per_year(self) -> Money:
        """What all of it costs a year: the sum of the tiers as they are shown."""
        return sum((tier.cost_per_year for tier in self.tiers), Money.zero(CURRENCY))
