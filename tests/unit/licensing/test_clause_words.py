"""What the clauses say, where a reader could take them to say something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

import pytest

from core.errors import DomainError
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clauses import Clause
from licensing.domain.composition import compose, obligations
from licensing.domain.editions import CURRENT
from licensing.domain.parameters import Value
from licensing.domain.presets import PRESET_WORDS
from licensing.domain.tightness import TIGHTNESS, Rule
from licensing.domain.use_case_values import CURRENCY
from licensing.domain.wording import NARROW, Language, Text

CLAUSES: Final = list(CATALOGUE.values())
LESS_TYPESET: Final = re.compile(rf"'|\"|[^{NARROW}][;:!?%»]|«[^{NARROW}]|\boe|[a-z]oeu")


def words_of(clause: Clause) -> Iterator[Text]:
    yield from (clause.title, clause.summary, clause.text)
    for item in clause.parameters:
        yield item.label
        yield from (option.words for option in getattr(item, "options", ()))
        yield from (getattr(item, name) for name in ("yes", "no", "empty", "absent") if getattr(item, name, None))
    for rung in clause.fallbacks:
        yield rung.summary
        yield from (rung.text,) if rung.text else ()


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
def test_french_is_typeset_as_french_everywhere(clause: Clause) -> None:
    for text in words_of(clause):
        assert not LESS_TYPESET.search(text.fr), text.fr


def test_french_is_typeset_as_french_around_the_clauses() -> None:
    around = [*CURRENT.definitions, *CURRENT.general, *(text for row in CURRENT.grid for text in row)]
    for text in [*around, *PRESET_WORDS.values()]:
        assert not LESS_TYPESET.search(text.fr), text.fr


def _numbers_apart(clause: Clause, one: Mapping[str, Value], other: Mapping[str, Value]) -> list[str]:
    """The numbers that two rungs fix at different values, where one of the two leaves a buyer less."""
    if one.keys() != other.keys():
        return []
    return [name for name in one if one[name] != other[name] and TIGHTNESS[clause.code, name] in (Rule.LESS, Rule.MORE)]


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
def test_a_ladder_goes_from_what_is_best_for_the_creator_down(clause: Clause) -> None:
    for upper, lower in zip(clause.fallbacks, clause.fallbacks[1:], strict=False):
        assert upper.rank < lower.rank
        one, other = dict(upper.values), dict(lower.values)
        for name in _numbers_apart(clause, one, other):
            less = Fraction(str(one[name])) < Fraction(str(other[name]))
            assert less is (TIGHTNESS[clause.code, name] is Rule.LESS), (clause.code, upper.rank)


def test_only_the_currency_the_market_pays_in_passes_by_policy() -> None:
    currency = next(item for item in CATALOGUE["PRICE"].parameters if item.name == "currency")
    assert [code for code in ("USD", "EUR") if currency.in_band(code)] == [CURRENCY]


@pytest.mark.parametrize(
    ("code", "changes", "needed"),
    [
        ("NO_SCENE_MIMICRY", {"scope": "off"}, {"en": "not in force", "fr": "n’étant pas en vigueur"}),
        ("STYLE_IMITATION", {"rule": "allow"}, {"en": "In so far as it is not permitted", "fr": "Dans la mesure où"}),
    ],
)
def test_where_a_value_obliges_to_nothing_the_text_says_so(
    code: str, changes: dict[str, object], needed: dict[str, str]
) -> None:
    values = compose(CATALOGUE, {code: changes})
    assert not any(token.startswith(code) for token in obligations(values))
    for language in Language:
        assert needed[language] in CATALOGUE[code].render(values[code], language)


def test_terms_for_evaluation_only_name_no_purpose_that_they_do_not_permit() -> None:
    more: dict[str, dict[str, object]] = {
        "EVAL_ONLY": {"enabled": True},
        "FIELD_OF_USE": {"purposes": ["evaluate", "retrieval_grounding"]},
    }
    with pytest.raises(DomainError, match="beyond evaluation") as refused:
        compose(CATALOGUE, more)
    assert refused.value.extra["clauses"] == ["EVAL_ONLY", "FIELD_OF_USE"]
