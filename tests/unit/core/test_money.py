"""Money: exact, one rounding, half to even."""

from __future__ import annotations

from fractions import Fraction

import pytest

from core.money import Money, RatePerMinute, decimal_text, line_amount, share


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


@pytest.mark.parametrize(
    ("rate", "duration_ms", "earned"),
    [
        ("2.80", 2_400_000, "112.00"),
        ("3.36", 2_400_000, "134.40"),
        ("4.00", 2_400_000, "160.00"),
        ("2.80", 2_180_500, "101.76"),
        ("1.00", 300, "0.00"),
        ("1.00", 900, "0.02"),
        ("1.00", 0, "0.00"),
    ],
)
def test_a_line_is_rate_times_minutes_rounded_once_half_to_even(rate: str, duration_ms: int, earned: str) -> None:
    assert line_amount(RatePerMinute.parse(rate, "USD"), duration_ms) == usd(earned)


def test_a_service_fee_is_a_share_rounded_half_to_even() -> None:
    assert share(usd("112.00"), Fraction(1, 5)) == usd("22.40")
    assert share(usd("0.05"), Fraction(1, 2)) == usd("0.02")
    assert share(usd("0.15"), Fraction(1, 2)) == usd("0.08")


def test_currencies_never_mix() -> None:
    with pytest.raises(ValueError, match="cannot mix"):
        _ = usd("1.00") + Money(100, "EUR")


@pytest.mark.parametrize("text", ["1.234", "1,00", "", "one", "1e3", " 1.00", "NaN", "+1.00"])
def test_an_amount_is_a_plain_decimal_string(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        Money.parse(text, "USD")


def test_floats_are_not_money_and_not_a_rate() -> None:
    with pytest.raises(TypeError):
        Money(1.0, "USD")  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(TypeError):
        RatePerMinute(2.8, "USD")  # type: ignore[arg-type]  # the mistake under test


def test_negative_amounts_keep_their_sign() -> None:
    assert (-usd("12.34")).amount == "-12.34"
    assert usd("-0.05").amount == "-0.05"


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(3), "3.00"), (Fraction(1, 8), "0.125"), (Fraction(-1, 8), "-0.125"), (Fraction(21, 50), "0.42")],
)
def test_an_exact_decimal_is_written_in_full(value: Fraction, text: str) -> None:
    assert decimal_text(value) == text


def test_a_third_has_no_exact_decimal() -> None:
    with pytest.raises(ValueError, match="no finite decimal"):
        decimal_text(Fraction(1, 3))
