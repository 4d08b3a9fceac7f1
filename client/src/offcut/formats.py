"""Numbers as people read them, and what people type as numbers."""

from __future__ import annotations

import re
from fractions import Fraction

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2})(?:[.,](\d{1,3}))?")
_PLAIN = re.compile(r"(\d+(?:[.,]\d+)?)\s*(ms|s|min|m|h)")
_MS = {"ms": 1, "s": 1000, "min": 60_000, "m": 60_000, "h": 3_600_000}


def size_text(size_bytes: float) -> str:
    """Bytes in decimal units with three figures: 812 B, 5.61 GB."""
    value, unit = float(size_bytes), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    digits = 0 if unit == 0 or value >= 99.95 else 1 if value >= 9.995 else 2
    return f"{value:.{digits}f} {_UNITS[unit]}"


def left_text(seconds: float | None) -> str:
    """Time left, rounded as far as it is known: 40 s, 6 min, 13 h 10."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d}"


def left_range(low_s: float, high_s: float) -> str:
    """Time left as far as it is known: one figure, or `20-40 min` where high is more than half again of low."""
    low, high = left_text(low_s), left_text(high_s)
    if low == high or high_s <= low_s * 1.5:
        return high
    number, _, unit = low.partition(" ")
    return f"{number}–{high}" if high.endswith(f" {unit}") and " h " not in high else f"{low} – {high}"


def duration_text(duration_ms: int | None) -> str:
    """A media duration to the millisecond: 40:00.000, 1:02:03.500."""
    if duration_ms is None:
        return "-"
    seconds, ms = divmod(duration_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}.{ms:03d}" if hours else f"{minutes}:{seconds:02d}.{ms:03d}"


def parse_duration(text: str) -> int:
    """Milliseconds from 40:00, 1:02:03.500, 90s, 12.5min or 2400000ms, exactly; ValueError for anything else."""
    clock = _CLOCK.fullmatch(text.strip())
    if clock:
        hours, minutes, seconds, fraction = clock.groups(default="0")
        if (clock[1] and int(minutes) > 59) or int(seconds) > 59:
            raise ValueError(text)
        return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))
    plain = _PLAIN.fullmatch(text.strip())
    if not plain:
        raise ValueError(text)
    return int(Fraction(plain[1].replace(",", ".")) * _MS[plain[2]])


def parse_frame_rate(text: str) -> str:
    """An exact ratio "n/d" from 25, 25/1 or 29.97 (the broadcast rates are understood as n/1001)."""
    if re.fullmatch(r"\d+/[1-9]\d*", text):
        return text
    value = Fraction(text)
    broadcast = Fraction(round(value * 1001 / 1000) * 1000, 1001)
    if value.denominator != 1 and abs(value - broadcast) < Fraction(1, 100):
        value = broadcast
    if value <= 0:
        raise ValueError(text)
    return f"{value.numerator}/{value.denominator}"
