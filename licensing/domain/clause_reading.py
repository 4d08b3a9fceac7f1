"""A clause version from plain data, and back: what the database keeps and what an admin proposes.

`clause_facts` writes a version as data; `clause_read` is its reverse, strict enough for a stranger's proposal: every
text in both languages, every value stated in the text, every text placeholder backed by a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from typing import Any, Final

from licensing.domain.clauses import PLACEHOLDER, Clause, Fallback, Need
from licensing.domain.parameters import (
    Choice,
    Choices,
    Countries,
    Day,
    Flag,
    Option,
    Parameter,
    Ratio,
    References,
    Refused,
    Value,
    Whole,
)
from licensing.domain.publishing_errors import (
    CLAUSE_INVALID,
    LANGUAGE_MISSING,
    PLACEHOLDER_WITHOUT_VALUE,
    VALUE_WITHOUT_TEXT,
)
from licensing.domain.wording import Language, Text, plainly, wording

KINDS: Final[Mapping[str, type[Parameter]]] = {
    kind.kind: kind for kind in (Choice, Choices, Whole, Flag, Day, Ratio, Countries, References)
}
_OPTIONAL_TEXTS: Final = frozenset({"empty", "absent"})
_TEXTS: Final = frozenset({"label", "unit", "yes", "no", "empty", "absent"})
_LISTS: Final = frozenset({"must_keep", "allowed", "band"})
_MEMBERS: Final = ("title", "summary", "text", "parameters", "needs", "fallbacks")
_NEED: Final = ("parameter", "values", "then")


def _wrong(pointer: str, detail: str) -> Exception:
    return CLAUSE_INVALID(
        f"{pointer}: {detail}. Nothing was stored.", errors=[{"pointer": pointer, "detail": detail}], pointer=pointer
    )


def _mapping(raw: object, pointer: str) -> Mapping[str, object]:
    if not isinstance(raw, Mapping):
        raise _wrong(pointer, "an object is needed")
    return raw


def _rows(raw: object, pointer: str) -> Sequence[object]:
    if not isinstance(raw, list | tuple):
        raise _wrong(pointer, "a list is needed")
    return raw


def _text(raw: object, pointer: str) -> Text:
    """Both languages of a text, typeset; `language_missing` when one is not there or empty."""
    words = _mapping(raw, pointer)
    strange = sorted(set(words) - set(Language))
    if strange:
        raise _wrong(f"{pointer}/{strange[0]}", "is not a language of the catalogue")
    for language in Language:
        said = words.get(language)
        if not isinstance(said, str) or not said.strip():
            raise LANGUAGE_MISSING(
                f"{pointer} has no words in {language}: every text is published in both languages. Nothing was stored.",
                pointer=f"{pointer}/{language}",
            )
    return wording(plainly(str(words["en"])), plainly(str(words["fr"])))


def _plain(raw: object) -> Any:
    """JSON lists become tuples, as values and limits are kept."""
    return tuple(_plain(item) for item in raw) if isinstance(raw, list | tuple) else raw


def _option(raw: object, pointer: str) -> Option:
    row = _mapping(raw, pointer)
    code = row.get("code")
    if not isinstance(code, str) or not code:
        raise _wrong(f"{pointer}/code", "a code is needed")
    return Option(code, _text(row.get("words"), f"{pointer}/words"))


def _member(name: str, raw: object, pointer: str) -> object:
    if name == "options":
        return tuple(_option(row, f"{pointer}/{place}") for place, row in enumerate(_rows(raw, pointer)))
    if name in _TEXTS and not (raw is None and name in _OPTIONAL_TEXTS):
        return _text(raw, pointer)
    if name in _LISTS:
        return _plain(_rows(raw, pointer))
    return _plain(raw)


def _parameter(raw: object, pointer: str) -> Parameter:
    row = _mapping(raw, pointer)
    kind = KINDS.get(str(row.get("kind")))
    if kind is None:
        raise _wrong(f"{pointer}/kind", f"one of {', '.join(KINDS)} is needed")
    known = {item.name: item for item in fields(kind)}
    strange = sorted(set(row) - set(known) - {"kind"})
    if strange:
        raise _wrong(f"{pointer}/{strange[0]}", f"is not known of a {kind.kind}")
    missing = [name for name, item in known.items() if item.default is MISSING and name not in row]
    if missing:
        raise _wrong(f"{pointer}/{missing[0]}", "is missing")
    if not isinstance(row["name"], str) or not PLACEHOLDER.fullmatch(f"{{{row['name']}}}"):
        raise _wrong(f"{pointer}/name", "a name of small letters and underscores is needed")
    members: dict[str, Any] = {
        name: _member(name, value, f"{pointer}/{name}") for name, value in row.items() if name != "kind"
    }
    parameter: Parameter = kind(**members)
    _check_parameter(parameter, pointer)
    return parameter


def _check_parameter(parameter: Parameter, pointer: str) -> None:
    """The default has to be a value that is offered and passes by policy, and to read back from its own words."""
    try:
        given = list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
        if parameter.parse(given) != parameter.default or not parameter.in_band(parameter.default):
            raise _wrong(f"{pointer}/default", "the default has to pass by policy, in its canonical form")
        for language in Language:
            if parameter.read(parameter.text(parameter.default, language), language) != parameter.default:
                raise _wrong(f"{pointer}/default", f"its words cannot be read back in {language}")
    except (Refused, ValueError, TypeError, ArithmeticError, LookupError, StopIteration) as fault:
        raise _wrong(f"{pointer}/default", f"does not fit the limits ({fault})") from fault


def _need(raw: object, pointer: str) -> Need:
    row = _rows(raw, pointer)
    if len(row) != len(_NEED):
        raise _wrong(pointer, "[parameter, values, then] is needed")
    return Need(str(row[0]), _plain(_rows(row[1], f"{pointer}/1")), str(row[2]))


def _fallback(raw: object, pointer: str) -> Fallback:
    row = _mapping(raw, pointer)
    rank, text = row.get("rank"), row.get("text")
    if type(rank) is not int or rank < 1:
        raise _wrong(f"{pointer}/rank", "a whole number from 1 is needed")
    values = _mapping(row.get("values"), f"{pointer}/values")
    return Fallback(
        rank,
        _text(row.get("summary"), f"{pointer}/summary"),
        tuple((name, _plain(value)) for name, value in values.items()),
        None if text is None else _text(text, f"{pointer}/text"),
    )


def _each(raw: object, pointer: str, read: Callable[[object, str], Any]) -> tuple[Any, ...]:
    return tuple(read(row, f"{pointer}/{place}") for place, row in enumerate(_rows(raw, pointer)))


def _check_statements(text: Text, names: set[str], pointer: str) -> None:
    """Every value in every language of the text, and nothing in the text that is no value."""
    for language in Language:
        stated = set(PLACEHOLDER.findall(text.of(language)))
        unstated, unbacked = sorted(names - stated), sorted(stated - names)
        if unstated:
            raise VALUE_WITHOUT_TEXT(
                f"{pointer}/{language} does not state {', '.join(unstated)}. Put each in braces where the text says "
                "it, or drop the value. Nothing was stored.",
                pointer=f"{pointer}/{language}",
                values=unstated,
            )
        if unbacked:
            raise PLACEHOLDER_WITHOUT_VALUE(
                f"{pointer}/{language} names {', '.join(unbacked)}, which is no value of the clause. Declare it as a "
                "parameter, or drop it. Nothing was stored.",
                pointer=f"{pointer}/{language}",
                values=unbacked,
            )


def _ordered(values: tuple[tuple[str, Value], ...], place_of: Mapping[str, int]) -> tuple[tuple[str, Value], ...]:
    """A rung's values in the order of the parameters: stored JSON keeps none."""
    return tuple(sorted(values, key=lambda pair: place_of.get(pair[0], len(place_of))))


def _check_rungs(clause: Clause) -> None:
    """A ladder counts from 1, and each rung gives values that the clause can hold."""
    if [rung.rank for rung in clause.fallbacks] != list(range(1, len(clause.fallbacks) + 1)):
        raise _wrong("/fallbacks", "ranks count 1, 2, 3 …")
    names = {parameter.name for parameter in clause.parameters}
    for place, need in enumerate(clause.needs):
        if not {need.parameter, need.then} <= names:
            raise _wrong(f"/needs/{place}", "names a parameter the clause does not have")
    for rung in clause.fallbacks:
        clause.parse({name: list(value) if isinstance(value, tuple) else value for name, value in rung.values})


def clause_read(data: Mapping[str, object], *, code: str, number: int, version: int) -> Clause:
    """Read a clause version from its plain data, both languages typeset.

    Refused with `language_missing`, `value_without_text`, `placeholder_without_value`, or `clause_invalid` for any
    other fault; each points at the place.
    """
    strange = sorted(set(data) - {*_MEMBERS, "code", "number", "version"})
    if strange:
        raise _wrong(f"/{strange[0]}", "is not known here")
    parameters = _each(data.get("parameters"), "/parameters", _parameter)
    fallbacks = _each(data.get("fallbacks", []), "/fallbacks", _fallback)
    text = _text(data.get("text"), "/text")
    names = {parameter.name for parameter in parameters}
    if len(names) != len(parameters):
        raise _wrong("/parameters", "two parameters share a name")
    _check_statements(text, names, "/text")
    for place, rung in enumerate(fallbacks):
        if rung.text is not None:
            _check_statements(rung.text, names, f"/fallbacks/{place}/text")
    place_of = {parameter.name: place for place, parameter in enumerate(parameters)}
    clause = Clause(
        number=number,
        code=code,
        title=_text(data.get("title"), "/title"),
        summary=_text(data.get("summary"), "/summary"),
        text=text,
        parameters=parameters,
        fallbacks=tuple(replace(rung, values=_ordered(rung.values, place_of)) for rung in fallbacks),
        needs=_each(data.get("needs", []), "/needs", _need),
        version=version,
    )
    _check_rungs(clause)
    return clause
