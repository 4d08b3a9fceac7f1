"""Use cases as values: read strictly, written canonically, priced at the right scope."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.errors import DomainError
from licensing.domain.facts import GrantExclusivity, GrantScope
from licensing.domain.matching import Exclusivity, ModelClass, Purpose, Territory, UseCase
from licensing.domain.use_case_values import (
    PRESETS,
    grant_exclusivity,
    grant_scope,
    read_use_case,
    write_use_case,
)


@pytest.mark.parametrize("code", ["text_to_video", "perception", "robotics", "research"])
def test_a_preset_survives_writing_and_reading(code: str) -> None:
    use_case = PRESETS[code].use_case
    assert read_use_case(write_use_case(use_case)) == use_case


def test_the_least_that_can_be_said_is_a_purpose_and_a_model() -> None:
    use_case = read_use_case({"purposes": ["evaluate"], "model_classes": ["detector"]})
    assert use_case.territory == Territory()
    assert use_case.term_months == 24


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"purposes": []}, "/purposes"),
        ({"purposes": ["sell"]}, "/purposes/0"),
        ({"model_classes": "detector"}, "/model_classes"),
        ({"commercial": "yes"}, "/commercial"),
        ({"territory": "worldwide"}, "/territory"),
        ({"territory": {"allow": ["France"]}}, "/territory/allow"),
        ({"territory": {"allow": ["FR"], "deny": ["FR"]}}, "/territory/allow"),
        ({"term_months": 18}, "/term_months"),
        ({"retention": "forever"}, "/retention"),
        ({"accepts": ["PRICE"]}, "/accepts/0"),
        ({"sector": "Cars & more"}, "/sector"),
        ({"end_uses": ["world_peace"]}, "/end_uses/0"),
        ({"max_rate_per_minute": 4}, "/max_rate_per_minute"),
        ({"exclusivity": "total"}, "/exclusivity"),
        ({"colour": "red"}, "/colour"),
        ({"model_classes": ["audio_gen"]}, "/model_classes"),
        ({"purposes": ["benchmark"], "exclusivity": "ai_training"}, "/exclusivity"),
    ],
)
def test_a_wrong_use_case_is_refused_with_the_place(change: dict[str, Any], pointer: str) -> None:
    values: dict[str, object] = {"purposes": ["finetune"], "model_classes": ["video_gen"], **change}
    with pytest.raises(DomainError) as refused:
        read_use_case(values)
    assert refused.value.code == "use_case_invalid"
    errors = refused.value.extra["errors"]
    assert isinstance(errors, list)
    assert [error["pointer"] for error in errors if isinstance(error, dict)] == [pointer]


@pytest.mark.parametrize(
    ("purposes", "models", "scope"),
    [
        ({Purpose.EVALUATE, Purpose.BENCHMARK}, {ModelClass.VIDEO_GEN}, GrantScope.EVALUATION),
        ({Purpose.FINETUNE}, {ModelClass.DETECTOR, ModelClass.ROBOTICS_POLICY}, GrantScope.NON_GENERATIVE),
        ({Purpose.FINETUNE}, {ModelClass.DETECTOR, ModelClass.WORLD_MODEL}, GrantScope.GENERATIVE),
        ({Purpose.SYNTHETIC_DATA_GEN}, {ModelClass.DETECTOR}, GrantScope.GENERATIVE),
    ],
)
def test_a_use_case_is_priced_at_the_widest_scope_it_needs(
    purposes: set[Purpose], models: set[ModelClass], scope: GrantScope
) -> None:
    assert grant_scope(UseCase(frozenset(purposes), frozenset(models))) is scope


def test_exclusivity_is_priced_by_the_card() -> None:
    need = PRESETS["text_to_video"].use_case
    assert [grant_exclusivity(replace(need, exclusivity=kind)) for kind in Exclusivity] == [
        GrantExclusivity.NONE,
        GrantExclusivity.AI_TRAINING,
        GrantExclusivity.AI_TRAINING,
        GrantExclusivity.BUYOUT,
    ]
