"""The laws of prices: exact, bounded, explained to the last digit, never worse for granting more."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import prod

from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import DomainError
from core.money import Money, line_amount
from licensing.domain.facts import (
    TERMS_MONTHS,
    Genre,
    GrantExclusivity,
    GrantScope,
    PricingFacts,
    ReleaseStatus,
    Tech,
)
from licensing.domain.pricing import Estimate, estimate, totals
from licensing.domain.ratecard import parse_rate_card, shipped_card

CARD = parse_rate_card(shipped_card("2026-11"))
FACTS = st.builds(
    PricingFacts,
    duration_ms=st.integers(1, 10**9),
    width=st.integers(1, 8192),
    height=st.integers(1, 8192),
    frame_rate=st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(120)]),
    genre=st.sampled_from(Genre),
    tech=st.frozensets(st.sampled_from(Tech)),
    published=st.booleans(),
    release=st.sampled_from(ReleaseStatus),
    scope=st.sampled_from(GrantScope),
    exclusivity=st.sampled_from(GrantExclusivity),
    term_months=st.sampled_from(TERMS_MONTHS),
    floor=st.none() | st.integers(0, 725).map(lambda cents: Fraction(cents, 100)),
    log10_wanted=st.booleans(),
)


def priced(facts: PricingFacts) -> Estimate:
    try:
        return estimate(facts, CARD)
    except DomainError as refused:
        assume(refused.code != "above_hard_maximum")
        raise


@given(facts=FACTS)
def test_the_steps_sum_and_multiply_to_the_rate_exactly(facts: PricingFacts) -> None:
    price = priced(facts).price
    assert sum(Fraction(step.adds_text) for step in price.steps) == Fraction(price.rate.text) == price.rate.amount
    assert prod(Fraction(step.factor_text) for step in price.steps) == price.rate.amount


@given(facts=FACTS)
def test_a_rate_stays_inside_the_guards_and_above_the_floor(facts: PricingFacts) -> None:
    found = priced(facts)
    floor = facts.floor or Fraction(0)
    assert CARD.guards.auto_min <= found.price.rate.amount <= max(CARD.guards.auto_max, floor)
    assert found.price.rate.amount >= floor
    if found.price.guard is None:
        assert found.price.rate.amount <= CARD.guards.auto_max
    else:
        assert CARD.guards.auto_max < found.price.guard.computed <= CARD.guards.hard_max


@given(facts=FACTS)
def test_what_could_be_earned_is_never_less_than_what_is_and_no_option_goes_beyond(facts: PricingFacts) -> None:
    found = priced(facts)
    assert not found.up_to < found.earns
    for option in found.raises:
        assert option.adds > 0
        assert option.rate.amount == found.price.rate.amount + option.adds
        assert not found.up_to < line_amount(option.rate, facts.duration_ms)


@given(facts=FACTS, minutes=st.integers(1, 10**6))
def test_more_time_never_earns_less(facts: PricingFacts, minutes: int) -> None:
    longer = replace(facts, duration_ms=facts.duration_ms + minutes)
    assert not priced(longer).earns < priced(facts).earns


@given(facts=FACTS)
def test_allowing_a_longer_term_never_lowers_the_price(facts: PricingFacts) -> None:
    rates = [priced(replace(facts, term_months=term)).price.rate.amount for term in TERMS_MONTHS]
    assert rates == sorted(rates)


@given(
    minors=st.lists(st.integers(0, 10**9), min_size=1, max_size=20),
    before=st.integers(0, 10**12),
    length=st.integers(1, 10**12),
)
def test_the_fee_never_touches_the_creators_and_never_rises_with_volume(
    minors: list[int], before: int, length: int
) -> None:
    lines = [Money(minor, "USD") for minor in minors]
    found = totals(lines, duration_ms=length, licensed_before_ms=before, card=CARD)
    assert found.creators.minor == sum(minors)
    assert found.total == found.creators + found.service_fee
    later = totals(lines, duration_ms=length, licensed_before_ms=before + 10**10, card=CARD)
    assert not found.service_fee < later.service_fee
