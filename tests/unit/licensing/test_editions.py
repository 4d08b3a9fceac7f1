"""The words around the clauses: what was published never changes, and every word with a capital is defined."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pytest

from licensing.domain import template
from licensing.domain.author_rights import rights_grid
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import compose
from licensing.domain.documents.agreement import agreement_paper
from licensing.domain.editions import CURRENT, EDITIONS, edition_of
from licensing.domain.presets import PRESETS, Preset
from licensing.domain.rendering import render_agreement, render_both
from licensing.domain.wording import Language
from tests.factories.documents import agreement_document_with

PUBLISHED: Final = (
    "7b093fa9bab04b7d615f020e26977b36fb081f96a7d0ba7583870f540fbb3ba0",
    "8a5a40e33b7059e407e7b06fb895911077701d9332cab56b9f38368118cef54b",
)
CAPITALS: Final = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
NAMES: Final = {
    "Article", "California", "Civil", "Code", "Directive", "French", "France", "Intellectual", "Merkle", "Paris",
    "Property", "Regulation",
}  # fmt: skip
"""Words with a capital that name themselves."""


def test_what_was_published_around_the_clauses_never_changes() -> None:
    assert tuple(edition.contract_sha256([]) for edition in EDITIONS) == PUBLISHED


def test_a_contract_is_known_by_its_hash_and_gets_no_later_words() -> None:
    clauses = [clause.canonical_sha256() for clause in CATALOGUE.values()]
    for edition in EDITIONS:
        assert edition_of(edition.contract_sha256(clauses), clauses) is edition
    assert edition_of("0" * 64, clauses) is EDITIONS[0]


@pytest.mark.parametrize("language", Language)
def test_an_agreement_reads_in_the_edition_of_its_contract(language: Language) -> None:
    document = agreement_document_with()
    older = replace(document.facts, edition=EDITIONS[0])
    heading = template.HEADINGS["general"].of(language)
    assert heading in render_agreement(document.facts, language).split("\n\n")
    assert heading not in render_agreement(older, language)
    shown = [agreement_paper(document, language), agreement_paper(replace(document, facts=older), language)]
    assert [[section.title for section in paper.sections].count(heading) for paper in shown] == [1, 0]
    kept = agreement_paper(replace(document, facts=older, text=render_both(older)), language)
    # What was signed under the older words is still set in clauses, not as a block of text.
    assert "clauses" in {section.kind for section in kept.sections}
    assert heading not in {section.title for section in kept.sections}


@pytest.mark.parametrize("preset", Preset)
def test_every_word_with_a_capital_is_defined(preset: Preset) -> None:
    document = agreement_document_with(PRESETS[preset])
    stated = " ".join(
        [
            *(clause.render(document.facts.values[code], Language.EN) for code, clause in CATALOGUE.items()),
            *(text.en for text in CURRENT.general),
        ]
    )
    defining = " ".join([template.PARTIES.en, *(text.en for text in CURRENT.definitions)])
    defined = set(re.findall(r"\u201c(?:the )?([^\u201d]+)\u201d", defining))
    used = {word.removesuffix("s") for word in set(CAPITALS.findall(stated)) - NAMES}
    assert {"Agreement", "Footage", "Licence", "Licensee", "Licensor", "Model", "Output", "Platform"} <= used
    assert used <= defined
    assert {"term", "fees"} <= defined


@pytest.mark.parametrize("language", Language)
def test_the_grid_lists_the_countries_that_limit_the_place(language: Language) -> None:
    territory = {"processing": "allow", "processing_countries": ["FR", "NO"], "storage": "deny"}
    values = compose(CATALOGUE, {"TERRITORY": {**territory, "storage_countries": ["RU"]}})
    places = [row.place for row in rights_grid(CATALOGUE, values, language) if row.granted]
    assert all("FR" in place and "NO" in place for place in places)
    assert "RU" in places[0]
