"""Laws of documents: same facts, same bytes; another value of any clause, another hash; the grid is the text's grid."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping

from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from core.errors import DomainError
from licensing.adapters.typesetting import paper_pdf
from licensing.domain.author_rights import COLUMNS, author_rights, rights_grid, switch_rows
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clauses import Clause
from licensing.domain.documents.agreement import AgreementDocument, agreement_paper
from licensing.domain.documents.paper import paper_sha256, shown
from licensing.domain.rendering import agreement_sha256, grid, render_agreement
from licensing.domain.wording import NARROW, Language, Text
from tests.factories.documents import agreement_document_with, pdf_text, squeezed
from tests.property.licensing.values import EFFORT, changes_of

CLAUSES = st.sampled_from(list(CATALOGUE.values()))
LANGUAGES = st.sampled_from(list(Language))
BASE = agreement_document_with()


def _possible(changes: Mapping[str, Mapping[str, object]]) -> AgreementDocument:
    """The document of such terms; what contradicts itself is not tried."""
    try:
        return agreement_document_with(changes)
    except DomainError:
        reject()


@functools.cache
def base_sha256(language: Language) -> bytes:
    return hashlib.sha256(paper_pdf(agreement_paper(BASE, language))).digest()


def _changed(clause: Clause) -> st.SearchStrategy[tuple[Clause, dict[str, object]]]:
    return changes_of(clause).map(lambda values: (clause, values))


@settings(max_examples=15 * EFFORT)  # each sets three documents
@given(CLAUSES.flatmap(_changed), LANGUAGES)
def test_changing_any_value_changes_the_hash_and_the_same_facts_never_do(
    change: tuple[Clause, dict[str, object]], language: Language
) -> None:
    clause, values = change
    document, again = (_possible({clause.code: values}) for _ in range(2))
    paper = agreement_paper(document, language)
    pdf = paper_pdf(paper)
    assert pdf == paper_pdf(agreement_paper(again, language))
    same = document.facts.values[clause.code] == BASE.facts.values[clause.code]
    assert (document.text.sha256 == BASE.text.sha256) is same
    assert (paper_sha256(paper) == paper_sha256(agreement_paper(BASE, language))) is same
    assert (hashlib.sha256(pdf).digest() == base_sha256(language)) is same
    text = pdf_text(pdf)
    for words in clause.spoken(document.facts.values[clause.code], language).values():
        assert squeezed(shown(words)) in text


@given(st.text(), st.text(), st.text())
def test_another_text_in_either_language_changes_the_hash(one: str, another: str, beside: str) -> None:
    assume(one != another)
    assert agreement_sha256(Text(one, beside)) != agreement_sha256(Text(another, beside))
    assert agreement_sha256(Text(beside, one)) != agreement_sha256(Text(beside, another))


@given(st.lists(CLAUSES.flatmap(_changed), max_size=4), LANGUAGES)
def test_the_grid_as_a_table_says_what_the_text_says(
    changes: list[tuple[Clause, dict[str, object]]], language: Language
) -> None:
    document = _possible({clause.code: values for clause, values in changes})
    values = document.facts.values
    gap = ": " if language is Language.EN else f"{NARROW}: "
    labels = [column.of(language) for column in COLUMNS[1:]]
    sentences = [
        f"{row.right}. {row.kept}"
        if not row.granted
        else f"{row.right}. "
        + " ".join(
            f"{label}{gap}{cell}."
            for label, cell in zip(labels, (row.extent, row.purpose, row.place, row.duration), strict=True)
        )
        for row in rights_grid(CATALOGUE, values, language)
    ]
    assert sentences == grid(CATALOGUE, values, language)
    assert all(sentence in render_agreement(document.facts, language) for sentence in sentences)


@given(
    st.booleans(),
    st.integers(1, 50),
    st.sampled_from(["training_only_no_publication", "no_consent_before_publication"]),
)
def test_the_switches_of_the_author_come_from_the_clauses(express: bool, share: int, disclosure: str) -> None:  # noqa: FBT001 - drawn by hypothesis
    changes: dict[str, dict[str, object]] = {
        "FUTURE_FORMS": {"express": express, "profit_share_percent": share if express else 0},
        "MORAL_RIGHTS": {"first_disclosure": disclosure},
    }
    rights = author_rights(CATALOGUE, agreement_document_with(changes).facts.values, Language.FR)
    assert rights.first_disclosure == disclosure
    assert rights.future_forms is express
    assert rights.profit_share_percent == (share if express else 0)
    said = dict(switch_rows(rights, Language.FR))
    assert ("expressément cédées" in said["Formes non prévues (article L131-6)"]) is express
    assert ("sans aucune publication" in said["Première divulgation (article L121-2)"]) is (
        disclosure == "training_only_no_publication"
    )


@given(st.text(max_size=200))
def test_whatever_is_printed_has_no_unseen_sign(text: str) -> None:
    printed = shown(text)
    assert shown(printed.replace("\u200b", "")) == printed
    assert all(sign.isprintable() or sign in "\u200b\u202f\xa0\u2002\u2003\u2009" or sign.isspace() for sign in printed)
