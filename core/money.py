"""Money that moves (``Money``), prices (``RatePerMinute``) and the only places they are rounded."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeVar

MINOR_PER_UNIT: Final = 100
MS_PER_MINUTE: Final = 60_000
_AMOUNT: Final = re.compile(r"-?\d{1,15}(\.\d{1,2})?")
_RATE: Final = re.compile(r"\d{1,9}(\.\d{1,40})?")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")

K = TypeVar("K", bound=Hashable)


def round_half_even(value: Fraction) -> int:
    """Return the nearest integer; a tie goes to the even neighbour (IEEE 754 roundTiesToEven)."""
    return round(value)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (cents) of one currency (ISO 4217, two decimals)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse anything but whole minor units and a three-letter currency."""
        if type(self.minor) is not int:
            message = f"money wants whole minor units, got {self.minor!r}"
            raise TypeError(message)
        if not _CURRENCY.fullmatch(self.currency):
            message = f"not a currency code: {self.currency!r}"
            raise ValueError(message)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a decimal string such as ``12.34``; ValueError when it is anything else."""
        if not _AMOUNT.fullmatch(text):
            message = f"not an amount with at most two decimals: {text!r}"
            raise ValueError(message)
        return cls(int(Fraction(text) * MINOR_PER_UNIT), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return nothing, in a currency."""
        return cls(0, currency)

    @property
    def amount(self) -> str:
        """The amount as a decimal string with exactly two decimals."""
        sign = "-" if self.minor < 0 else ""
        units, cents = divmod(abs(self.minor), MINOR_PER_UNIT)
        return f"{sign}{units}.{cents:02d}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            message = f"cannot mix {self.currency} and {other.currency}"
            raise ValueError(message)

    def __add__(self, other: Money) -> Money:
        """Add two amounts of the same currency."""
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract an amount of the same currency."""
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        """Return the opposite amount."""
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        """Compare amounts of the same currency."""
        self._same(other)
        return self.minor < other.minor

    def __str__(self) -> str:  # type: ignore[explicit-override]  # typing.override is younger than Python 3.11
        """Show ``12.34 USD``."""
        return f"{self.amount} {self.currency}"


def decimal_text(value: Fraction, *, places: int = 2) -> str:
    """Return an exact decimal string with at least ``places`` decimals.

    ValueError when the fraction has no finite decimal form: a price is never approximated.
    """
    denominator, digits = value.denominator, 0
    while denominator % 10 == 0:
        denominator //= 10
        digits += 1
    twos = fives = 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    if denominator != 1:
        message = f"{value} has no finite decimal form"
        raise ValueError(message)
    digits = max(digits + max(twos, fives), places)
    whole = abs(value.numerator) * 10**digits // value.denominator
    sign = "-" if value < 0 else ""
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}" if digits else f"{sign}{whole}"


@dataclass(frozen=True, slots=True)
class RatePerMinute:
    """What one licensed minute costs: an exact fraction of a currency unit, never negative."""

    amount: Fraction
    currency: str

    def __post_init__(self) -> None:
        """Refuse floats, negative prices and malformed currencies."""
        if type(self.amount) is not Fraction:
            message = f"a rate wants an exact fraction, got {self.amount!r}"
            raise TypeError(message)
        if self.amount < 0 or not _CURRENCY.fullmatch(self.currency):
            message = f"not a rate: {self.amount!r} {self.currency!r}"
            raise ValueError(message)

    @classmethod
    def parse(cls, text: str, currency: str) -> RatePerMinute:
        """Read an exact decimal string such as ``2.80``."""
        if not _RATE.fullmatch(text):
            message = f"not a rate: {text!r}"
            raise ValueError(message)
        return cls(Fraction(text), currency)

    @property
    def text(self) -> str:
        """The exact rate as a decimal string, with at least two decimals."""
        return decimal_text(self.amount)


def line_amount(rate: RatePerMinute, duration_ms: int) -> Money:
    """Return ``rate x duration``, exact until one rounding, half to even, to the cent.

    ``duration_ms`` is the billable length in milliseconds. Source: domain page, section 3.
    """
    if duration_ms < 0:
        message = f"a duration is not negative: {duration_ms}"
        raise ValueError(message)
    exact = rate.amount * duration_ms * MINOR_PER_UNIT / MS_PER_MINUTE
    return Money(round_half_even(exact), rate.currency)


def share(base: Money, fraction: Fraction) -> Money:
    """Return a fraction of an amount, rounded once, half to even."""
    return Money(round_half_even(base.minor * fraction), base.currency)


def allocate(total: Money, weights: Mapping[K, Fraction | int]) -> dict[K, Money]:
    """Split an amount by weight so that the parts always sum to the whole (largest remainder).

    Left-over cents go to the largest remainders; a tie goes to the smaller key, so the order in
    which weights are given never matters. ValueError when no weight is positive.
    """
    whole = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    if whole <= 0 or any(weight < 0 for weight in weights.values()):
        message = "shares need weights that are not negative and sum to more than nothing"
        raise ValueError(message)
    sign = -1 if total.minor < 0 else 1
    exact = {key: abs(total.minor) * Fraction(weight) / whole for key, weight in weights.items()}
    floors = {key: int(value) for key, value in exact.items()}
    left = abs(total.minor) - sum(floors.values())
    by_remainder = sorted(exact, key=lambda key: (floors[key] - exact[key], str(key)))
    for key in by_remainder[:left]:
        floors[key] += 1
    return {key: Money(sign * minor, total.currency) for key, minor in floors.items()}
