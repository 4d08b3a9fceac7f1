"""A draft of terms tells what it would change: ranges of money, and the demand it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import Stored, compose, profile_of
from licensing.domain.matching import Dimension, Exclusivity, ModelClass, Purpose, UseCase
from licensing.domain.presets import PRESETS, Preset
from licensing.domain.preview import Demand, Range, preview, price_effect, price_range, reach
from licensing.domain.ratecard import parse_rate_card, shipped_card
from licensing.domain.use_case_values import PRESETS as NEEDS

CARD = parse_rate_card(shipped_card("2026-11"))
HOUR = 3_600_000
CAREFUL = compose(CATALOGUE, {})


def drafted(**changes: Mapping[str, object]) -> Stored:
    return compose(CATALOGUE, changes, CAREFUL)


def amounts(found: Range | None) -> tuple[str, str] | None:
    return None if found is None else (found.low.amount, found.high.amount)


def earned(values: Stored, after: Stored) -> list[tuple[str, tuple[str, str] | None, tuple[str, str] | None]]:
    return [(row.example.code, amounts(row.before), amounts(row.after)) for row in price_effect(values, after, CARD)]


def test_the_careful_terms_earn_from_an_evaluation_for_a_year_to_generation_for_two() -> None:
    assert earned(CAREFUL, CAREFUL)[0] == ("drone_4k", ("23.80", "112.00"), ("23.80", "112.00"))
    assert earned(CAREFUL, CAREFUL)[1] == ("generic_1080p", ("12.00", "40.00"), ("12.00", "40.00"))


def test_a_longer_term_and_exclusivity_raise_the_most_and_each_says_by_how_much() -> None:
    after = drafted(TERM={"training_access_months": 36}, EXCLUSIVITY={"kind": "ai_training", "ends": "2030-12-31"})
    found = price_effect(CAREFUL, after, CARD)[1]
    assert (amounts(found.before), amounts(found.after)) == (("12.00", "40.00"), ("12.00", "72.00"))
    steps = {step.clause: (step.low.amount, step.high.amount) for step in found.steps}
    assert steps == {"EXCLUSIVITY": ("0.00", "20.00"), "TERM": ("0.00", "8.00")}


def test_a_floor_raises_the_least_and_evaluation_only_lowers_the_most() -> None:
    assert amounts(price_effect(CAREFUL, drafted(PRICE={"floor": "0.90"}), CARD)[1].after) == ("36.00", "40.00")
    measured = drafted(EVAL_ONLY={"enabled": True}, FIELD_OF_USE={"purposes": ["evaluate"]})
    assert amounts(price_effect(CAREFUL, measured, CARD)[0].after) == ("23.80", "28.00")


def test_terms_that_permit_no_grant_have_no_price() -> None:
    nothing = replace(profile_of(CAREFUL), purposes=frozenset())
    assert price_range(nothing, price_effect(CAREFUL, CAREFUL, CARD)[0].example.facts, CARD) is None


def test_nothing_above_the_hard_maximum_is_shown_as_earned() -> None:
    bought = profile_of(
        drafted(EXCLUSIVITY={"kind": "buyer", "ends": "2030-12-31"}, TERM={"training_access_months": 60})
    )
    found = price_range(bought, price_effect(CAREFUL, CAREFUL, CARD)[0].example.facts, CARD)
    assert amounts(found) == ("23.80", "160.00")


VIDEO = NEEDS["text_to_video"].use_case
STRICT = replace(VIDEO, accepts=frozenset())
LONG = replace(VIDEO, term_months=36)
AUDIO = replace(VIDEO, model_classes=frozenset({ModelClass.AUDIO_GEN}))
BOTH = replace(AUDIO, term_months=60)
DEMAND = [
    Demand(VIDEO, 10 * HOUR, approved=True),
    Demand(STRICT, HOUR, approved=True),
    Demand(LONG, 3 * HOUR, approved=True),
    Demand(AUDIO, 2 * HOUR, approved=True),
    Demand(BOTH, HOUR, approved=True),
]


def test_reach_counts_needs_and_hours_and_says_what_costs_most() -> None:
    found = reach(profile_of(CAREFUL), DEMAND)
    assert (found.use_cases, found.fits, found.fits_if_accepted, found.share_percent) == (5, 1, 1, 40)
    assert (found.asked_ms, found.fits_ms, found.fits_if_accepted_ms) == (17 * HOUR, 10 * HOUR, HOUR)
    told = [
        (row.dimension, row.use_cases, row.only_use_cases, row.asked_ms // HOUR, row.only_asked_ms // HOUR)
        for row in found.barriers
    ]
    assert told == [(Dimension.TERM, 2, 1, 4, 3), (Dimension.PURPOSE, 2, 1, 3, 2)]
    assert found.costs_most is not None
    assert found.costs_most.dimension is Dimension.TERM


def test_loosening_what_costs_most_gains_exactly_what_was_said() -> None:
    before = reach(profile_of(CAREFUL), DEMAND)
    after = reach(profile_of(drafted(TERM={"training_access_months": 36})), DEMAND)
    assert before.costs_most is not None
    assert after.fits_ms - before.fits_ms == before.costs_most.only_asked_ms
    assert after.fits - before.fits == before.costs_most.only_use_cases


def test_without_demand_nothing_is_claimed() -> None:
    found = reach(profile_of(CAREFUL), [])
    assert (found.use_cases, found.share_percent, found.asked_ms, found.costs_most) == (0, None, 0, None)
    assert found.share_words.en == "No buyer has an approved use case yet."


def test_the_share_is_of_approved_use_cases_and_time_is_that_of_every_need() -> None:
    mixed = [
        Demand(VIDEO, HOUR, approved=True),
        Demand(AUDIO, HOUR, approved=True),
        Demand(VIDEO, 8 * HOUR),
        Demand(LONG, HOUR),
    ]
    found = reach(profile_of(CAREFUL), mixed)
    assert (found.use_cases, found.fits, found.share_percent) == (2, 1, 50)
    assert (found.asked_ms, found.fits_ms) == (11 * HOUR, 9 * HOUR)
    assert found.share_words.en == "1 of 2 approved use cases fit (50%)."
    assert found.share_words.fr == "Usages approuvés compatibles\u202f: 1 sur 2 (50\u202f%)."
    told = {row.dimension: (row.use_cases, row.asked_ms // HOUR) for row in found.barriers}
    assert told == {Dimension.PURPOSE: (1, 1), Dimension.TERM: (0, 1)}


def test_without_an_approved_use_case_there_is_no_share_but_still_time() -> None:
    found = reach(profile_of(CAREFUL), [Demand(VIDEO, 8 * HOUR)])
    assert (found.use_cases, found.share_percent, found.fits_ms) == (0, None, 8 * HOUR)


def test_the_open_terms_reach_at_least_what_the_careful_reach_and_research_reaches_less() -> None:
    shares = [
        reach(profile_of(compose(CATALOGUE, PRESETS[preset])), DEMAND).fits_ms
        for preset in (Preset.RESEARCH_ONLY, Preset.CAREFUL, Preset.OPEN)
    ]
    assert shares == sorted(shares)
    assert shares[0] == 0


def test_a_preview_puts_the_draft_beside_what_it_replaces() -> None:
    found = preview(
        CAREFUL, drafted(TERM={"training_access_months": 60}), card=CARD, demand=iter(DEMAND), needs_amendment=["TERM"]
    )
    assert found.after.fits_ms > found.before.fits_ms
    assert found.needs_amendment == ("TERM",)
    assert found.values["TERM"]["training_access_months"] == 60


def test_an_exclusive_need_is_kept_out_by_terms_that_offer_none() -> None:
    need = replace(VIDEO, exclusivity=Exclusivity.AI_TRAINING, purposes=frozenset({Purpose.FINETUNE}))
    assert isinstance(need, UseCase)
    found = reach(profile_of(CAREFUL), [Demand(need, 0, approved=True)])
    assert [(row.dimension, row.only_use_cases) for row in found.barriers] == [(Dimension.EXCLUSIVITY, 1)]
