"""Typed parameters of clauses: what a value may be, how it reads in each language, and back.

A value is plain data (text, whole number, boolean, list of texts, nothing), so it stores and hashes
exactly. Ratios and amounts are exact decimal texts, never floats.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import ClassVar

from licensing.domain import wording as words
from licensing.domain.countries import COUNTRIES
from licensing.domain.wording import Language, Text

Value = str | int | bool | tuple[str, ...] | None

_REFERENCE = re.compile(r"[\w.:/@ -]{1,80}")
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,6})?")


class Refused(ValueError):
    """A value the parameter does not offer; the message says what it offers."""


def _not_a_list(raw: object) -> Refused:
    return Refused(f"expected a list of words, got {raw!r}")


def _texts(raw: object) -> list[str]:
    if not isinstance(raw, list | tuple | set | frozenset):
        raise _not_a_list(raw)
    items = [item for item in raw if isinstance(item, str)]
    if len(items) != len(raw):
        raise _not_a_list(raw)
    return items


@dataclass(frozen=True, slots=True)
class Option:
    """One word of an enumeration: the code machines read, the words people read."""

    code: str
    words: Text


def option(code: str, en: str, fr: str) -> Option:
    """An option from plainly typed words."""
    return Option(code, words.wording(en, fr))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Exactly one of the options. `offered` are those that pass without a person."""

    kind: ClassVar[str] = "choice"
    name: str
    label: Text
    options: tuple[Option, ...]
    default: str
    offered: tuple[str, ...] = ()
    critical: bool = False

    def parse(self, raw: object) -> Value:
        """The option code, or Refused naming the codes."""
        codes = [item.code for item in self.options]
        if not isinstance(raw, str) or raw not in codes:
            raise Refused(f"expected one of {', '.join(codes)}, got {raw!r}")
        return raw

    def text(self, value: Value, language: Language) -> str:
        """The words of the option."""
        return next(item.words.of(language) for item in self.options if item.code == value)

    def read(self, text: str, language: Language) -> Value:
        """The option code whose words these are."""
        for item in self.options:
            if item.words.of(language) == text:
                return item.code
        raise Refused(f"no option reads {text!r}")

    def in_band(self, value: Value) -> bool:
        """Whether the value passes by policy."""
        return value in (self.offered or tuple(item.code for item in self.options))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A set of options, kept in the order of the catalogue.

    `must_keep` and `offered` bound what passes by policy; the option in `alone` excludes all others.
    """

    kind: ClassVar[str] = "choices"
    name: str
    label: Text
    options: tuple[Option, ...]
    default: tuple[str, ...]
    empty: Text | None = None
    offered: tuple[str, ...] = ()
    must_keep: tuple[str, ...] = ()
    alone: str = ""
    critical: bool = False

    def parse(self, raw: object) -> Value:
        """The chosen codes in catalogue order, or Refused naming the codes."""
        chosen = set(_texts(raw))
        codes = [item.code for item in self.options]
        unknown = sorted(chosen.difference(codes))
        if unknown:
            raise Refused(f"expected some of {', '.join(codes)}, got {', '.join(unknown)}")
        if not chosen and self.empty is None:
            raise Refused(f"choose at least one of {', '.join(codes)}")
        if self.alone in chosen and len(chosen) > 1:
            raise Refused(f"{self.alone} excludes every other choice")
        return tuple(code for code in codes if code in chosen)

    def text(self, value: Value, language: Language) -> str:
        """The words of every chosen option, in catalogue order."""
        chosen = value if isinstance(value, tuple) else ()
        if not chosen and self.empty is not None:
            return self.empty.of(language)
        return words.join_list([item.words.of(language) for item in self.options if item.code in chosen], language)

    def read(self, text: str, language: Language) -> Value:
        """The codes whose words these are."""
        if self.empty is not None and text == self.empty.of(language):
            return ()
        by_words = {item.words.of(language): item.code for item in self.options}
        parts = words.split_list(text, language)
        if not all(part in by_words for part in parts):
            raise Refused(f"no options read {text!r}")
        return tuple(by_words[part] for part in parts)

    def in_band(self, value: Value) -> bool:
        """Whether the value passes by policy."""
        chosen = set(value) if isinstance(value, tuple) else set()
        offered = self.offered or tuple(item.code for item in self.options)
        return chosen.issuperset(self.must_keep) and chosen.issubset(offered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number with a unit. Outside `low`..`high` it is refused; outside the band a person decides."""

    kind: ClassVar[str] = "whole"
    name: str
    label: Text
    unit: Text
    low: int
    high: int
    default: int
    band: tuple[int, int]
    allowed: tuple[int, ...] = ()
    critical: bool = False

    def parse(self, raw: object) -> Value:
        """The number, or Refused naming the limits."""
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise Refused(f"expected a whole number, got {raw!r}")
        if self.allowed and raw not in self.allowed:
            raise Refused(f"expected one of {', '.join(map(str, self.allowed))}, got {raw}")
        if not self.low <= raw <= self.high:
            raise Refused(f"expected {self.low} to {self.high}, got {raw}")
        return raw

    def text(self, value: Value, language: Language) -> str:
        """The number with its unit: 24 months, 5%."""
        if not isinstance(value, int):
            raise Refused(f"expected a whole number, got {value!r}")
        return words.counted(value, self.unit.of(language), language)

    def read(self, text: str, language: Language) -> Value:
        """The number before the unit."""
        match = re.match(rf"(\d+(?:[,{words.NARROW}]\d{{3}})*)", text)
        if match is None or self.text(words.whole_read(match[1]), language) != text:
            raise Refused(f"not a number of {self.unit.of(language)}: {text!r}")
        return words.whole_read(match[1])

    def in_band(self, value: Value) -> bool:
        """Whether the number lies in the band that passes by policy."""
        return isinstance(value, int) and self.band[0] <= value <= self.band[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Yes or no, each with its own words in the contract. `offered` are the answers that pass by policy."""

    kind: ClassVar[str] = "flag"
    name: str
    label: Text
    yes: Text
    no: Text
    default: bool
    offered: tuple[bool, ...] = (True, False)
    critical: bool = False

    def parse(self, raw: object) -> Value:
        """True or False."""
        if not isinstance(raw, bool):
            raise Refused(f"expected true or false, got {raw!r}")
        return raw

    def text(self, value: Value, language: Language) -> str:
        """The words of the answer."""
        return (self.yes if value else self.no).of(language)

    def read(self, text: str, language: Language) -> Value:
        """The answer whose words these are."""
        if text not in (self.yes.of(language), self.no.of(language)):
            raise Refused(f"neither answer reads {text!r}")
        return text == self.yes.of(language)

    def in_band(self, value: Value) -> bool:
        """Whether the answer passes by policy."""
        return value in self.offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date, or none when `absent` words say so."""

    kind: ClassVar[str] = "day"
    name: str
    label: Text
    absent: Text
    default: str | None = None
    critical: bool = False

    def parse(self, raw: object) -> Value:
        """The ISO date, or None."""
        if raw is None:
            return None
        try:
            day = date.fromisoformat(raw) if isinstance(raw, str) else None
        except ValueError:
            day = None
        if day is None or day.isoformat() != raw:
            raise Refused(f"expected a date such as 2028-12-31 or nothing, got {raw!r}")
        return day.isoformat()

    def text(self, value: Value, language: Language) -> str:
        """The date in words."""
        return (
            words.date_text(date.fromisoformat(value), language) if isinstance(value, str) else self.absent.of(language)
        )

    def read(self, text: str, language: Language) -> Value:
        """The ISO date of a date in words."""
        return None if text == self.absent.of(language) else words.date_read(text, language)

    def in_band(self, value: Value) -> bool:
        """Any date passes."""
        return value is None or isinstance(value, str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """An exact decimal between limits, kept as text with that many places; `absent` words allow none."""

    kind: ClassVar[str] = "ratio"
    name: str
    label: Text
    low: str
    high: str
    places: int
    default: str | None
    band: tuple[str, str]
    absent: Text | None = None
    critical: bool = False

    def parse(self, raw: object) -> Value:
        """The decimal text with exactly `places` places, or None where absence is allowed."""
        if raw is None and self.absent is not None:
            return None
        if not isinstance(raw, str) or not _DECIMAL.fullmatch(raw):
            raise Refused(f"expected a decimal text such as {self.high}, got {raw!r}")
        number = Fraction(raw)
        if not Fraction(self.low) <= number <= Fraction(self.high):
            raise Refused(f"expected {self.low} to {self.high}, got {raw}")
        try:
            return words.decimal_text(number, self.places, Language.EN).replace(",", "")
        except ValueError as error:
            raise Refused(str(error)) from error

    def text(self, value: Value, language: Language) -> str:
        """The decimal in the language's notation."""
        if not isinstance(value, str):
            return self.absent.of(language) if self.absent else ""
        return words.decimal_text(Fraction(value), self.places, language)

    def read(self, text: str, language: Language) -> Value:
        """The decimal text of a number in the language's notation."""
        if self.absent is not None and text == self.absent.of(language):
            return None
        plain = text.replace(",", "") if language is Language.EN else text.replace(words.NARROW, "").replace(",", ".")
        return self.parse(plain)

    def in_band(self, value: Value) -> bool:
        """Whether the decimal lies in the band that passes by policy."""
        if value is None:
            return self.absent is not None
        return isinstance(value, str) and Fraction(self.band[0]) <= Fraction(value) <= Fraction(self.band[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Countries:
    """ISO 3166-1 alpha-2 codes, sorted."""

    kind: ClassVar[str] = "countries"
    name: str
    label: Text
    absent: Text
    default: tuple[str, ...] = ()
    critical: bool = False

    def parse(self, raw: object) -> Value:
        """The codes, sorted, each once."""
        codes = sorted(set(_texts(raw)))
        unknown = [code for code in codes if code not in COUNTRIES]
        if unknown:
            raise Refused(f"not ISO 3166-1 alpha-2 codes: {', '.join(unknown)}")
        return tuple(codes)

    def text(self, value: Value, language: Language) -> str:
        """The codes, or the words for none."""
        return _list_text(value, self.absent, language)

    def read(self, text: str, language: Language) -> Value:
        """The codes of such a list."""
        return self.parse(_list_read(text, self.absent, language))

    def in_band(self, value: Value) -> bool:
        """Any list passes."""
        return isinstance(value, tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Public ids, time ranges, channel names and the like: short labels, each once, in the given order."""

    kind: ClassVar[str] = "references"
    name: str
    label: Text
    absent: Text
    default: tuple[str, ...] = ()
    most: int = 100
    offered: bool = True
    critical: bool = False

    def parse(self, raw: object) -> Value:
        """The labels with outer spaces removed, each once."""
        items = list(dict.fromkeys(" ".join(item.split()) for item in _texts(raw)))
        if len(items) > self.most:
            raise Refused(f"expected at most {self.most}, got {len(items)}")
        bad = [item for item in items if not _REFERENCE.fullmatch(item)]
        if bad:
            raise Refused(f"expected short labels of letters, digits and .:/@_- only, got {bad[0]!r}")
        return tuple(items)

    def text(self, value: Value, language: Language) -> str:
        """The labels, or the words for none."""
        return _list_text(value, self.absent, language)

    def read(self, text: str, language: Language) -> Value:
        """The labels of such a list."""
        return self.parse(_list_read(text, self.absent, language))

    def in_band(self, value: Value) -> bool:
        """Whether naming any passes by policy."""
        return self.offered or value == ()


def _list_text(value: Value, absent: Text, language: Language) -> str:
    items = list(value) if isinstance(value, tuple) else []
    return words.join_list(items, language) if items else absent.of(language)


def _list_read(text: str, absent: Text, language: Language) -> list[str]:
    return [] if text == absent.of(language) else words.split_list(text, language)


Parameter = Choice | Choices | Whole | Flag | Day | Ratio | Countries | References
