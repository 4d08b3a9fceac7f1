"""Terms and use cases at random, from a fixed seed: what creators and buyers could choose, contradictions left out."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from core.errors import DomainError
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import Stored, compose
from licensing.domain.matching import (
    OBLIGATION_CLAUSES,
    Content,
    EndUse,
    Exclusivity,
    Modality,
    ModelClass,
    People,
    Purpose,
    Retention,
    Sublicense,
    Territory,
    UseCase,
)
from licensing.domain.parameters import Choice, Choices, Countries, Day, Flag, Parameter, Ratio, References, Whole
from licensing.domain.presets import PRESETS
from licensing.domain.use_case_values import PRESETS as NEEDS

_COUNTRIES = ("FR", "DE", "US", "JP", "CU")
_NAMES = ("org_a", "org_b", "sector:defence")


def terms_at_random(draw: random.Random, count: int, *, clauses: int = 4) -> list[Stored]:
    """So many sets of terms: the presets, each with a few clauses changed."""
    found = [compose(CATALOGUE, preset) for preset in PRESETS.values()]
    codes = list(CATALOGUE)
    while len(found) < count:
        changes = {code: values_at_random(code, draw) for code in draw.sample(codes, clauses)}
        try:
            found.append(compose(CATALOGUE, changes, draw.choice(found[: 3 + count // 4])))
        except DomainError:
            continue  # a contradiction, or a value that needs another one
    return found


def values_at_random(code: str, draw: random.Random) -> Mapping[str, object]:
    """Any value a clause knows for each of its parameters."""
    return {item.name: _value(item, draw) for item in CATALOGUE[code].parameters}


def _value(item: Parameter, draw: random.Random) -> object:
    match item:
        case Choice():
            return draw.choice(item.options).code
        case Choices():
            chosen = [one.code for one in item.options if one.code != item.alone and draw.random() < 0.7]
            return chosen or [item.options[0].code]
        case Whole():
            return draw.choice(item.allowed) if item.allowed else draw.randint(item.low, item.high)
        case Flag():
            return draw.random() < 0.5
        case Day():
            return f"20{draw.randint(27, 40)}-0{draw.randint(1, 9)}-15"
        case Ratio():
            return _ratio(item, draw)
        case Countries() | References():
            return draw.sample(_COUNTRIES if isinstance(item, Countries) else _NAMES, draw.randint(1, 2))
        case _:
            assert_never(item)


def _ratio(item: Ratio, draw: random.Random) -> str:
    places = 10**item.places
    low, high = (int(Fraction(limit) * places) for limit in (item.low, item.high))
    number = draw.randint(low, min(high, low + 4 * places))
    return f"{number // places}.{number % places:0{item.places}d}"


def needs_at_random(draw: random.Random, count: int) -> list[UseCase]:
    """So many use cases: the presets, accepting everything, each with a few needs changed."""
    found = []
    for _ in range(count):
        usual = replace(draw.choice(list(NEEDS.values())).use_case, accepts=OBLIGATION_CLAUSES)
        changes = {name: change for name, change in _changes(draw).items() if draw.random() < 0.12}
        found.append(replace(usual, **changes))  # type: ignore[arg-type]  # names and types belong together
    return found


def _some(kinds: type[StrEnum], draw: random.Random) -> frozenset[StrEnum]:
    every = list(kinds)
    return frozenset(draw.sample(every, draw.randint(1, 3)))


def _changes(draw: random.Random) -> dict[str, object]:
    accepted = draw.sample(sorted(OBLIGATION_CLAUSES), len(OBLIGATION_CLAUSES) - 1)
    return {
        "purposes": _some(Purpose, draw),
        "model_classes": _some(ModelClass, draw),
        "commercial": draw.random() < 0.5,
        "territory": _territory(draw),
        "storage": _territory(draw),
        "term_months": draw.choice([12, 24, 36, 60]),
        "retention": draw.choice(list(Retention)),
        "sublicense": draw.choice(list(Sublicense)),
        "people": draw.choice(list(People)),
        "accepts": frozenset(accepted) | {"REPUTATION:porn", "SECURITY:soc2"},
        "modalities": _some(Modality, draw) | {Modality.VIDEO},
        "organisation": draw.choice(["org_a", "org_b"]),
        "sector": "defence",
        "end_uses": frozenset({str(draw.choice(list(EndUse)))}),
        "contents": frozenset({str(draw.choice(list(Content)))}),
        "max_rate": Fraction(draw.choice(["0.50", "1.00", "2.80"])),
        "exclusivity": draw.choice(list(Exclusivity)),
    }


def _territory(draw: random.Random) -> Territory:
    allow = None if draw.random() < 0.4 else frozenset(draw.sample(_COUNTRIES, 2))
    return Territory(allow, frozenset(draw.sample(_COUNTRIES, draw.randint(0, 1))))
