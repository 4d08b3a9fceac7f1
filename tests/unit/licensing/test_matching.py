"""What a use case fails on, one dimension at a time; the four answers; the explanation."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from licensing.domain.explain import (
    Condition,
    PairGain,
    Verdict,
    answer,
    clauses_accepted,
    conditions_of,
    explain,
    verdict_of,
)
from licensing.domain.matching import (
    Cleared,
    Dimension,
    Exclusivity,
    Modality,
    ModelClass,
    People,
    Profile,
    Purpose,
    Retention,
    Sublicense,
    Territory,
    UseCase,
    fail_mask,
    use_needed,
)
from licensing.domain.obstacles import NAMES, RELAXATIONS, VERDICTS, because, reasons

PROFILE = Profile(
    purposes=frozenset({Purpose.PRETRAIN, Purpose.FINETUNE}),
    model_classes=frozenset({ModelClass.VIDEO_GEN, ModelClass.DETECTOR}),
    obligations=frozenset({"NO_REPLICA"}),
)
NEED = UseCase(
    purposes=frozenset({Purpose.FINETUNE}),
    model_classes=frozenset({ModelClass.VIDEO_GEN}),
    accepts=frozenset({"NO_REPLICA", "REPUTATION"}),
    organisation="org_buyer",
    max_rate=Fraction(5),
)
FRANCE = Territory(frozenset({"FR"}))


def test_there_are_twelve_dimensions_each_with_its_own_bit() -> None:
    assert [int(dimension) for dimension in Dimension] == [1 << bit for bit in range(12)]
    assert Dimension.PRICE_FLOOR.code == "price_floor"


def test_a_use_case_within_the_terms_fits() -> None:
    assert fail_mask(PROFILE, NEED) == Dimension(0)


@pytest.mark.parametrize(
    ("profile", "need", "dimension"),
    [
        ({}, {"purposes": frozenset({Purpose.ALIGN})}, Dimension.PURPOSE),
        ({}, {"model_classes": frozenset({ModelClass.AUDIO_GEN})}, Dimension.PURPOSE),
        ({"commercial": False}, {}, Dimension.COMMERCIAL),
        ({"territory": FRANCE}, {}, Dimension.TERRITORY),
        ({"storage": FRANCE}, {}, Dimension.TERRITORY),
        ({"territory": Territory(deny=frozenset({"FR"}))}, {}, Dimension.TERRITORY),
        ({"territory": Territory(deny=frozenset({"FR"}))}, {"territory": FRANCE}, Dimension.TERRITORY),
        ({"term_months": 12}, {}, Dimension.TERM),
        ({"retention": Retention.RETIRE}, {}, Dimension.RETENTION),
        ({"sublicense": Sublicense.NONE}, {"sublicense": Sublicense.AFFILIATES}, Dimension.SUBLICENSE),
        ({"people": People.BLURRED}, {"people": People.INCIDENTAL}, Dimension.PEOPLE),
        ({"obligations": frozenset({"SECURITY:soc2"})}, {}, Dimension.OUTPUT_LIMITS),
        ({"modalities": frozenset({Modality.VIDEO})}, {"modalities": frozenset(Modality)}, Dimension.MODALITIES),
        ({"blocked": frozenset({"org_buyer"})}, {}, Dimension.BUYER_BLOCK),
        ({"blocked": frozenset({"sector:defence"})}, {"sector": "defence"}, Dimension.BUYER_BLOCK),
        ({"blocked": frozenset({"end_use:military"})}, {"end_uses": frozenset({"military"})}, Dimension.BUYER_BLOCK),
        ({"blocked": frozenset({"content:porn"})}, {"contents": frozenset({"porn"})}, Dimension.BUYER_BLOCK),
        ({"floor": Fraction("5.01")}, {}, Dimension.PRICE_FLOOR),
        ({}, {"exclusivity": Exclusivity.CATEGORY}, Dimension.EXCLUSIVITY),
        (
            {"exclusivity": Exclusivity.BUYER, "sold_nonexclusive": True},
            {"exclusivity": Exclusivity.AI_TRAINING},
            Dimension.EXCLUSIVITY,
        ),
    ],
)
def test_each_dimension_fails_alone(profile: dict[str, Any], need: dict[str, Any], dimension: Dimension) -> None:
    tight, wanting = replace(PROFILE, **profile), replace(NEED, **need)
    assert fail_mask(tight, wanting) == dimension
    for language in ("en", "fr"):
        assert because(dimension, tight, wanting).in_language(language)
        assert reasons(answer(tight, wanting), tight, wanting, language)


@pytest.mark.parametrize(
    ("profile", "need"),
    [
        ({"territory": FRANCE}, {"territory": FRANCE}),
        ({}, {"territory": FRANCE}),
        ({"territory": Territory(deny=frozenset({"CU"}))}, {"territory": Territory(deny=frozenset({"CU", "KP"}))}),
        ({"obligations": frozenset({"REPUTATION:porn", "REPUTATION:hate"})}, {}),
        ({"floor": Fraction(5)}, {}),
        ({"floor": Fraction(9)}, {"max_rate": None}),
        ({"sold_nonexclusive": True}, {}),
        ({"exclusivity": Exclusivity.BUYER}, {"exclusivity": Exclusivity.AI_TRAINING}),
        ({"blocked": frozenset({"sector:"})}, {"sector": ""}),
    ],
)
def test_what_is_no_obstacle(profile: dict[str, Any], need: dict[str, Any]) -> None:
    assert fail_mask(replace(PROFILE, **profile), replace(NEED, **need)) == Dimension(0)


def test_one_accepted_value_does_not_accept_the_whole_clause() -> None:
    profile = replace(PROFILE, obligations=frozenset({"REPUTATION:porn", "REPUTATION:hate"}))
    need = replace(NEED, accepts=frozenset({"REPUTATION:porn"}))
    assert fail_mask(profile, need) == Dimension.OUTPUT_LIMITS
    assert answer(profile, need).conditions == (Condition("REPUTATION", ("hate",)),)
    assert clauses_accepted(need) == {"REPUTATION"}


@pytest.mark.parametrize(
    ("mask", "verdict"),
    [
        (Dimension(0), Verdict.FITS),
        (Dimension.OUTPUT_LIMITS, Verdict.FITS_IF_YOU_ACCEPT),
        (Dimension.TERM, Verdict.ASK_THE_CREATOR),
        (Dimension.TERM | Dimension.OUTPUT_LIMITS | Dimension.PRICE_FLOOR, Verdict.ASK_THE_CREATOR),
        (Dimension.TERM | Dimension.BUYER_BLOCK, Verdict.DOES_NOT_FIT),
        (Dimension.PURPOSE, Verdict.DOES_NOT_FIT),
        (Dimension.PEOPLE | Dimension.OUTPUT_LIMITS, Verdict.DOES_NOT_FIT),
    ],
)
def test_a_clip_gets_one_of_four_answers(mask: Dimension, verdict: Verdict) -> None:
    assert verdict_of(mask) is verdict


def test_an_answer_says_why_with_both_values_in_both_languages() -> None:
    need = replace(NEED, term_months=36)
    found = answer(PROFILE, need)
    assert reasons(found, PROFILE, need, "en") == ["Term: you need: 36 months; the terms allow: 24 months"]
    assert reasons(found, PROFILE, need, "fr") == ["Durée : il vous faut : 36 mois ; permis : 24 mois"]


def test_every_dimension_and_answer_has_words_in_both_languages() -> None:
    assert set(NAMES) == set(RELAXATIONS) == set(Dimension)
    assert set(VERDICTS) == set(Verdict)
    for words in (*NAMES.values(), *RELAXATIONS.values(), *VERDICTS.values()):
        assert words.en
        assert words.fr


def test_the_conditions_of_a_bundle_are_grouped_by_clause() -> None:
    other = replace(PROFILE, obligations=frozenset({"SECURITY:soc2", "SECURITY:no_egress"}))
    assert conditions_of([PROFILE, other]) == (
        Condition("NO_REPLICA", ()),
        Condition("SECURITY", ("no_egress", "soc2")),
    )


def test_the_explanation_counts_what_fails_what_alone_stands_in_the_way_and_the_best_pair() -> None:
    need = replace(NEED, term_months=36, people=People.RELEASED)
    short: dict[str, Any]
    anonymous: dict[str, Any]
    short, anonymous = {"term_months": 24}, {"people": People.NONE, "term_months": 36}
    library = [
        (replace(PROFILE, term_months=60), 1_000),
        (replace(PROFILE, **short), 200),
        (replace(PROFILE, **anonymous), 30),
        (replace(PROFILE, people=People.NONE), 4),
        (replace(PROFILE, term_months=12, people=People.NONE, commercial=False), 50_000),
    ]
    found = explain(library, need)
    assert (found.total_ms, found.eligible_ms) == (51_234, 1_000)
    assert [(row.dimension, row.fails_on_ms, row.only_obstacle_ms) for row in found.obstacles] == [
        (Dimension.TERM, 50_204, 200),
        (Dimension.PEOPLE, 50_034, 30),
        (Dimension.COMMERCIAL, 50_000, 0),
    ]
    assert found.best_pair == PairGain(Dimension.TERM, Dimension.PEOPLE, 4, 234)


def test_nothing_to_explain_is_nothing() -> None:
    found = explain([], NEED)
    assert (found.total_ms, found.eligible_ms, found.obstacles, found.best_pair) == (0, 0, (), None)


@pytest.mark.parametrize("cleared", Cleared)
@pytest.mark.parametrize(
    ("purposes", "models", "needs"),
    [
        ({Purpose.EVALUATE}, {ModelClass.VIDEO_GEN}, Cleared.EVALUATION),
        ({Purpose.PRETRAIN}, {ModelClass.DETECTOR}, Cleared.NON_GENERATIVE),
        ({Purpose.PRETRAIN}, {ModelClass.DETECTOR, ModelClass.IMAGE_GEN}, Cleared.GENERATIVE),
        ({Purpose.SYNTHETIC_DATA_GEN}, {ModelClass.DETECTOR}, Cleared.GENERATIVE),
    ],
)
def test_a_use_beyond_what_people_agreed_to_fails_on_people(
    cleared: Cleared, purposes: set[Purpose], models: set[ModelClass], needs: Cleared
) -> None:
    ladder = list(Cleared)
    need = UseCase(frozenset(purposes), frozenset(models))
    profile = Profile(frozenset(Purpose), frozenset(ModelClass), cleared=cleared)
    expected = Dimension(0) if ladder.index(needs) <= ladder.index(cleared) else Dimension.PEOPLE
    assert use_needed(need) is needs
    assert fail_mask(profile, need) == expected
