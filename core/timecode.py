"""Media time: exact counts of a rational time base, floored to milliseconds only for billing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

MS_PER_SECOND: Final = 1000
_RATIO: Final = re.compile(r"(\d{1,18})/(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Ticks:
    """A length or instant: ``pts`` units of ``time_base`` seconds each."""

    pts: int
    time_base: Fraction

    def __post_init__(self) -> None:
        """Refuse floats and time bases that are not positive."""
        if type(self.pts) is not int or type(self.time_base) is not Fraction or self.time_base <= 0:
            message = f"ticks want a whole count and a positive exact base: {self.pts!r} {self.time_base!r}"
            raise ValueError(message)

    @property
    def seconds(self) -> Fraction:
        """The exact time in seconds."""
        return self.pts * self.time_base

    @property
    def ms(self) -> int:
        """Whole milliseconds, floored: the billable form."""
        return self.seconds * MS_PER_SECOND // 1


def ratio_text(value: Fraction) -> str:
    """Return a ratio as ``30000/1001`` (always with a denominator)."""
    return f"{value.numerator}/{value.denominator}"


def parse_ratio(text: str) -> Fraction:
    """Read ``30000/1001``; ValueError for anything else, a zero denominator included."""
    match = _RATIO.fullmatch(text)
    if match is None or int(match[2]) == 0:
        message = f"not a ratio such as 30000/1001: {text!r}"
        raise ValueError(message)
    return Fraction(int(match[1]), int(match[2]))
