"""Numbers, times and sizes as people write them in English and in French."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from django.utils.translation import get_language

from core.money import Money, RatePerMinute, decimal_text
from licensing.domain.wording import NARROW, Language, date_text, french, whole_text

_MINUTE, _HOUR = 60, 3600
_SYMBOL = {"USD": "$", "EUR": "€"}
_FRENCH_SYMBOL = {"USD": "$US", "EUR": "€"}
_SIZES = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def is_french() -> bool:
    """Whether the reader reads French."""
    return (get_language() or "en").startswith("fr")


def language() -> Language:
    """Return the reader's language as the legal texts name it."""
    return Language.FR if is_french() else Language.EN


def typeset(text: str) -> str:
    """Return words of the floors below with the typography of the reader's language."""
    return french(text) if is_french() else text


def amount_text(amount: str, currency: str) -> str:
    """Return an exact decimal with its currency: ``$1,234.50``, ``1 234,50 $US``."""
    sign, digits = ("−", amount[1:]) if amount.startswith("-") else ("", amount)
    whole, _, cents = digits.partition(".")
    grouped = whole_text(int(whole), language())
    if is_french():
        return f"{sign}{grouped},{cents}{NARROW}{_FRENCH_SYMBOL.get(currency, currency)}"
    return f"{sign}{_SYMBOL.get(currency, currency + ' ')}{grouped}.{cents}"


def money_text(money: Money) -> str:
    """Return money with its currency."""
    return amount_text(money.amount, money.currency)


def rate_text(rate: RatePerMinute) -> str:
    """Return a price per minute, exact, with its currency."""
    return amount_text(rate.text, rate.currency)


def fraction_text(value: Fraction) -> str:
    """Return an exact factor as a decimal of the reader's language, or as a ratio."""
    try:
        text = decimal_text(value)
    except ValueError:
        return f"{value.numerator}/{value.denominator}"
    return number_text(text)


def number_text(text: str) -> str:
    """Return a plain decimal in the reader's notation."""
    return text.replace(".", ",") if is_french() else text


def clock_text(duration_ms: int) -> str:
    """Return a length as a player shows it: 0:14, 1:02:03. Rounded down to whole seconds."""
    minutes, seconds = divmod(duration_ms // 1000, _MINUTE)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def span_text(seconds: int) -> str:
    """Return a length of time in rounded words: 40 s, 12 min, 3 h 41."""
    if seconds < _MINUTE:
        return f"{seconds}{NARROW}s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)}{NARROW}min"
    hours, minutes = divmod(round(seconds / _MINUTE), 60)
    return f"{hours}{NARROW}h {minutes:02d}"


def range_text(low_s: int, high_s: int) -> tuple[str, str]:
    """Return a guess of a time as two rounded lengths, the second never the same as the first."""
    low = _rounded(max(1, low_s))
    high = _rounded(max(low_s + 1, high_s))
    return span_text(low), span_text(high if high > low else low + _step(low))


def left_range(seconds: int) -> tuple[str, str]:
    """Return a guess of the time left as a range that is honest about being one."""
    return range_text(seconds * 3 // 4, seconds * 3 // 2)


def _step(seconds: int) -> int:
    return 5 if seconds < _MINUTE else 30 if seconds < 10 * _MINUTE else 300


def _rounded(seconds: int) -> int:
    step = _step(seconds)
    return max(step, round(seconds / step) * step)


def size_text(size_bytes: int) -> str:
    """Return a size: 5.6 GB, 5,6 Go."""
    for unit, factor in _SIZES:
        if size_bytes >= factor:
            number = number_text(f"{size_bytes / factor:.1f}")
            return f"{number}{NARROW}{unit.replace('B', 'o') if is_french() else unit}"
    return f"{size_bytes}{NARROW}{'octets' if is_french() else 'bytes'}"


def day_text(moment: datetime) -> str:
    """Return a date with its month's name."""
    return date_text(moment.astimezone(UTC).date(), language())


def moment_text(moment: datetime) -> str:
    """Return a date and time in UTC: 22 November 2026, 14:02 UTC; 22 novembre 2026, 14 h 02 UTC."""
    return f"{day_text(moment)}, {hour_text(moment)}"


def hour_text(moment: datetime) -> str:
    """Return a time of day in UTC: 14:20 UTC; 14 h 20 UTC."""
    at = moment.astimezone(UTC)
    clock = f"{at.hour}{NARROW}h{NARROW}{at.minute:02d}" if is_french() else f"{at:%H:%M}"
    return f"{clock} UTC"


def ratio_rate_text(numerator: int | None, denominator: int | None) -> str:
    """Return frames per second for people, at most three decimals: 25, 29.97."""
    if not numerator or not denominator:
        return ""
    value = Fraction(numerator, denominator)
    thousandths = round(value * 1000)
    return number_text(f"{thousandths // 1000}.{thousandths % 1000:03d}".rstrip("0").rstrip("."))


def percent_text(share: str) -> str:
    """Return an exact share such as ``0.20`` as a percentage: 20 %."""
    percent = Fraction(share) * 100
    number = str(percent.numerator) if percent.denominator == 1 else number_text(decimal_text(percent))
    return f"{number}{NARROW}%" if is_french() else f"{number}%"
