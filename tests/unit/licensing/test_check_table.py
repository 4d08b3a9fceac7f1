"""Every figure of the check table of the rate card 2026-11, in one table, to the last digit."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

import pytest

from core.money import RatePerMinute, line_amount
from licensing.domain.facts import read_facts
from licensing.domain.pricing import Estimate, estimate, totals
from licensing.domain.ratecard import parse_rate_card, shipped_card

CARD = parse_rate_card(shipped_card("2026-11"))
FORTY_MINUTES = 40 * 60_000
HD, UHD, LARGE, SMALL = (1920, 1080), (3840, 2160), (7680, 4320), (1280, 720)


@dataclass(frozen=True)
class Check:
    """One row: footage, and the figure it has to come to."""

    says: str
    size: tuple[int, int]
    figure: str
    facts: dict[str, Any] = field(default_factory=dict)
    duration_ms: int = FORTY_MINUTES


PER_MINUTE = [
    Check("1080p generic, generative, 24 months", HD, "1.00", {"scope": "generative", "term_months": 24}),
    Check("1080p talking head", HD, "0.75", {"genre": "talking_head"}),
    Check("4K drone", UHD, "2.80", {"genre": "drone"}),
    Check("4K 3D animation", UHD, "3.20", {"genre": "animation_3d"}),
    Check("8K at 120 fps, generic", LARGE, "3.50", {"frame_rate": "120/1"}),
    Check("4K drone, exclusive", UHD, "4.20", {"genre": "drone", "exclusivity": "ai_training"}),
    Check("4K drone, evaluation only", UHD, "0.70", {"genre": "drone", "scope": "evaluation"}),
    Check("720p already published, generic", SMALL, "0.39", {"published": True}),
    Check("4K drone, no floor, 12 months", UHD, "2.38", {"genre": "drone", "term_months": 12}),
]
EARNED = [
    Check("40 min 4K drone", UHD, "112.00", {"genre": "drone"}),
    Check("40 min 4K drone, 36 months", UHD, "134.40", {"genre": "drone", "term_months": 36}),
    Check("40 min of 4K at the automatic ceiling", UHD, "160.00", {"genre": "drone", "floor": "4.00"}),
    Check("36:20.500 of 4K drone", UHD, "101.76", {"genre": "drone"}, 2_180_500),
]


def estimated(check: Check) -> Estimate:
    width, height = check.size
    facts = {"duration_ms": check.duration_ms, "width": width, "height": height, "frame_rate": "25/1"}
    return estimate(read_facts({**facts, **check.facts}), CARD)


@pytest.mark.parametrize("check", PER_MINUTE, ids=lambda check: check.says)
def test_a_minute_costs_what_the_check_table_says(check: Check) -> None:
    price = estimated(check).price
    computed = price.guard.computed_text if price.guard else price.rate.text
    assert computed == check.figure
    assert (price.guard is not None) == (check.figure == "4.20")


@pytest.mark.parametrize("check", EARNED, ids=lambda check: check.says)
def test_footage_earns_what_the_check_table_says(check: Check) -> None:
    assert estimated(check).earns.amount == check.figure


def test_the_ceiling_is_reached_by_the_guard_too_and_the_buyer_pays_a_fifth_more() -> None:
    ceiling = RatePerMinute(CARD.guards.auto_max, "USD")
    assert line_amount(ceiling, FORTY_MINUTES).amount == "160.00"
    drone = estimated(EARNED[0])
    assert drone.up_to.amount == "160.00"
    paid = totals([drone.earns], duration_ms=FORTY_MINUTES, licensed_before_ms=0, card=CARD)
    assert (paid.creators.amount, paid.service_fee.amount, paid.total.amount) == ("112.00", "22.40", "134.40")


ORDER = [
    "Base rate",
    "Genre",
    "Technical extras",
    "Limit of genre and extras",
    "Already published",
    "Release",
    "Scope",
    "Exclusivity",
    "Term",
    "Creator's floor",
    "Guard",
]


def test_the_steps_multiply_in_one_fixed_order() -> None:
    facts = {
        "genre": "animation_3d",
        "tech": ["stereo", "telemetry"],
        "published": True,
        "release": "blurred",
        "scope": "non_generative",
        "exclusivity": "ai_training",
        "term_months": 36,
        "floor": "2.50",
    }
    everything = Check("all", HD, "", facts)
    steps = estimated(everything).price.steps
    assert [step.label for step in steps] == ORDER
    assert prod(step.factor for step in steps) == estimated(everything).price.rate.amount


@pytest.mark.parametrize(
    ("hours", "share"), [(0, "0.20"), (99, "0.20"), (100, "0.18"), (1000, "0.15"), (10_000, "0.12"), (50_000, "0.10")]
)
def test_volume_lowers_the_fee_and_never_the_creators_line(hours: int, share: str) -> None:
    line = estimated(EARNED[0]).earns
    before = max(hours * 3_600_000 - FORTY_MINUTES, 0) if hours != 99 else 99 * 3_600_000
    paid = totals([line], duration_ms=FORTY_MINUTES, licensed_before_ms=before, card=CARD)
    assert paid.creators == line
    assert (
        paid.service_fee.amount
        == {"0.20": "22.40", "0.18": "20.16", "0.15": "16.80", "0.12": "13.44", "0.10": "11.20"}[share]
    )
