"""The whole agreement as text: the same facts always give the same bytes, so its SHA-256 can be signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licensing.domain import template
from licensing.domain.clauses import PLACEHOLDER, Catalogue, Clause, TermsValues, clause_of
from licensing.domain.editions import CURRENT
from licensing.domain.editions.edition import Edition
from licensing.domain.wording import Language, Text, sha256_text

OwnWording = Mapping[Language, str]
"""Wording agreed in place of a clause's own, in one language or both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFacts:
    """Everything an agreement's text depends on."""

    agreement_id: str
    licensor: str
    licensor_id: str
    platform: str
    revision: int
    clauses: Sequence[Clause]
    values: TermsValues
    own_wording: Mapping[str, OwnWording]
    template_version: int = template.TEMPLATE_VERSION
    edition: Edition = CURRENT


@dataclass(frozen=True, slots=True)
class Rendered:
    """The agreement in both languages, and the hash that a signature freezes."""

    text: Text
    sha256: str


def fill(pattern: str, words: Mapping[str, str]) -> str:
    """`pattern` with each {name} replaced by its words."""
    return PLACEHOLDER.sub(lambda match: words[match[1]], pattern)


def clause_text(clause: Clause, values: TermsValues, language: Language, own: OwnWording | None = None) -> str:
    """One clause's words in a language; wording agreed in the other language only is quoted, and says so."""
    if not own:
        return clause.render(values[clause.code], language)
    if language in own:
        return own[language]
    other = Language.FR if language is Language.EN else Language.EN
    return f"{template.ONE_LANGUAGE.of(language)}\n\n{own[other]}"


def grid(catalogue: Catalogue, values: TermsValues, language: Language, edition: Edition = CURRENT) -> list[str]:
    """The rights granted one by one, each with extent, purpose, place and duration (article L131-3)."""
    words = {
        name: clause_of(catalogue, code).spoken(values[code], language)[parameter]
        for name, (code, parameter) in template.GRID_SOURCES.items()
    }
    return [f"{right.of(language)}. {fill(extent.of(language), words)}" for right, extent in edition.grid]


def _section(number: int, clause: Clause, text: str, language: Language) -> str:
    paragraphs = text.split("\n\n")
    numbered = [f"{number}.{place} {paragraph}" for place, paragraph in enumerate(paragraphs, start=1)]
    return "\n\n".join([f"{number}. {clause.title.of(language)}", *numbered])


def render_agreement(facts: AgreementFacts, language: Language) -> str:
    """The agreement in one language, clauses in template order, ending with one line feed."""
    words = {
        "licensor": facts.licensor,
        "licensor_id": facts.licensor_id,
        "platform": facts.platform,
        "agreement_id": facts.agreement_id,
        "template": template.TEMPLATE_NAME,
        "template_version": str(facts.template_version),
        "revision": str(facts.revision),
    }
    catalogue = {clause.code: clause for clause in facts.clauses}
    parts = [
        template.TITLE.of(language),
        fill(template.REFERENCE.of(language), words),
        fill(template.PARTIES.of(language), words),
        template.HEADINGS["definitions"].of(language),
        *(definition.of(language) for definition in facts.edition.definitions),
        template.GRID_TITLE.of(language),
        template.GRID_INTRO.of(language),
        *grid(catalogue, facts.values, language, facts.edition),
        template.HEADINGS["clauses"].of(language),
    ]
    for number, clause in enumerate(facts.clauses, start=1):
        text = clause_text(clause, facts.values, language, facts.own_wording.get(clause.code))
        parts.append(_section(number, clause, text, language))
    if facts.edition.general:
        parts += [template.HEADINGS["general"].of(language), *(item.of(language) for item in facts.edition.general)]
    return "\n\n".join([*parts, template.COUNSEL_NOTICE.of(language)]) + "\n"


def render_both(facts: AgreementFacts) -> Rendered:
    """Both language versions, and the SHA-256 over English, a form feed, and French."""
    text = Text(render_agreement(facts, Language.EN), render_agreement(facts, Language.FR))
    return Rendered(text, agreement_sha256(text))


def agreement_sha256(text: Text) -> str:
    """SHA-256 of the two language versions in a fixed order."""
    return sha256_text(f"{text.en}\f{text.fr}")
