"""A creator's agreement as a document: what matters first, then every clause, then the signatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from licensing.domain import template
from licensing.domain.author_rights import COLUMNS, SWITCHES_TITLE, GridRow, author_rights, switch_rows
from licensing.domain.clauses import Clause, TermsValues
from licensing.domain.documents.paper import (
    Attachment,
    Clauses,
    ClauseShown,
    Facts,
    Paper,
    Party,
    Prose,
    Rows,
    Section,
    Signature,
    Signatures,
    Table,
    Variant,
)
from licensing.domain.documents.words import check_lines, moment_text, said
from licensing.domain.editions.edition import Edition
from licensing.domain.rendering import AgreementFacts, OwnWording, Rendered, clause_text, fill, render_agreement
from licensing.domain.wording import Language, canonical_json

ATTACHMENT: Final = "agreement.json"
_GLANCE: Final = (
    ("FIELD_OF_USE", "purposes"),
    ("MODEL_CLASS", "classes"),
    ("TERM", "training_access_months"),
    ("SURVIVAL", "model"),
    ("TERRITORY", "processing"),
    ("SUBLICENSE", "level"),
    ("EXCLUSIVITY", "kind"),
    ("DATA_SUBJECT", "people"),
    ("PRICE", "floor"),
    ("WITHDRAWAL", "notice_days"),
    ("CMO_STATUS", "societies"),
    ("DISPUTE", "law"),
)
"""The values a creator reads first."""
GRID_WIDTHS: Final = (20, 24, 30, 16, 18)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """Who signed the agreement, and when."""

    name: str
    account: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDocument:
    """Everything the document shows. `text` is the agreement's text: as signed, once it is signed."""

    facts: AgreementFacts
    text: Rendered
    drafted_at: datetime
    signed: SignedBy | None
    site: str


def clause_values(clause: Clause, values: TermsValues, language: Language) -> Rows:
    """Every parameter of a clause with its value in words."""
    spoken = clause.spoken(values[clause.code], language)
    return tuple((item.label.of(language), spoken[item.name]) for item in clause.parameters)


def clause_paragraphs(number: str, text: str) -> Rows:
    """A clause's paragraphs with their numbers."""
    return tuple((f"{number}.{place}", part) for place, part in enumerate(text.split("\n\n"), start=1))


def _clause(place: int, clause: Clause, values: TermsValues, own: OwnWording | None, language: Language) -> ClauseShown:
    paragraphs = clause_paragraphs(str(place), clause_text(clause, values, language, own))
    return ClauseShown(
        str(place),
        clause.title.of(language),
        f"{clause.code} v{clause.version}",
        clause.summary.of(language),
        (Variant("", paragraphs, clause_values(clause, values, language)),),
    )


def grid_rows(grid: tuple[GridRow, ...]) -> tuple[tuple[str, ...], ...]:
    """The grid of rights as table rows; a right that is kept fills its row with one cell."""
    return tuple(
        (row.right, row.extent, row.purpose, row.place, row.duration) if row.granted else (row.right, row.kept)
        for row in grid
    )


def _glance(facts: AgreementFacts, language: Language) -> Rows:
    by_code = {clause.code: clause for clause in facts.clauses}
    rows = []
    for code, name in _GLANCE:
        clause = by_code[code]
        rows.append((clause.title.of(language), clause.spoken(facts.values[code], language)[name]))
    return tuple(rows)


def _facts(document: AgreementDocument, language: Language) -> Rows:
    facts, signed = document.facts, document.signed
    revision = said("revision", language, version=str(facts.template_version), revision=str(facts.revision))
    dispute = next(clause for clause in facts.clauses if clause.code == "DISPUTE")
    worded = [
        f"{place}. {clause.title.of(language)}"
        for place, clause in enumerate(facts.clauses, start=1)
        if facts.own_wording.get(clause.code)
    ]
    rows = [
        (said("reference", language), facts.agreement_id),
        (said("template", language), f"{template.TEMPLATE_NAME}, {revision}"),
        (said("signed_on", language), moment_text(signed.at, language) if signed else said("not_yet", language)),
        (said("signed_by", language), signed.name if signed else said("not_yet", language)),
        (said("own_wording", language), "; ".join(worded) if worded else said("none", language)),
        (said("prevailing", language), dispute.spoken(facts.values["DISPUTE"], language)["prevailing_language"]),
        (said("contract_hash", language), document.text.sha256),
    ]
    return tuple(rows)


def _sections(document: AgreementDocument, language: Language) -> tuple[Section, ...]:
    facts, frozen = document.facts, document.text.text.of(language)
    if render_agreement(facts, language) != frozen:
        # What was signed stands, whatever today's catalogue would say.
        return (Prose(said("clauses", language), tuple(frozen.split("\n\n"))), _signatures(document, language))
    catalogue = {clause.code: clause for clause in facts.clauses}
    rights = author_rights(catalogue, facts.values, language, facts.edition)
    clauses = tuple(
        _clause(place, clause, facts.values, facts.own_wording.get(clause.code), language)
        for place, clause in enumerate(facts.clauses, start=1)
    )
    words = {"licensor": facts.licensor, "licensor_id": facts.licensor_id, "platform": facts.platform}
    opening = (fill(template.PARTIES.of(language), words), *(item.of(language) for item in facts.edition.definitions))
    return (
        Prose(said("definitions", language), opening),
        Table(
            template.GRID_TITLE.of(language),
            template.GRID_INTRO.of(language),
            tuple(column.of(language) for column in COLUMNS),
            GRID_WIDTHS,
            grid_rows(rights.grid),
        ),
        Facts(SWITCHES_TITLE.of(language), switch_rows(rights, language)),
        Clauses(said("clauses", language), clauses),
        *general_provisions(facts.edition, language),
        _signatures(document, language),
    )


def general_provisions(edition: Edition, language: Language) -> tuple[Prose, ...]:
    """What holds for all clauses, as one section; none where the edition has none."""
    if not edition.general:
        return ()
    return (Prose(template.HEADINGS["general"].of(language), tuple(item.of(language) for item in edition.general)),)


def _signatures(document: AgreementDocument, language: Language) -> Signatures:
    signed, facts = document.signed, document.facts
    by: Rows = ((said("signed_on", language), said("not_yet", language)),)
    if signed is not None:
        by = (
            (said("signed_by", language), signed.name),
            (said("account", language), signed.account),
            (said("signed_on", language), moment_text(signed.at, language)),
        )
    seal = said("sealed_how" if signed else "not_sealed", language)
    return Signatures(
        said("signatures", language),
        said("signatures_intro", language),
        (
            Signature(said("licensor", language), facts.licensor, by),
            Signature(said("platform", language), facts.platform, ((said("sealed", language), seal),)),
        ),
        said("check", language),
        check_lines(language, document.site, ATTACHMENT),
    )


def _attachment(document: AgreementDocument) -> Attachment:
    facts, signed, text = document.facts, document.signed, document.text
    data = {
        "kind": "agreement",
        "id": facts.agreement_id,
        "licensor": {"id": facts.licensor_id, "name": facts.licensor},
        "platform": facts.platform,
        "template": template.TEMPLATE_NAME,
        "template_version": facts.template_version,
        "revision": facts.revision,
        "signed": {"name": signed.name, "account": signed.account, "at": signed.at.isoformat()} if signed else None,
        "clauses": [
            {"code": clause.code, "version": clause.version, "sha256": clause.canonical_sha256()}
            for clause in facts.clauses
        ],
        "values": facts.values,
        "text": {"en": text.text.en, "fr": text.text.fr},
        "sha256": text.sha256,
    }
    return Attachment(name=ATTACHMENT, text=canonical_json(data), description="The agreement for machines")


def agreement_paper(document: AgreementDocument, language: Language) -> Paper:
    """The agreement in one language, ready to be set. The same facts give the same paper."""
    facts, signed = document.facts, document.signed
    return Paper(
        language=str(language),
        kicker=said("agreement", language),
        title=template.TITLE.of(language),
        status=said("signed" if signed else "draft", language),
        final=signed is not None,
        reference=facts.agreement_id,
        made_at=signed.at if signed else document.drafted_at,
        hash_label=said("hash", language),
        sha256=document.text.sha256,
        page_label=said("page", language),
        parties=(
            Party(said("licensor", language), facts.licensor, facts.licensor_id),
            Party(said("platform", language), facts.platform, ""),
        ),
        facts_title=said("facts", language),
        facts=_facts(document, language),
        plain_title=said("plain", language),
        plain=_glance(facts, language),
        notice=template.COUNSEL_NOTICE.of(language),
        sections=_sections(document, language),
        attachment=_attachment(document),
    )
