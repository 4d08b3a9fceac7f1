"""What a clause is: code, typed parameters, words in two languages, fallbacks, version, hash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from licensing.domain.errors import INVALID_PARAMETER, UNKNOWN_CLAUSE
from licensing.domain.parameters import Choice, Flag, Parameter, Refused, Value
from licensing.domain.wording import Language, Text, canonical, sha256_json

Values = Mapping[str, Value]
"""Values of one clause: parameter name → value."""

TermsValues = Mapping[str, Values]
"""Values of a whole terms profile: clause code → values."""


def chosen(values: TermsValues, code: str, name: str) -> frozenset[str]:
    """The members of a set or list parameter; empty for anything else."""
    value = values[code][name]
    return frozenset(value) if isinstance(value, tuple) else frozenset()


PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")


class AmendmentClass(StrEnum):
    """How a proposed change compares with what a clause offers; the desk's policy says who has to agree to which."""

    STANDARD = "standard"
    IN_RANGE = "in_range"
    FALLBACK = "fallback"
    CUSTOM = "custom"
    CRITICAL = "critical"

    @property
    def offered(self) -> bool:
        """Whether the clause offers it to everybody: as it stands, inside its band, or a rung of its ladder."""
        return self in (AmendmentClass.STANDARD, AmendmentClass.IN_RANGE, AmendmentClass.FALLBACK)


@dataclass(frozen=True, slots=True)
class Fallback:
    """A wording agreed beforehand, one rung of the clause's ladder: these values, and this text when given."""

    rank: int
    summary: Text
    values: tuple[tuple[str, Value], ...]
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Inside one clause: when `parameter` is one of `values`, `then` must be given."""

    parameter: str
    values: tuple[Value, ...]
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One version of one clause. `text` is a template whose {names} are its parameters."""

    number: int
    code: str
    title: Text
    summary: Text
    text: Text
    parameters: tuple[Parameter, ...]
    fallbacks: tuple[Fallback, ...] = ()
    needs: tuple[Need, ...] = ()
    version: int = 1
    _by_name: dict[str, Parameter] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses a clause whose text and machine values do not name the same parameters in both languages."""
        names = [parameter.name for parameter in self.parameters]
        texts = [self.text, *(item.text for item in self.fallbacks if item.text)]
        for text in texts:
            for language in Language:
                stated = set(PLACEHOLDER.findall(text.of(language)))
                if stated != set(names):
                    message = f"{self.code} {language}: text and values differ on {sorted(stated ^ set(names))}"
                    raise ValueError(message)
        self._by_name.update({parameter.name: parameter for parameter in self.parameters})

    @property
    def is_critical(self) -> bool:
        """Whether any of its parameters needs two people to change."""
        return any(parameter.critical for parameter in self.parameters)

    @property
    def defaults(self) -> dict[str, Value]:
        """The creator's default values."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    def parse(self, raw: Mapping[str, object], base: Values | None = None) -> dict[str, Value]:
        """`base` (else the defaults) with the raw values put over it, each checked and in canonical form.

        Refused with `invalid_parameter`, pointing at the parameter.
        """
        values = {**self.defaults, **(base or {})}
        for name, given in raw.items():
            parameter = self._by_name.get(name)
            if parameter is None:
                known = ", ".join(self._by_name)
                raise INVALID_PARAMETER(
                    f"Clause {self.code} has no parameter {name!r}; it has {known}. Nothing was changed.",
                    pointer=f"/{self.code}/{name}",
                )
            values[name] = self._checked(parameter, given)
        self._check_needs(values)
        return values

    def _checked(self, parameter: Parameter, given: object) -> Value:
        try:
            return parameter.parse(given)
        except Refused as refused:
            raise INVALID_PARAMETER(
                f"{self.code}.{parameter.name}: {refused}. Nothing was changed.",
                pointer=f"/{self.code}/{parameter.name}",
            ) from refused

    def _check_needs(self, values: Values) -> None:
        for need in self.needs:
            if values[need.parameter] in need.values and not _given(values[need.then]):
                raise INVALID_PARAMETER(
                    f"{self.code}.{need.then} must be given when {need.parameter} is {values[need.parameter]}. "
                    "Nothing was changed.",
                    pointer=f"/{self.code}/{need.then}",
                )

    def spoken(self, values: Values, language: Language) -> dict[str, str]:
        """The words of every value in that language."""
        return {item.name: item.text(values[item.name], language) for item in self.parameters}

    def template_for(self, values: Values) -> Text:
        """The text these values call for: that of the approved fallback they equal, else the clause's own."""
        for rung in self.fallbacks:
            if rung.text is not None and all(values[name] == value for name, value in rung.values):
                return rung.text
        return self.text

    def render(self, values: Values, language: Language) -> str:
        """The legal text with its values in place; blank lines separate paragraphs."""
        spoken = self.spoken(values, language)
        return PLACEHOLDER.sub(lambda match: spoken[match[1]], self.template_for(values).of(language))

    def read(self, rendered: str, language: Language) -> dict[str, Value]:
        """The values a rendered text states: the reverse of `render`. Refused when it is not this clause's text."""
        for template in (self.text, *(rung.text for rung in self.fallbacks if rung.text)):
            match = re.fullmatch(self._pattern(template.of(language), language), rendered, re.DOTALL)
            if match is not None:
                return {item.name: item.read(match[item.name], language) for item in self.parameters}
        raise Refused(f"this is not the text of {self.code}")

    def _pattern(self, template: str, language: Language) -> str:
        pattern, seen = "", set[str]()
        for index, part in enumerate(PLACEHOLDER.split(template)):
            if index % 2 == 0:
                pattern += re.escape(part)
            elif part in seen:
                pattern += f"(?P={part})"
            else:
                pattern += f"(?P<{part}>{_words_of(self._by_name[part], language)})"
                seen.add(part)
        return pattern

    def canonical_sha256(self) -> str:
        """SHA-256 that changes when any word, value, limit or fallback of this version changes."""
        return sha256_json(clause_facts(self))


def _words_of(parameter: Parameter, language: Language) -> str:
    match parameter:
        case Choice():
            return "|".join(re.escape(item.words.of(language)) for item in parameter.options)
        case Flag():
            return "|".join(re.escape(answer.of(language)) for answer in (parameter.yes, parameter.no))
        case _:
            return ".+?"


def _given(value: Value) -> bool:
    return value not in (None, False, 0, "", ())


def _spec(parameter: Parameter) -> dict[str, object]:
    facts: dict[str, object] = {"kind": parameter.kind}
    for name in parameter.__slots__:
        facts[name] = _plain(getattr(parameter, name))
    return facts


def _plain(value: object) -> object:
    if isinstance(value, Text):
        return {"en": canonical(value.en), "fr": canonical(value.fr)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "code") and hasattr(value, "words"):
        return {"code": value.code, "words": _plain(value.words)}
    return value


def _plain_paragraphs(text: Text | None) -> dict[str, str] | None:
    """A rung's text, canonical paragraph by paragraph: the data is all there is to read it back from."""
    if text is None:
        return None
    return {str(item): "\n\n".join(map(canonical, text.of(item).split("\n\n"))) for item in Language}


def clause_facts(clause: Clause) -> dict[str, object]:
    """A clause version as plain data: what is hashed, stored and published."""
    return {
        "number": clause.number,
        "code": clause.code,
        "version": clause.version,
        "title": _plain(clause.title),
        "summary": _plain(clause.summary),
        "text": _plain(clause.text),
        "parameters": [_spec(parameter) for parameter in clause.parameters],
        "needs": [[need.parameter, _plain(need.values), need.then] for need in clause.needs],
        "fallbacks": [
            {
                "rank": item.rank,
                "summary": _plain(item.summary),
                "values": {name: _plain(value) for name, value in item.values},
                "text": _plain_paragraphs(item.text),
            }
            for item in clause.fallbacks
        ],
    }


Catalogue = Mapping[str, Clause]


def clause_of(catalogue: Catalogue, code: str) -> Clause:
    """The clause with that code, or `unknown_clause`."""
    clause = catalogue.get(code)
    if clause is None:
        raise UNKNOWN_CLAUSE(
            f"There is no clause {code!r}. GET /api/v1/clauses lists the 40 codes.", pointer=f"/{code}"
        )
    return clause
