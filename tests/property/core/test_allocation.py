"""Splitting money: the parts are the whole, whatever the weights and their order."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from core.money import Money, allocate, decimal_text

weights = st.dictionaries(st.integers(0, 500), st.integers(0, 10_000), min_size=1, max_size=200).filter(
    lambda given_weights: sum(given_weights.values()) > 0
)


@given(total=st.integers(-(10**9), 10**9), shares=weights)
def test_a_split_never_loses_a_cent_and_stays_within_a_cent_of_exact(total: int, shares: dict[int, int]) -> None:
    parts = allocate(Money(total, "USD"), shares)
    assert sum(part.minor for part in parts.values()) == total
    whole = sum(shares.values())
    for key, part in parts.items():
        assert abs(part.minor - Fraction(total * shares[key], whole)) < 1
        if shares[key] == 0:
            assert part.minor == 0


@given(total=st.integers(0, 10**6), shares=weights)
def test_a_split_does_not_depend_on_the_order_of_its_weights(total: int, shares: dict[int, int]) -> None:
    backwards = dict(reversed(shares.items()))
    assert allocate(Money(total, "USD"), shares) == allocate(Money(total, "USD"), backwards)


@given(st.integers(-(10**12), 10**12), st.integers(0, 12), st.integers(0, 12))
def test_a_decimal_text_reads_back_exactly(numerator: int, twos: int, fives: int) -> None:
    value = Fraction(numerator, 2**twos * 5**fives)
    assert Fraction(decimal_text(value)) == value


def test_rounding_each_part_by_itself_would_lose_cents() -> None:
    """The control: what ``allocate`` exists to avoid really happens without it."""
    parts = [round(Fraction(100, 3)) for _ in range(3)]
    assert sum(parts) != 100
