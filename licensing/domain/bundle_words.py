"""How a bundle's summary reads: `Term: 24 months because of 3 clips, 0.2 h. Remove them → 36 months`."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, TypeVar

from licensing.domain.bundle import TERRITORY, Restriction
from licensing.domain.clauses import Catalogue, clause_of
from licensing.domain.parameters import Parameter, Value
from licensing.domain.wording import Language, Text

K = TypeVar("K", bound=Hashable)

_TENTH_MS: Final = 360_000
_MINUTE_MS: Final = 60_000
_NOTHING: Final = Text("nothing", "rien")


def _parameter(catalogue: Catalogue, code: str, name: str) -> Parameter:
    return next(item for item in clause_of(catalogue, code).parameters if item.name == name)


def value_words(code: str, name: str, value: Value, language: Language, catalogue: Catalogue) -> str:
    """The words of a value of one parameter; a territory with its countries."""
    if code == TERRITORY and isinstance(value, tuple) and name in ("processing", "storage"):
        kind, *countries = value
        said = _parameter(catalogue, code, name).text(kind, language)
        listed = _parameter(catalogue, code, f"{name}_countries").text(tuple(countries), language) if countries else ""
        return f"{said} ({listed})" if listed else said
    return _parameter(catalogue, code, name).text(value, language) or _NOTHING.of(language)


def hours_words(duration_ms: int, language: Language) -> str:
    """Hours with one decimal, minutes below a tenth of an hour; never zero for something."""
    if duration_ms < _TENTH_MS:
        return f"{max(1, round(duration_ms / _MINUTE_MS))} min" if duration_ms else "0 min"
    tenths = (duration_ms + _TENTH_MS // 2) // _TENTH_MS
    return f"{tenths // 10}{'.' if language is Language.EN else ','}{tenths % 10} h"


def label_words(code: str, name: str, language: Language, catalogue: Catalogue) -> str:
    """What a value is about: the clause, and the parameter where the clause has several."""
    clause = clause_of(catalogue, code)
    title = clause.title.of(language)
    if len(clause.parameters) == 1:
        return title
    return f"{title} ({_parameter(catalogue, code, name).label.of(language)})"


def restriction_words(one: Restriction[K], language: Language, catalogue: Catalogue) -> str:
    """One restriction as a sentence: the value, the clips that cause it, and what dropping them gains."""
    value = value_words(one.code, one.parameter, one.value, language, catalogue)
    without = value_words(one.code, one.parameter, one.without, language, catalogue)
    label = label_words(one.code, one.parameter, language, catalogue)
    hours = hours_words(one.duration_ms, language)
    if language is Language.EN:
        clips = f"{one.clips} clip" if one.clips == 1 else f"{one.clips} clips"
        them = "it" if one.clips == 1 else "them"
        return f"{label}: {value} because of {clips}, {hours}. Remove {them} → {without}."
    clips = f"{one.clips} plan" if one.clips == 1 else f"{one.clips} plans"
    them = "lui" if one.clips == 1 else "eux"
    return f"{label} : {value} à cause de {clips}, {hours}. Sans {them} → {without}."
