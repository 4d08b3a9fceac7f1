"""Text and machine values of every clause say the same thing, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clause_reading import clause_read
from licensing.domain.clauses import Clause, clause_facts
from licensing.domain.composition import terms_sha256
from licensing.domain.wording import Language, canonical, sha256_text
from tests.property.licensing.values import changes_of, values_of

CLAUSES = list(CATALOGUE.values())


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
@settings(max_examples=12)
@given(data=st.data())
def test_every_value_appears_in_the_text_and_is_read_back_from_it(clause: Clause, data: st.DataObject) -> None:
    values = clause.parse(data.draw(changes_of(clause)))
    for language in Language:
        text = clause.render(values, language)
        assert all(said in text for said in clause.spoken(values, language).values())
        assert clause.read(text, language) == values


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
@settings(max_examples=6)
@given(data=st.data())
def test_rendering_is_deterministic_and_any_other_value_changes_its_hash(clause: Clause, data: st.DataObject) -> None:
    one, other = (clause.parse(data.draw(changes_of(clause))) for _ in range(2))
    for language in Language:
        hashes = [sha256_text(canonical(clause.render(values, language))) for values in (one, dict(one), other)]
        assert hashes[0] == hashes[1]
        assert (hashes[0] == hashes[2]) == (one == other)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
@settings(max_examples=10)
@given(data=st.data())
def test_changing_any_one_parameter_changes_every_hash(clause: Clause, data: st.DataObject) -> None:
    values = clause.parse(data.draw(changes_of(clause)))
    for parameter in clause.parameters:
        other = {**values, parameter.name: parameter.parse(data.draw(values_of(parameter)))}
        for language in Language:
            hashes = {sha256_text(clause.render(one, language)) for one in (values, other)}
            assert len(hashes) == (1 if other == values else 2), (parameter.name, language)
        profiles = {terms_sha256({clause.code: one}) for one in (values, other)}
        assert len(profiles) == (1 if other == values else 2)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
def test_a_rung_of_the_ladder_is_stated_by_its_text_and_read_back(clause: Clause) -> None:
    for rung in clause.fallbacks:
        values = {**clause.defaults, **dict(rung.values)}
        for language in Language:
            text = clause.render(values, language)
            assert clause.read(text, language) == values
            assert rung.summary.of(language)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
def test_a_ladder_exists_where_policy_says_no_to_something_and_says_something_else_than_the_band(
    clause: Clause,
) -> None:
    for rung in clause.fallbacks:
        changed = clause.parse(
            {name: list(value) if isinstance(value, tuple) else value for name, value in rung.values}
        )
        beyond = [item.name for item in clause.parameters if not item.in_band(changed[item.name])]
        critical = [item.name for item in clause.parameters if item.critical]
        assert beyond or critical or rung.text or clause.code == "FIELD_OF_USE", (clause.code, rung.rank)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
def test_a_clause_is_whole_in_both_languages_with_defaults_that_pass_by_policy(clause: Clause) -> None:
    for language in Language:
        for words in (clause.title, clause.summary, clause.text, *(item.label for item in clause.parameters)):
            assert words.of(language).strip()
    assert clause.parameters
    assert clause.parse({}) == clause.defaults
    assert all(item.in_band(item.default) for item in clause.parameters)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
@settings(max_examples=10)
@given(data=st.data())
def test_any_word_limit_or_rung_changes_the_canonical_hash_and_survives_storage(
    clause: Clause, data: st.DataObject
) -> None:
    facts: dict[str, Any] = json.loads(json.dumps(clause_facts(clause), sort_keys=True))
    stored = {name: facts[name] for name in ("parameters", "needs", "fallbacks")}
    texts = {
        name: {"en": getattr(clause, name).en, "fr": getattr(clause, name).fr} for name in ("title", "summary", "text")
    }
    again = clause_read({**stored, **texts}, code=clause.code, number=clause.number, version=clause.version)
    assert again == clause
    member = data.draw(st.sampled_from(("title", "summary", "text")))
    language = data.draw(st.sampled_from(("en", "fr")))
    word = data.draw(st.text("abcdefghij", min_size=1, max_size=6))
    changed = {**texts, member: {**texts[member], language: f"{texts[member][language]} {word}"}}
    other = clause_read({**stored, **changed}, code=clause.code, number=clause.number, version=clause.version)
    assert other.canonical_sha256() != clause.canonical_sha256()


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
def test_a_clause_without_a_rung_or_with_another_limit_has_another_canonical_hash(clause: Clause) -> None:
    parameters: tuple[Any, ...] = clause.parameters
    others = [replace(clause, fallbacks=clause.fallbacks[:-1])] if clause.fallbacks else []
    for place, item in enumerate(parameters):
        other = replace(item, critical=not item.critical)
        others.append(replace(clause, parameters=(*parameters[:place], other, *parameters[place + 1 :])))
    assert clause.canonical_sha256() not in {other.canonical_sha256() for other in others}


def test_there_are_forty_clauses_numbered_without_gaps() -> None:
    assert [clause.number for clause in CLAUSES] == list(range(1, 41))
    assert len({clause.code for clause in CLAUSES}) == len(CLAUSES)
