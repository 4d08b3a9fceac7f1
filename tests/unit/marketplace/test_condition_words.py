"""Conditions a buyer accepts are told in the words of their clauses, never as codes, in both languages."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.parameters import Choice, Choices
from licensing.domain.wording import Language
from marketplace.web.said import condition_words

WITH_VALUES = {
    "NO_REPLICA": "subjects",
    "NO_DERIVATIVE_WORKS": "barred",
    "REPUTATION": "topics",
    "PROHIBITED_END_USES": "uses",
    "SECURITY": "measures",
    "STYLE_IMITATION": "rule",
    "DERIVATIVE_DATASET": "sharing",
    "ATTRIBUTION": "place",
}
"""Clauses whose value is part of the condition, and which value."""


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", WITH_VALUES)
def test_every_value_a_condition_may_have_is_told_in_words(code: str, language: Language) -> None:
    parameter = next(item for item in CATALOGUE[code].parameters if item.name == WITH_VALUES[code])
    assert isinstance(parameter, Choice | Choices)
    with override(str(language)):
        for option in parameter.options:
            assert condition_words(code, [option.code], CATALOGUE)[2] == option.words.of(language)
