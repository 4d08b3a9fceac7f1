"""When a master goes cold, when its owner is told, and what keeping costs: to the cent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from core.money import Money
from media_ingest.domain.tiers import Tier, TierFigures, due_tier, gigabytes, is_dormant, price_text, yearly_cost

AT = datetime(2026, 11, 22, tzinfo=UTC)
SIXTY, YEAR = timedelta(days=60), timedelta(days=365)


def test_a_master_goes_cold_after_sixty_days_and_not_on_the_sixtieth() -> None:
    assert due_tier(last_used_at=AT - SIXTY, at=AT, cold_after=SIXTY) is Tier.HOT
    assert due_tier(last_used_at=AT - SIXTY - timedelta(seconds=1), at=AT, cold_after=SIXTY) is Tier.COLD
    assert is_dormant(last_used_at=AT - YEAR - timedelta(seconds=1), at=AT, dormant_after=YEAR)
    assert not is_dormant(last_used_at=AT - YEAR, at=AT, dormant_after=YEAR)


def test_a_minute_of_4k_prores_costs_what_was_reckoned() -> None:
    """About 6.63 GB a minute: 1.83 USD a year on the hot tier, which is most of a licence."""
    assert yearly_cost(6_630_000_000, Fraction("0.276")) == Money(183, "USD")
    assert yearly_cost(6_630_000_000, Fraction("0.048")) == Money(32, "USD")
    assert yearly_cost(0, Fraction("0.276")) == Money(0, "USD")


def test_figures_are_shown_exactly() -> None:
    figures = TierFigures(Tier.HOT, 3, 1_234_567_890, Fraction("0.276"))
    assert (figures.gigabytes, figures.price_per_gigabyte_year) == ("1.235", "0.276")
    assert figures.cost_per_year == Money(34, "USD")
    assert (gigabytes(0), gigabytes(999_999), price_text(Fraction("0.0125"))) == ("0.000", "0.001", "0.0125")
