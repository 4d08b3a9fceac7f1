"""A paper as data: sections of fields, each with its words, the column it comes from, and how it is read.

The same table writes the JSON, the readable page in both languages, and the reference of sources in the docs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from licensing.domain.wording import Language, Text, wording
from marketplace.delivery.domain.compliance.facts import Facts

Value = str | int | bool | Text | tuple[str, ...] | Mapping[str, int] | None

UNKNOWN: Final = wording(
    "Not known to Offcut. Whoever provides the model has to say it.",
    "Inconnu d'Offcut. Le fournisseur du modèle doit l'indiquer.",
)
NONE: Final = wording("none", "aucun")
_YES: Final = wording("yes", "oui")
_NO: Final = wording("no", "non")
HEADS: Final = (wording("Item", "Rubrique"), wording("Answer", "Réponse"), wording("Source", "Source"))
NOTICE: Final = wording(
    "A draft made from Offcut's records of what was licensed. It speaks of this footage only, not of other data, and"
    " is not legal advice: have it read by counsel.",
    "Projet établi à partir des registres d'Offcut sur ce qui a été concédé. Il ne concerne que ces rushes, non"
    " d'autres données, et ne vaut pas conseil juridique : faites-le relire par un juriste.",
)
BY_NATURE: Final = "by the nature of the service"
NOWHERE: Final = "no row says it"
_SOURCES: Final = {
    BY_NATURE: wording(BY_NATURE, "par la nature du service"),
    NOWHERE: wording(NOWHERE, "aucune ligne ne l'indique"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One item of a paper. `source` is the table and column it is counted from, or why there is none."""

    key: str
    label: Text
    source: str
    read: Callable[[Facts], Value]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a paper."""

    key: str
    title: Text
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its name in the folder, title, the law it answers, its sections."""

    code: str
    title: Text
    law: Text
    sections: tuple[Section, ...]

    def as_json(self, facts: Facts) -> dict[str, Any]:
        """The paper as plain values; every field says whether it is known and where it comes from."""
        return {
            "paper": self.code,
            "title": self.title.en,
            "law": self.law.en,
            "notice": NOTICE.en,
            "sections": [
                {
                    "key": section.key,
                    "title": section.title.en,
                    "fields": [_field_json(field, facts) for field in section.fields],
                }
                for section in self.sections
            ],
        }

    def as_markdown(self, facts: Facts, language: Language) -> bytes:
        """The paper for people; equal facts give equal bytes."""
        blocks = [f"# {self.title.of(language)}", self.law.of(language), f"> {NOTICE.of(language)}"]
        heads = " | ".join(head.of(language) for head in HEADS)
        for section in self.sections:
            rows = [_row(field, facts, language) for field in section.fields]
            blocks += [f"## {section.title.of(language)}", "\n".join([f"| {heads} |", "|---|---|---|", *rows])]
        return ("\n\n".join(blocks) + "\n").encode()


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """A document as JSON text; equal documents give equal bytes."""
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def _field_json(field: Field, facts: Facts) -> dict[str, Any]:
    value = field.read(facts)
    return {
        "key": field.key,
        "label": field.label.en,
        "value": _plain(value),
        "known": value is not None,
        "source": field.source,
    }


def _plain(value: Value) -> object:
    match value:
        case Text():
            return value.en
        case tuple():
            return list(value)
        case Mapping():
            return dict(value)
        case _:
            return value


def source_told(source: str, language: Language) -> str:
    """Where a value comes from: a column's name, or words that say why there is none."""
    return _SOURCES[source].of(language) if source in _SOURCES else source


def told(value: Value, language: Language) -> str:
    """A value as people read it; what is not known is said so."""
    match value:
        case None:
            return UNKNOWN.of(language)
        case Text():
            return value.of(language)
        case bool():
            return (_YES if value else _NO).of(language)
        case tuple():
            text = ", ".join(value)
        case Mapping():
            text = ", ".join(f"{name}: {count}" for name, count in value.items())
        case _:
            text = str(value)
    return text or NONE.of(language)


def _row(field: Field, facts: Facts, language: Language) -> str:
    answer, source = _cell(field.read(facts), language), _source(field.source, language)
    return f"| {field.label.of(language)} | {answer} | {source} |"


def _source(source: str, language: Language) -> str:
    words = source_told(source, language)
    return words if source in _SOURCES else f"`{words}`"


def _cell(value: Value, language: Language) -> str:
    return told(value, language).replace("|", "\\|").replace("\n", " ")
