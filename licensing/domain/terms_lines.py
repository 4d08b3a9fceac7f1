"""A buyer's need beside a creator's terms, line by line: the twelve dimensions in words, and which of them fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from core.money import decimal_text
from licensing.domain.clauses import Catalogue
from licensing.domain.explain import conditions_missing
from licensing.domain.matching import Dimension, Profile, Territory, UseCase, clause_of, fail_mask
from licensing.domain.obstacles import (
    EXCLUSIVITY_WORDS,
    NAMES,
    PEOPLE_WORDS,
    RETENTION_WORDS,
    SUBLICENSE_WORDS,
    Words,
    because,
)
from licensing.domain.wording import Language, join_list, wording


def _said(en: str, fr: str) -> Words:
    text = wording(en, fr)
    return Words(text.en, text.fr)


_NOTHING: Final = _said("nothing", "rien")
_WORLD: Final = _said("worldwide", "monde entier")


@dataclass(frozen=True, slots=True)
class TermsLine:
    """One dimension: what the buyer needs, what the terms permit on this footage, and why they do not meet."""

    dimension: Dimension
    need: Words
    offer: Words
    obstacle: Words | None

    @property
    def name(self) -> Words:
        """What the line is about."""
        return NAMES[self.dimension]

    @property
    def fits(self) -> bool:
        """Whether need and terms meet here."""
        return self.obstacle is None


Pair = tuple[Words, Words]


def _options(catalogue: Catalogue, clause: str, name: str, codes: Iterable[str]) -> Words:
    parameter = next(item for item in catalogue[clause].parameters if item.name == name)
    chosen = tuple(str(code) for code in codes)
    return Words(parameter.text(chosen, Language.EN), parameter.text(chosen, Language.FR)) if chosen else _NOTHING


def _titles(catalogue: Catalogue, tokens: Iterable[str]) -> Words:
    clauses = [catalogue[code] for code in sorted({clause_of(token) for token in tokens}) if code in catalogue]
    if not clauses:
        return _NOTHING
    clauses.sort(key=lambda clause: clause.number)
    return Words(*(join_list([clause.title.of(one) for clause in clauses], one) for one in Language))


def _joined(first: Words, second: Words) -> Words:
    return _said(f"{first.en}; {second.en}", f"{first.fr} ; {second.fr}")


def _countries(territory: Territory) -> Words:
    denied = ", ".join(sorted(territory.deny))
    if territory.allow is not None:
        allowed = ", ".join(sorted(territory.allow - territory.deny))
        return Words(allowed, allowed)
    return _said(f"{_WORLD.en}, without {denied}", f"{_WORLD.fr}, sans {denied}") if denied else _WORLD


def _places(processing: Territory, storage: Territory) -> Words:
    if processing == storage:
        return _countries(processing)
    kept = _countries(storage)
    return _joined(_countries(processing), _said(f"kept in: {kept.en}", f"conservé : {kept.fr}"))


def _use(catalogue: Catalogue, of: Profile | UseCase) -> Words:
    return _joined(
        _options(catalogue, "FIELD_OF_USE", "purposes", of.purposes),
        _options(catalogue, "MODEL_CLASS", "classes", of.model_classes),
    )


def _commercial(of: Profile | UseCase) -> Words:
    return _said("commercial use", "usage commercial") if of.commercial else _said("research only", "recherche seule")


def _months(of: Profile | UseCase) -> Words:
    return _said(f"{of.term_months} months", f"{of.term_months} mois")


def _parts(catalogue: Catalogue, of: Profile | UseCase) -> Words:
    return _options(catalogue, "FIELD_OF_USE", "modalities", of.modalities)


def _price(profile: Profile, need: UseCase) -> Pair:
    """The creator's own floor is not told where it keeps nobody out: it stays between creator and platform."""
    if need.max_rate is None:
        return _said("no limit", "sans limite"), _said("as on the rate card", "selon le tarif")
    most = decimal_text(need.max_rate)
    asked = _said(f"at most {most} a minute", f"{most.replace('.', ',')} par minute au plus")
    if fail_mask(profile, need) & Dimension.PRICE_FLOOR:
        return asked, _said("more than that", "davantage")
    return asked, _said("within it", "dans cette limite")


def _buyer(profile: Profile, need: UseCase) -> Pair:
    """Whom a creator blocks is told to nobody but those it concerns."""
    if need.identity & profile.blocked:
        return _said("your use", "votre usage"), _said("not sold to", "pas vendu")
    return _said("your use", "votre usage"), _said("sold to", "vendu")


_PAIRS: Final[dict[Dimension, Callable[[Catalogue, Profile, UseCase], Pair]]] = {
    Dimension.PURPOSE: lambda catalogue, profile, need: (_use(catalogue, need), _use(catalogue, profile)),
    Dimension.COMMERCIAL: lambda _, profile, need: (_commercial(need), _commercial(profile)),
    Dimension.TERRITORY: lambda _, profile, need: (
        _places(need.territory, need.storage),
        _places(profile.territory, profile.storage),
    ),
    Dimension.TERM: lambda _, profile, need: (_months(need), _months(profile)),
    Dimension.RETENTION: lambda _, profile, need: (RETENTION_WORDS[need.retention], RETENTION_WORDS[profile.retention]),
    Dimension.SUBLICENSE: lambda _, profile, need: (
        SUBLICENSE_WORDS[need.sublicense],
        SUBLICENSE_WORDS[profile.sublicense],
    ),
    Dimension.PEOPLE: lambda _, profile, need: (PEOPLE_WORDS[need.people], PEOPLE_WORDS[profile.people]),
    Dimension.OUTPUT_LIMITS: lambda catalogue, profile, need: (
        _titles(catalogue, need.accepts),
        _titles(catalogue, profile.obligations),
    ),
    Dimension.MODALITIES: lambda catalogue, profile, need: (_parts(catalogue, need), _parts(catalogue, profile)),
    Dimension.BUYER_BLOCK: lambda _, profile, need: _buyer(profile, need),
    Dimension.PRICE_FLOOR: lambda _, profile, need: _price(profile, need),
    Dimension.EXCLUSIVITY: lambda _, profile, need: (
        EXCLUSIVITY_WORDS[need.exclusivity],
        EXCLUSIVITY_WORDS[profile.exclusivity],
    ),
}


def terms_lines(profile: Profile, need: UseCase, catalogue: Catalogue) -> tuple[TermsLine, ...]:
    """Put a need beside a profile, one line a dimension in their fixed order, worded by the clauses of a catalogue.

    The lines that do not fit are exactly those of `fail_mask`.
    """
    mask = fail_mask(profile, need)
    return tuple(
        TermsLine(dimension, *pair(catalogue, profile, need), _obstacle(dimension, mask, profile, need, catalogue))
        for dimension, pair in _PAIRS.items()
    )


def _obstacle(
    dimension: Dimension, mask: Dimension, profile: Profile, need: UseCase, catalogue: Catalogue
) -> Words | None:
    if dimension not in mask:
        return None
    if dimension is Dimension.OUTPUT_LIMITS:
        open_ones = _titles(catalogue, (one.code for one in conditions_missing(profile, need)))
        return _said(f"still to accept: {open_ones.en}", f"encore à accepter : {open_ones.fr}")
    return because(dimension, profile, need)
