"""What a whole bundle of clips amounts to: the most restrictive value of every clause, who causes it, what it costs.

Each licence keeps its own terms; the summary is what a buyer has to live with who treats all clips alike. It is made
from distinct terms with their clips and milliseconds, never clip by clip.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Generic, TypeVar

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clauses import TermsValues
from licensing.domain.parameters import Value
from licensing.domain.tightness import TIGHTNESS, Ladder, Rule

K = TypeVar("K", bound=Hashable)

TERRITORY: Final = "TERRITORY"


@dataclass(frozen=True, slots=True)
class Member(Generic[K]):
    """Clips under the same terms: what the terms say, how many clips, how long they run."""

    key: K
    values: TermsValues
    clips: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Restriction(Generic[K]):
    """One value that some of the clips narrow: because of whom, and what it would be without them."""

    code: str
    parameter: str
    value: Value
    keys: tuple[K, ...]
    clips: int
    duration_ms: int
    without: Value


@dataclass(frozen=True, slots=True)
class Summary(Generic[K]):
    """A bundle's clauses: the most restrictive values, what causes them, and values that merely differ."""

    values: Mapping[str, Mapping[str, Value]]
    restrictions: tuple[Restriction[K], ...]
    differing: Mapping[tuple[str, str], tuple[Value, ...]]
    """Clause and parameter → every value found, where none is narrower than another (a law, a currency)."""


def _members(value: Value) -> frozenset[str]:
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def _said(member: Member[K], code: str, name: str) -> Value:
    """What a member's terms say; the usual value where their version of a clause has no such parameter."""
    said = member.values[code]
    return said[name] if name in said else CATALOGUE[code].defaults[name]


def _ordered(code: str, name: str, chosen: frozenset[str]) -> Value:
    """A set in the order in which the clause keeps it."""
    parameter = next(item for item in CATALOGUE[code].parameters if item.name == name)
    return parameter.parse(sorted(chosen)) if chosen else ()


def _rank(rule: Rule | Ladder, value: Value) -> Fraction:
    """How narrow a value is; larger is narrower. Nothing given is as wide as can be."""
    if isinstance(rule, Ladder):
        return Fraction(rule.steps.index(value))
    if value is None:
        return Fraction(-(10**12))
    if isinstance(value, str):
        digits = value.replace("-", "")  # a date reads as a number in its own order, an amount as itself
        number = Fraction(digits) if rule in (Rule.EARLIER, Rule.LATER) else Fraction(value)
    else:
        number = Fraction(int(value) if isinstance(value, int) else 0)
    return number if rule in (Rule.MORE, Rule.LATER) else -number


def _narrowest(rule: Rule | Ladder, code: str, name: str, found: Sequence[Value]) -> Value:
    """The value that all of them together leave."""
    sets = [_members(value) for value in found]
    if rule is Rule.SUBSET:
        return _ordered(code, name, frozenset.intersection(*sets))
    if rule is Rule.SUPERSET:
        return _ordered(code, name, frozenset.union(*sets))
    return max(found, key=lambda value: _rank(rule, value))


def _holders(rule: Rule | Ladder, found: Sequence[Value], narrowest: Value) -> list[frozenset[int]]:
    """Places of the members that narrow a value: one group for a ladder, one for each part of a set."""
    if rule not in (Rule.SUBSET, Rule.SUPERSET):
        rank = _rank(rule, narrowest)
        return [frozenset(place for place, value in enumerate(found) if _rank(rule, value) == rank)]
    sets = [_members(value) for value in found]
    disputed = frozenset.union(*sets) - frozenset.intersection(*sets)
    groups = {
        part: frozenset(place for place, one in enumerate(sets) if (part in one) is (rule is Rule.SUPERSET))
        for part in disputed
    }
    return sorted(set(groups.values()), key=sorted)


def _restrictions(members: Sequence[Member[K]], code: str, name: str, rule: Rule | Ladder) -> Iterable[Restriction[K]]:
    found = [_said(member, code, name) for member in members]
    if len(set(found)) == 1:
        return
    narrowest = _narrowest(rule, code, name, found)
    for places in _holders(rule, found, narrowest):
        causes = [members[place] for place in sorted(places)]
        rest = [value for place, value in enumerate(found) if place not in places]
        yield Restriction(
            code=code,
            parameter=name,
            value=narrowest,
            keys=tuple(member.key for member in causes),
            clips=sum(member.clips for member in causes),
            duration_ms=sum(member.duration_ms for member in causes),
            without=_narrowest(rule, code, name, rest),
        )


def _each(read: Callable[[str, str, Rule | Ladder], None]) -> None:
    for code, clause in CATALOGUE.items():
        for parameter in clause.parameters:
            read(code, parameter.name, TIGHTNESS[code, parameter.name])


def bundle_summary(members: Sequence[Member[K]]) -> Summary[K]:
    """Summarise a bundle of at least one member. What costs least to drop comes first."""
    values: dict[str, dict[str, Value]] = {code: {} for code in CATALOGUE}
    restrictions: list[Restriction[K]] = []
    differing: dict[tuple[str, str], tuple[Value, ...]] = {}

    def read(code: str, name: str, rule: Rule | Ladder) -> None:
        found = [_said(member, code, name) for member in members]
        if rule is Rule.DIFFERS:
            values[code][name] = found[0]
            if len(set(found)) > 1:
                differing[code, name] = tuple(sorted(set(found), key=str))
            return
        values[code][name] = _narrowest(rule, code, name, found)
        restrictions.extend(_restrictions(members, code, name, rule))

    _each(read)
    for side in ("processing", "storage"):
        _read_territory(members, side, values[TERRITORY], restrictions)
    restrictions.sort(key=lambda one: (one.duration_ms, CATALOGUE[one.code].number, one.parameter))
    return Summary(values, tuple(restrictions), differing)


def _territory(members: Sequence[Member[K]], side: str) -> tuple[str, frozenset[str]]:
    """What the countries of all members leave: worldwide, only these, or all but these."""
    allow: frozenset[str] | None = None
    deny: frozenset[str] = frozenset()
    for member in members:
        said = member.values[TERRITORY]
        countries = _members(said[f"{side}_countries"])
        if said[side] == "allow":
            allow = countries if allow is None else allow & countries
        elif said[side] == "deny":
            deny |= countries
    if allow is not None:
        return "allow", allow - deny
    return ("deny", deny) if deny else ("worldwide", frozenset())


def _read_territory(
    members: Sequence[Member[K]], side: str, values: dict[str, Value], restrictions: list[Restriction[K]]
) -> None:
    kind, countries = _territory(members, side)
    values[side], values[f"{side}_countries"] = kind, tuple(sorted(countries))
    alike: dict[tuple[Value, Value], list[Member[K]]] = {}
    for member in members:
        said = member.values[TERRITORY]
        alike.setdefault((said[side], said[f"{side}_countries"]), []).append(member)
    for said_alike, causes in alike.items():
        rest = [member for other, same in alike.items() if other != said_alike for member in same]
        if not rest or _territory(rest, side) == (kind, countries):
            continue
        restrictions.append(
            Restriction(
                code=TERRITORY,
                parameter=side,
                value=_countries_value(kind, countries),
                keys=tuple(member.key for member in causes),
                clips=sum(member.clips for member in causes),
                duration_ms=sum(member.duration_ms for member in causes),
                without=_countries_value(*_territory(rest, side)),
            )
        )


def _countries_value(kind: str, countries: frozenset[str]) -> Value:
    """A territory as one value: its kind, then its countries."""
    return (kind, *sorted(countries))
