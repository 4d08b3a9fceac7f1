"""The vocabulary behind the ``ail:`` names of our ODRL documents, as a document that an installation publishes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from licensing.domain.matching import (
    Cleared,
    Exclusivity,
    Modality,
    ModelClass,
    People,
    Purpose,
    Retention,
    Sublicense,
)
from licensing.domain.signals.odrl_asking import CLAUSE_ACTS, MEASURE, TRAIN, TRAIN_GENERATIVE, TRAIN_RECOGNITION
from licensing.domain.signals.odrl_model import PROFILE_PATH

_ODRL: Final = "http://www.w3.org/ns/odrl/2/"
_PREFIX: Final = "ail:"


@dataclass(frozen=True, slots=True)
class Term:
    """One name of the vocabulary: what it is, what it means, and the broader term it is part of."""

    name: str
    kind: str
    meaning: str
    part_of: str = ""


_ACTIONS: Final = (
    Term(TRAIN, "Action", "Use footage to make or change a model.", "odrl:use"),
    Term(TRAIN_GENERATIVE, "Action", "Train a model that generates pictures, sound, worlds or text.", TRAIN),
    Term(TRAIN_RECOGNITION, "Action", "Train a model that recognises or acts.", TRAIN),
    Term(MEASURE, "Action", "Measure a model with footage without training it.", "odrl:use"),
)
_OPERANDS: Final = tuple(
    Term(name, "LeftOperand", meaning)
    for name, meaning in (
        ("ail:modelClass", "The class of model that is made or measured."),
        ("ail:modality", "The parts of a delivery that are used."),
        ("ail:modelRetention", "What happens to a model after the term."),
        ("ail:people", "How recognisable the people are whom the use relies on."),
        ("ail:reach", "How far the use goes, as people and places shown have agreed."),
        ("ail:exclusivity", "How exclusive the grant is."),
        ("ail:storage", "The countries where footage is kept, as ISO 3166-1 alpha-2 codes."),
        ("ail:commercialUse", "Whether the use is commercial."),
        ("ail:buyer", "The organisation that uses the footage, by its id."),
        ("ail:sector", "The sector the buyer works in."),
        ("ail:endUse", "What a product made with the model is for."),
        ("ail:depicted", "What a model is made to show."),
        ("ail:ratePerMinute", "What is paid for one minute of footage."),
        ("ail:kind", "The value of the contract clause behind a rule, as the clause's parameter is written."),
    )
)
_LADDERS: Final[tuple[tuple[str, type[StrEnum], str], ...]] = (
    ("", Purpose, "ail:Purpose"),
    ("", ModelClass, "ail:ModelClass"),
    ("modality-", Modality, "ail:Modality"),
    ("retention-", Retention, "ail:ModelRetention"),
    ("sublicense-", Sublicense, "ail:Recipient"),
    ("people-", People, "ail:People"),
    ("reach-", Cleared, "ail:Reach"),
    ("exclusivity-", Exclusivity, "ail:Exclusivity"),
)


def terms() -> tuple[Term, ...]:
    """Every name in use, in a fixed order."""
    acts = (
        Term(name, "Action", f"What clause {clause} {'asks of' if duty else 'keeps from'} the buyer.")
        for clause, (name, duty) in sorted(CLAUSE_ACTS.items())
        if name.startswith(_PREFIX)
    )
    values = (
        Term(f"{_PREFIX}{prefix}{value}", kind, f"The value {value} of the clause parameter it is named after.")
        for prefix, values, kind in _LADDERS
        for value in values
    )
    return (*_ACTIONS, *acts, *_OPERANDS, *values)


def vocabulary(site: str) -> dict[str, Any]:
    """The vocabulary as JSON-LD (SKOS), for the address every document names as its profile."""
    return {
        "@context": {
            "ail": f"{site}{PROFILE_PATH}#",
            "odrl": _ODRL,
            "skos": "http://www.w3.org/2004/02/skos/core#",
            "definition": {"@id": "skos:definition", "@language": "en"},
            "includedIn": {"@id": "odrl:includedIn", "@type": "@id"},
        },
        "@id": f"{site}{PROFILE_PATH}",
        "@type": "odrl:Profile",
        "@included": list(_nodes(terms())),
    }


def _nodes(found: Iterable[Term]) -> Iterable[dict[str, str]]:
    for term in found:
        kind = term.kind if ":" in term.kind else f"odrl:{term.kind}"
        node = {"@id": term.name, "@type": kind, "definition": term.meaning}
        yield node | ({"includedIn": term.part_of} if term.part_of else {})
