"""A paper for a regulator as a document for the typesetter: the same fields as in its JSON, which is attached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from licensing.domain.documents.paper import Attachment, Party, Table
from licensing.domain.documents.paper import Paper as Document
from licensing.domain.wording import Language, Text, sha256_text, wording
from marketplace.delivery.domain.compliance.facts import Facts
from marketplace.delivery.domain.compliance.fields import HEADS, NOTICE, Field, Paper, json_bytes, source_told, told

_WORDS: Final[Mapping[str, Text]] = {
    "kicker": wording("Compliance paper", "Document de conformité"),
    "status": wording("Draft for counsel", "Projet à faire relire"),
    "hash": wording("SHA-256 of the same facts as JSON", "SHA-256 des mêmes faits en JSON"),
    "page": wording("Page", "Page"),
    "licensee": wording("Licensee", "Licencié"),
    "platform": wording("Platform", "Plateforme"),
    "facts": wording("What it is about", "De quoi il s'agit"),
    "plain": wording("In short", "En bref"),
    "law": wording("The law it answers", "Le texte auquel il répond"),
    "orders": wording("Orders", "Commandes"),
    "datasets": wording("Datasets", "Jeux de données"),
    "clips": wording("Clips", "Plans"),
    "attachment": wording("The same facts for machines", "Les mêmes faits pour les machines"),
}


def printed(paper: Paper, facts: Facts, language: Language, *, reference: str, made_at: datetime) -> Document:
    """The document of a paper; equal facts and moment give an equal document."""

    def say(key: str) -> str:
        return _WORDS[key].of(language)

    attached = json_bytes(paper.as_json(facts)).decode()
    sections = tuple(
        Table(
            title=section.title.of(language),
            intro="",
            columns=tuple(head.of(language) for head in HEADS),
            widths=(38, 34, 28),
            rows=tuple(_row(field, facts, language) for field in section.fields),
        )
        for section in paper.sections
    )
    return Document(
        language=str(language),
        kicker=say("kicker"),
        title=paper.title.of(language),
        status=say("status"),
        final=True,
        reference=reference,
        made_at=made_at,
        hash_label=say("hash"),
        sha256=sha256_text(attached),
        page_label=say("page"),
        parties=(
            Party(say("licensee"), facts.licensee.name, facts.licensee.id),
            Party(say("platform"), facts.platform, facts.site),
        ),
        facts_title=say("facts"),
        facts=(
            (say("orders"), ", ".join(facts.orders)),
            (say("datasets"), ", ".join(facts.datasets)),
            (say("clips"), str(facts.clips)),
        ),
        plain_title=say("plain"),
        plain=((say("law"), paper.law.of(language)),),
        notice=NOTICE.of(language),
        sections=sections,
        attachment=Attachment(name=f"{paper.code}.json", text=attached, description=say("attachment")),
    )


def _row(field: Field, facts: Facts, language: Language) -> tuple[str, str, str]:
    return (
        field.label.of(language),
        told(field.read(facts), language),
        source_told(field.source, language),
    )
