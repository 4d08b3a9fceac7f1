"""Prices: every figure of the check table, exact, and every step explained."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

import pytest

from core.errors import DomainError
from core.money import Money, RatePerMinute, line_amount
from licensing.domain.facts import Tech, read_facts
from licensing.domain.pricing import Estimate, Needs, estimate, price, totals
from licensing.domain.ratecard import RateCard, parse_rate_card, shipped_card

FORTY_MINUTES = 2_400_000
SIDES = {"720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160), "8k": (7680, 4320)}


@pytest.fixture(scope="module")
def card() -> RateCard:
    return parse_rate_card(shipped_card("2026-11"))


def priced(card: RateCard, size: str = "1080p", **more: Any) -> Estimate:
    width, height = SIDES[size]
    facts = {"duration_ms": FORTY_MINUTES, "width": width, "height": height, "frame_rate": "25/1"}
    return estimate(read_facts(facts | more), card)


@pytest.mark.parametrize(
    ("size", "facts", "rate"),
    [
        ("1080p", {}, "1.00"),
        ("1080p", {"genre": "talking_head"}, "0.75"),
        ("4k", {"genre": "drone"}, "2.80"),
        ("4k", {"genre": "animation_3d"}, "3.20"),
        ("8k", {"frame_rate": "120/1"}, "3.50"),
        ("8k", {"tech": ["hfr"]}, "3.50"),
        ("8k", {"frame_rate": "120/1", "tech": ["hfr"]}, "3.50"),
        ("4k", {"genre": "drone", "scope": "evaluation"}, "0.70"),
        ("720p", {"published": True}, "0.39"),
        ("4k", {"genre": "drone", "term_months": 12}, "2.38"),
    ],
)
def test_the_check_table_holds_to_the_last_digit(card: RateCard, size: str, facts: dict[str, Any], rate: str) -> None:
    found = priced(card, size, **facts)
    assert found.price.rate == RatePerMinute(Fraction(rate), "USD")
    assert found.price.rate.text == rate
    assert found.price.guard is None


@pytest.mark.parametrize(
    ("facts", "earns"),
    [
        ({}, "112.00"),
        ({"term_months": 36}, "134.40"),
        ({"duration_ms": 2_180_500}, "101.76"),
    ],
)
def test_a_drone_clip_in_4k_earns_what_the_table_says(card: RateCard, facts: dict[str, Any], earns: str) -> None:
    assert priced(card, "4k", genre="drone", **facts).earns == Money.parse(earns, "USD")


def test_forty_minutes_of_4k_earn_160_at_the_automatic_ceiling(card: RateCard) -> None:
    assert line_amount(RatePerMinute(card.guards.auto_max, "USD"), FORTY_MINUTES) == Money.parse("160.00", "USD")
    assert priced(card, "4k", genre="drone").up_to == Money.parse("160.00", "USD")


def test_an_exclusive_drone_clip_is_quoted_at_the_ceiling_until_an_admin_agrees(card: RateCard) -> None:
    found = priced(card, "4k", genre="drone", exclusivity="ai_training")
    assert found.price.guard is not None
    assert (found.price.guard.computed_text, found.price.guard.needs) == ("4.20", Needs.ADMIN_APPROVAL)
    assert found.price.rate.text == "4.00"
    assert (found.earns.amount, found.up_to.amount) == ("160.00", "160.00")
    assert found.raises == ()


def test_nothing_is_sold_above_the_hard_maximum(card: RateCard) -> None:
    with pytest.raises(DomainError) as refused:
        priced(card, "8k", genre="drone", exclusivity="buyout")
    assert refused.value.code == "above_hard_maximum"
    assert refused.value.extra["computed"] == "9.80"


def test_a_rate_below_the_minimum_is_raised_to_it_and_says_so(card: RateCard) -> None:
    found = priced(card, "720p", scope="evaluation", published=True)
    assert found.price.rate.text == "0.30"
    assert found.price.guard is None
    assert (found.price.steps[-1].label, found.price.steps[-1].adds_text) == ("Guard", "0.2025")


def test_the_creators_floor_always_wins(card: RateCard) -> None:
    found = priced(card, "1080p", floor="1.37")
    assert found.price.rate.text == "1.37"
    assert found.price.steps[-2].label == "Creator's floor"
    assert priced(card, "1080p", floor="0.50").price.rate.text == "1.00"


def test_a_floor_above_the_ceiling_is_never_undercut_but_needs_an_admin(card: RateCard) -> None:
    found = priced(card, "1080p", floor="5.00")
    assert found.price.rate.text == "5.00"
    assert found.price.guard is not None
    with pytest.raises(DomainError) as refused:
        priced(card, "1080p", floor="7.26")
    assert refused.value.code == "above_hard_maximum"


def test_genre_and_extras_together_stop_at_the_cap(card: RateCard) -> None:
    found = priced(card, "1080p", genre="animation_3d", tech=["stereo", "telemetry"])
    assert found.price.rate.text == "2.00"
    capped = next(step for step in found.price.steps if step.label == "Limit of genre and extras")
    assert capped.adds == 2 - Fraction("1.6") * Fraction("1.3") * Fraction("1.2")


def test_a_log_master_counts_only_when_the_buyer_asks_for_it(card: RateCard) -> None:
    assert priced(card, tech=["log10"]).price.rate.text == "1.00"
    assert priced(card, tech=["log10"], log10_wanted=True).price.rate.text == "1.10"


def test_the_steps_follow_the_order_of_the_page_and_multiply_to_the_rate(card: RateCard) -> None:
    found = priced(card, "4k", genre="drone", tech=["telemetry"], release="blurred", term_months=36)
    labels = [step.label for step in found.price.steps]
    assert labels == [
        "Base rate",
        "Genre",
        "Technical extras",
        "Already published",
        "Release",
        "Scope",
        "Exclusivity",
        "Term",
        "Guard",
    ]
    assert all(step.because for step in found.price.steps)
    assert prod(step.factor for step in found.price.steps) == found.price.rate.amount
    assert sum(step.adds for step in found.price.steps) == found.price.rate.amount


def test_what_would_raise_a_price_is_honest_and_sorted(card: RateCard) -> None:
    found = priced(card, "4k", genre="drone", release="blurred", exclusivity="none")
    assert [(option.rate.text, option.adds_text) for option in found.raises] == [
        ("3.36", "1.12"),
        ("3.22", "0.98"),
        ("3.136", "0.896"),
        ("2.688", "0.448"),
    ]
    assert all(option.rate.amount <= card.guards.auto_max for option in found.raises)


def test_vertical_footage_is_worth_what_it_is_lying_down(card: RateCard) -> None:
    facts = {"duration_ms": 60_000, "width": 1080, "height": 1920, "frame_rate": "30000/1001"}
    assert estimate(read_facts(facts), card).resolution_class == "1080p"


def test_the_buyer_pays_the_creators_lines_and_a_fee_on_top(card: RateCard) -> None:
    line = Money.parse("112.00", "USD")
    paid = totals([line], duration_ms=FORTY_MINUTES, licensed_before_ms=0, card=card)
    assert (paid.creators.amount, paid.service_fee.amount, paid.total.amount) == ("112.00", "22.40", "134.40")


def test_the_service_fee_falls_with_licensed_hours_and_the_creators_lines_do_not(card: RateCard) -> None:
    hour = 3_600_000
    shares = [card.fee_share(hours * hour) for hours in (0, 99, 100, 999, 1000, 10_000, 49_999, 50_000)]
    assert shares == [Fraction(text) for text in ("0.20", "0.20", "0.18", "0.18", "0.15", "0.12", "0.12", "0.10")]
    assert card.fee_share(100 * hour - 1) == Fraction("0.20")
    line = Money.parse("100.00", "USD")
    later = totals([line], duration_ms=hour, licensed_before_ms=99 * hour, card=card)
    assert (later.creators.amount, later.service_fee.amount) == ("100.00", "18.00")


def test_totals_add_rounded_lines_not_exact_ones(card: RateCard) -> None:
    rate = RatePerMinute(Fraction("0.39"), "USD")
    lines = [line_amount(rate, 1_000)] * 3
    assert totals(lines, duration_ms=3_000, licensed_before_ms=0, card=card).creators.minor == 3


def test_every_fault_of_the_facts_is_named_at_once() -> None:
    with pytest.raises(DomainError) as refused:
        read_facts(
            {
                "duration_ms": 0,
                "width": 1920,
                "height": True,
                "frame_rate": "30/0",
                "genre": "opera",
                "tech": ["hfr", 3],
            }
        )
    assert refused.value.code == "unknown_kind"
    errors = refused.value.extra["errors"]
    assert isinstance(errors, list)
    pointers = {error["pointer"] for error in errors if isinstance(error, dict)}
    assert pointers == {"/genre", "/tech/1", "/duration_ms", "/height", "/frame_rate"}


@pytest.mark.parametrize("floor", ["-1.00", "1,00", "", 1])
def test_a_floor_is_an_exact_decimal(floor: object) -> None:
    facts = {"duration_ms": 1, "width": 1, "height": 1, "frame_rate": "25/1", "floor": floor}
    with pytest.raises(DomainError) as refused:
        read_facts(facts)
    assert refused.value.code == "facts_invalid"


def test_high_frame_rate_is_found_in_the_footage_itself() -> None:
    facts = read_facts({"duration_ms": 1, "width": 1, "height": 1, "frame_rate": "100/1"})
    assert facts.counting_tech == (Tech.HFR,)
    just_less = read_facts({"duration_ms": 1, "width": 1, "height": 1, "frame_rate": "99999/1000"})
    assert just_less.counting_tech == ()


def test_a_price_names_its_rate_card(card: RateCard) -> None:
    facts = read_facts({"duration_ms": 1, "width": 1920, "height": 1080, "frame_rate": "25/1"})
    assert price(facts, card).rate_card == "2026-11"
