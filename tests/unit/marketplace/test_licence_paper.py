"""A licence as a document: who, what for, which clips, and whose words bind which clip."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from licensing.adapters.typesetting import paper_pdf
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import compose
from licensing.domain.documents.paper import Clauses, paper_sha256
from licensing.domain.wording import Language, sha256_text
from marketplace.delivery.domain.licence_paper import (
    LicenceDocument,
    LicensedLine,
    Terms,
    clock,
    licence_paper,
    number_ranges,
)
from tests.factories.documents import pdf_text, squeezed

TITLE = "Harbour #eval(1) $x$ 港"
PAYLOAD: dict[str, Any] = {
    "iss": "https://offcut.example",
    "jti": "OC-7K2M9-AAAAA-BBBBB-CCCCC",
    "iat": 1_788_170_400,
    "order": "ord_01jd0000000000000000000000",
    "dataset": "dst_01jd0000000000000000000000",
    "version": 1,
    "licensee": {"id": "org_01jd0000000000000000000001", "name": 'Vision "Labs" GmbH'},
    "use_case": {"id": "use_01jd0000000000000000000000", "version": 2, "sha256": "aa" * 32},
    "grant": {
        "field_of_use": ["pretrain", "finetune"],
        "model_class": ["video_gen"],
        "territory": "worldwide",
        "term_months": 24,
        "starts": "2026-09-01",
        "ends": "2028-09-01",
        "exclusivity": "none",
        "sublicense": "contractors",
    },
    "price": {"creators": "1112.00", "service_fee": "222.40", "total": "1334.40", "currency": "USD"},
    "samples": {"count": 7, "duration_ms": 434_028, "merkle_root": "ef" * 32},
}


def terms(**changes: dict[str, object]) -> Terms:
    """Return terms of a creator in no society."""
    every: dict[str, dict[str, object]] = {"CMO_STATUS": {"societies": ["none"]}, **changes}
    return Terms(list(CATALOGUE.values()), compose(CATALOGUE, every), {})


def document(whose: Sequence[str] = "aaabaab", **different: dict[str, object]) -> LicenceDocument:
    """Return a licence on clips under the terms named by each letter."""
    lines = [
        LicensedLine(
            title=f"{TITLE} {number}",
            clip=f"clp_{number:026d}",
            licence=f"lic_{number:026d}",
            licensor=f"org_{letter * 26}",
            licensor_name={"a": "Studio Nord", "b": "Atelier Sud & fils"}[letter],
            start_ms=1_000 * number,
            end_ms=1_000 * number + 62_004,
            amount="16.00",
            source_sha256=f"{number:064x}",
            agreement_sha256="cd" * 32,
            terms=letter,
        )
        for number, letter in enumerate(whose, start=1)
    ]
    every = {"a": terms(), "b": terms(**(different or {"TERM": {"training_access_months": 36}}))}
    return LicenceDocument(PAYLOAD, "a.b.c", lines, {letter: every[letter] for letter in sorted(set(whose))}, "Offcut")


@pytest.mark.parametrize("language", list(Language))
def test_it_names_the_parties_the_grant_the_price_and_every_clip_with_its_hashes(language: Language) -> None:
    found = document()
    pdf = paper_pdf(licence_paper(found, language))
    text = pdf_text(pdf)
    for wanted in (PAYLOAD["jti"], PAYLOAD["order"], 'Vision "Labs" GmbH', "ef" * 32, "24 months"):
        if language is Language.EN or wanted != "24 months":
            assert squeezed(wanted) in text, wanted
    for line in found.lines:
        for wanted in (line.clip, line.licence, line.source_sha256, line.agreement_sha256, line.licensor_name):
            assert squeezed(wanted) in text
        assert squeezed(line.title.replace("港", "[U+6E2F]")) in text
    assert text.count(sha256_text("a.b.c")) >= len(PdfReader(io.BytesIO(pdf)).pages)


def test_money_is_written_as_each_language_writes_it() -> None:
    told = {language: pdf_text(paper_pdf(licence_paper(document(), language))) for language in Language}
    for wanted in ("1,334.40 USD", "1,112.00 to the creators", "222.40 service fee", "16.00 USD"):
        assert squeezed(wanted) in told[Language.EN]
    for wanted in ("1 334,40 USD", "1 112,00 aux créateurs", "222,40 de frais de service", "16,00 USD"):
        assert squeezed(wanted) in told[Language.FR]
    assert "16.00" not in told[Language.FR]


def test_a_clause_on_which_creators_differ_says_which_words_bind_which_clips() -> None:
    paper = licence_paper(document(), Language.EN)
    clauses = {one.title: one for section in paper.sections if isinstance(section, Clauses) for one in section.clauses}
    term = clauses[CATALOGUE["TERM"].title.en]
    assert [variant.scope for variant in term.variants] == ["Clips 1-3, 5-6", "Clips 4, 7"]
    assert "24 months" in term.variants[0].paragraphs[0][1]
    assert "36 months" in term.variants[1].paragraphs[0][1]
    others = [one for one in clauses.values() if one is not term]
    assert all(len(one.variants) == 1 and one.variants[0].scope == "" for one in others)


def test_a_buyer_is_not_told_the_creators_own_floor() -> None:
    found = document("ab", PRICE={"floor": "3.33"})
    paper = licence_paper(found, Language.EN)
    assert "3.33" not in pdf_text(paper_pdf(paper))
    assert "PRICE" not in {
        one.mark.split()[0] for section in paper.sections if isinstance(section, Clauses) for one in section.clauses
    }


def test_a_buyer_is_not_told_whom_a_creator_refuses() -> None:
    found = document("ab", PROHIBITED_END_USES={"barred_recipients": ["org_rival", "sector:adtech"]})
    kept = {Language.EN: "kept between the creator and the Platform", Language.FR: "gardés entre le créateur et"}
    for language, words in kept.items():
        text = pdf_text(paper_pdf(licence_paper(found, language)))
        assert "org_rival" not in text
        assert "adtech" not in text
        assert squeezed(words) in text
        assert squeezed(words) not in pdf_text(paper_pdf(licence_paper(document("a"), language)))


def test_a_grant_that_is_exclusive_in_one_category_says_so() -> None:
    payload = {**PAYLOAD, "grant": {**PAYLOAD["grant"], "exclusivity": "category"}}
    plain = dict(licence_paper(replace(document(), payload=payload), Language.FR).plain)
    assert plain["Exclusivité"] == "exclusive pour ces catégories de modèles"


def test_the_certificate_is_attached_with_all_it_states() -> None:
    reader = PdfReader(io.BytesIO(paper_pdf(licence_paper(document(), Language.FR))))
    ((name, (data,)),) = reader.attachments.items()
    assert name == "licence.json"
    assert json.loads(data) == {"certificate": "a.b.c", "states": PAYLOAD}


def test_the_same_certificate_gives_the_same_bytes_and_another_clip_others() -> None:
    one, two = (licence_paper(document(), Language.FR) for _ in range(2))
    assert paper_pdf(one) == paper_pdf(two)
    assert paper_sha256(one) != paper_sha256(licence_paper(document("aaabaaa"), Language.FR))


def test_one_creator_is_named_and_several_are_counted() -> None:
    assert licence_paper(document("aa"), Language.EN).parties[0].name == "Studio Nord"
    assert licence_paper(document("ab"), Language.FR).parties[0].name == "2 créateurs"


def test_numbers_are_told_in_short_and_moments_to_the_millisecond() -> None:
    assert number_ranges([1, 2, 3, 7, 9, 10]) == "1-3, 7, 9-10"
    assert number_ranges([]) == ""
    assert clock(3_723_004) == "1:02:03.004"
