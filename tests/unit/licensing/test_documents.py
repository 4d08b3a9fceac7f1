"""An agreement as PDF/A: read by another program, it says everything, and nothing in it is taken for an instruction."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from pypdf import PdfReader

from licensing.adapters.typesetting import paper_pages, paper_pdf
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.documents.agreement import agreement_paper
from licensing.domain.documents.paper import BREAK, paper_json, paper_sha256, shown
from licensing.domain.rendering import clause_text
from licensing.domain.wording import Language, sha256_text
from tests.factories.documents import agreement_document_with, pdf_text, squeezed

HOSTILE = '#read("/etc/passwd") #eval("1+1") $x$ */ ]] } ]} \\ #import "@preview/x:1.0.0" <a> "; drop'


def _fonts(reader: PdfReader) -> list[Any]:
    found: list[Any] = []
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for name in resources.get("/Font", {}).values():
            font = name.get_object()
            descendants = [one.get_object() for one in font.get("/DescendantFonts", [font])]
            found += [one["/FontDescriptor"].get_object() for one in descendants]
    return found


@pytest.mark.parametrize("language", list(Language))
def test_it_is_pdf_a_3b_with_its_fonts_and_colours_inside_and_the_date_of_the_facts(language: Language) -> None:
    reader = PdfReader(io.BytesIO(paper_pdf(agreement_paper(agreement_document_with(), language))))
    root: Any = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r'pdfaid:part(>|=")3', xmp)
    assert re.search(r'pdfaid:conformance(>|=")B', xmp)
    (intent,) = root["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    assert intent.get_object()["/DestOutputProfile"].get_object().get_data()
    fonts = _fonts(reader)
    assert fonts
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font) for font in fonts)
    assert root["/Lang"] == language
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]) == "D:20260831100000Z"
    assert not reader.is_encrypted
    assert "/JavaScript" not in root.get("/Names", {})


@pytest.mark.parametrize("language", list(Language))
def test_it_says_every_clause_and_every_value_and_carries_the_hash_on_every_page(language: Language) -> None:
    changes = {"FUTURE_FORMS": {"express": True, "profit_share_percent": 12}, "TERM": {"training_access_months": 36}}
    document = agreement_document_with(changes)
    pdf = paper_pdf(agreement_paper(document, language))
    text = pdf_text(pdf)
    # A clause may run over a page's edge, where header and footer stand between its words.
    paragraphs = [
        paragraph
        for clause in CATALOGUE.values()
        for paragraph in clause_text(clause, document.facts.values, language).split("\n\n")
    ]
    broken = [paragraph for paragraph in paragraphs if squeezed(paragraph) not in text]
    pages = len(PdfReader(io.BytesIO(pdf)).pages)
    assert len(broken) < pages
    for paragraph in broken:
        assert all(squeezed(word) in text for word in paragraph.split())
    for clause in CATALOGUE.values():
        for words in clause.spoken(document.facts.values[clause.code], language).values():
            assert squeezed(words) in text, clause.code
    assert text.count(document.text.sha256) >= pages


def test_the_attachment_holds_the_exact_text_whose_hash_was_signed() -> None:
    document = agreement_document_with(licensor="日本スタジオ")
    reader = PdfReader(io.BytesIO(paper_pdf(agreement_paper(document, Language.EN))))
    ((name, (data,)),) = reader.attachments.items()
    facts = json.loads(data)
    assert name == "agreement.json"
    assert facts["licensor"]["name"] == "日本スタジオ"
    assert sha256_text(f"{facts['text']['en']}\f{facts['text']['fr']}") == facts["sha256"] == document.text.sha256
    assert len(facts["clauses"]) == 40


def test_a_hostile_name_and_a_hostile_clause_are_printed_and_nothing_else() -> None:
    own = {"TERM": {Language.EN: f"{HOSTILE}\n\nSecond paragraph {HOSTILE}"}}
    pdf = paper_pdf(agreement_paper(agreement_document_with(licensor=HOSTILE, own_wording=own), Language.EN))
    text = pdf_text(pdf)
    assert text.count(squeezed(HOSTILE)) >= 4
    assert "root:" not in text


def test_signs_that_hide_or_that_no_font_has_are_spelled_out() -> None:
    assert shown("a\u202egnp.exe\u200b") == "a[U+202E]gnp.exe[U+200B]"
    assert shown("日本 \x00 \ue000 😀") == "[U+65E5][U+672C] [U+0000] [U+E000] [U+1F600]"
    assert shown("e\u0301té  \n Ångström — Ελλάδα Москва œuvre\u202f; 5\u202f%") == (
        "été Ångström — Ελλάδα Москва œuvre\u202f; 5\u202f%"
    )
    assert shown("x" * 50).replace(BREAK, "") == "x" * 50


def test_every_sign_that_is_shown_as_it_is_has_a_glyph() -> None:
    every = [chr(code) for code in range(0x21, 0x3000) if shown(chr(code)) == chr(code)]
    assert len(every) > 1500
    text = pdf_text(paper_pdf(agreement_paper(agreement_document_with(licensor=" ".join(every)), Language.EN)))
    assert "ЖЩ" not in text
    assert "Ж" in text


def test_a_long_name_without_a_space_stays_on_the_page() -> None:
    paper = agreement_paper(agreement_document_with(licensor="W" * 120), Language.FR)
    reader = PdfReader(io.BytesIO(paper_pdf(paper)))
    edges: list[float] = []
    reader.pages[0].extract_text(visitor_text=lambda text, _cm, tm, *_: edges.append(tm[4]) if "W" in text else None)
    assert edges
    assert max(edges) < float(reader.pages[0].mediabox.width)


def test_a_draft_says_so_on_every_page_and_names_nobody_as_signatory() -> None:
    pdf = paper_pdf(agreement_paper(agreement_document_with(signed=None), Language.EN))
    text = pdf_text(pdf)
    assert text.count("Draft,notsigned") >= len(PdfReader(io.BytesIO(pdf)).pages)
    assert "AdaNord" not in text


def test_what_was_signed_is_shown_even_when_the_catalogue_would_say_otherwise_today() -> None:
    then, now = agreement_document_with(), agreement_document_with({"TERM": {"training_access_months": 60}})
    mixed = type(then)(facts=now.facts, text=then.text, drafted_at=then.drafted_at, signed=then.signed, site=then.site)
    text = pdf_text(paper_pdf(agreement_paper(mixed, Language.EN)))
    wanted = next(part for part in then.text.text.en.split("\n\n") if "24 months" in part)
    assert squeezed(wanted) in text


def test_the_same_facts_give_the_same_bytes_and_each_page_can_be_drawn() -> None:
    one, two = (agreement_paper(agreement_document_with(), Language.FR) for _ in range(2))
    assert paper_pdf(one) == paper_pdf(two)
    assert paper_json(one) == paper_json(two)
    assert paper_sha256(one) == paper_sha256(two)
    pages = paper_pages(one, dots_per_inch=20)
    assert len(pages) == len(PdfReader(io.BytesIO(paper_pdf(one))).pages)
    assert all(page.startswith(b"\x89PNG") for page in pages)
