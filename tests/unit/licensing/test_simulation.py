"""What another card would change is told line by line: totals, classes, who wins and who loses."""

from __future__ import annotations

import copy
from dataclasses import replace
from fractions import Fraction
from typing import Any
from uuid import UUID

from licensing.domain.facts import Genre, PricingFacts, Tech
from licensing.domain.ratecard import RateCard, parse_rate_card, shipped_card
from licensing.domain.simulation import LARGEST, Priced, simulate

HD = PricingFacts(duration_ms=600_000, width=1920, height=1080, frame_rate=Fraction(25))
UHD = replace(HD, width=3840, height=2160, genre=Genre.DRONE)
ANNA, BERT = UUID(int=1), UUID(int=2)
CURRENT = parse_rate_card(shipped_card("2026-11"))


def card(**changes: object) -> RateCard:
    raw: dict[str, Any] = {**copy.deepcopy(shipped_card("2026-11")), "version": "2027-03"}
    for path, value in changes.items():
        table, _, name = path.partition("__")
        raw[table] = value if not name else {**raw[table], name: value}
    return parse_rate_card(raw)


def library(*facts: tuple[UUID, PricingFacts]) -> list[Priced]:
    return [Priced(UUID(int=100 + place), studio, one) for place, (studio, one) in enumerate(facts)]


def test_totals_are_sums_of_rounded_lines_under_either_card() -> None:
    clips = library((ANNA, HD), (ANNA, UHD), (BERT, replace(HD, duration_ms=333)))
    found = simulate(clips, CURRENT, card(base__2160p="2.20", base__1080p="0.90"))
    assert (found.clips, found.duration_ms, found.changed) == (3, 1_200_333, 3)
    assert (found.before.creators.amount, found.after.creators.amount) == ("38.01", "39.80")
    assert (found.before.service_fee.amount, found.after.service_fee.amount) == ("7.60", "7.96")
    rows = [(str(row.resolution_class), row.clips, row.before.amount, row.after.amount) for row in found.classes]
    assert rows == [("1080p", 2, "10.01", "9.00"), ("2160p", 1, "28.00", "30.80")]


def test_winners_and_losers_are_named_the_largest_first() -> None:
    clips = library((ANNA, HD), (ANNA, UHD), (BERT, replace(HD, duration_ms=900_000)))
    found = simulate(clips, CURRENT, card(base__2160p="2.20", base__1080p="0.90"))
    assert [(one.subject_id.int, one.change.amount) for one in found.winners] == [(101, "2.80")]
    assert [(one.subject_id.int, one.change.amount) for one in found.losers] == [(102, "-1.50"), (100, "-1.00")]
    assert [(one.subject_id, one.change.amount) for one in found.creators_winning] == [(ANNA, "1.80")]
    assert [(one.subject_id, one.change.amount) for one in found.creators_losing] == [(BERT, "-1.50")]
    many = library(*((ANNA, replace(HD, duration_ms=60_000 * (place + 1))) for place in range(LARGEST + 5)))
    assert len(simulate(many, CURRENT, card(base__1080p="0.90")).losers) == LARGEST


def test_clips_no_longer_sold_or_needing_an_admin_are_counted() -> None:
    dear = replace(UHD, tech=frozenset({Tech.HFR}))
    guards = {"auto_min": "0.30", "auto_max": "2.50", "hard_max": "3.00"}
    found = simulate(library((ANNA, HD), (ANNA, UHD), (BERT, dear)), CURRENT, card(guards=guards))
    assert (found.before.refused, found.before.needs_admin) == (0, 0)
    assert (found.after.refused, found.after.needs_admin) == (1, 1)
    assert found.after.creators.amount == "35.00"


def test_a_floor_protects_a_creator_from_a_cheaper_card() -> None:
    floored = replace(HD, floor=Fraction(1))
    assert simulate(library((ANNA, floored)), CURRENT, card(base__1080p="0.50")).changed == 0


def test_the_service_fee_is_compared_tier_by_tier() -> None:
    fees = [[0, "0.20"], [500, "0.16"]]
    found = simulate([], CURRENT, card(service_fee=fees))
    rows = [(step.from_hours, str(step.before), str(step.after)) for step in found.fees]
    assert rows[:3] == [(0, "1/5", "1/5"), (100, "9/50", "1/5"), (500, "9/50", "4/25")]


def test_the_same_card_changes_nothing() -> None:
    found = simulate(library((ANNA, HD), (BERT, UHD)), CURRENT, CURRENT)
    assert found.changed == 0
    assert found.before == found.after
