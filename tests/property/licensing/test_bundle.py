"""A bundle's summary: as narrow as its narrowest member on every clause, and no narrower; who causes what."""

from __future__ import annotations

import random
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from licensing.domain.bundle import Member, Restriction, Summary, bundle_summary
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import Stored, compose, profile_of
from licensing.domain.matching import Dimension, UseCase, fail_mask
from licensing.domain.parameters import Choice, Choices
from licensing.domain.presets import PRESETS, Preset
from licensing.domain.tightness import TIGHTNESS, Ladder, Rule
from tests.property.licensing.test_matching_laws import NEEDS


@cache
def pool() -> tuple[Stored, ...]:
    """Terms that creators could have: the presets, and presets with a few clauses changed at random."""
    draw = random.Random(20261122)
    found = [compose(CATALOGUE, preset) for preset in PRESETS.values()]
    codes = list(CATALOGUE)
    while len(found) < 120:
        changes = {code: drawn(code, draw) for code in draw.sample(codes, 4)}
        try:
            found.append(compose(CATALOGUE, changes, draw.choice(found)))
        except DomainError:
            continue  # a contradiction, or a value that needs another one
    return tuple(found)


def drawn(code: str, draw: random.Random) -> dict[str, object]:
    """Random values of a clause's enumerations and sets."""
    raw: dict[str, object] = {}
    for item in CATALOGUE[code].parameters:
        if isinstance(item, Choice):
            raw[item.name] = draw.choice(item.options).code
        elif isinstance(item, Choices):
            chosen = [one.code for one in item.options if one.code != item.alone and draw.random() < 0.6]
            raw[item.name] = chosen or [item.options[0].code]
    return raw


TERMS = st.integers(0, 119).map(lambda place: pool()[place])
BUNDLES = st.lists(st.tuples(TERMS, st.integers(1, 50), st.integers(1, 10**9)), min_size=1, max_size=6).map(
    lambda rows: [Member(place, values, clips, time) for place, (values, clips, time) in enumerate(rows)]
)


def test_every_parameter_of_every_clause_says_which_value_is_narrower() -> None:
    known = {(code, item.name) for code, clause in CATALOGUE.items() for item in clause.parameters}
    assert set(TIGHTNESS) == known
    for (code, name), rule in TIGHTNESS.items():
        item = next(one for one in CATALOGUE[code].parameters if one.name == name)
        if isinstance(rule, Ladder) and isinstance(item, Choice):
            assert sorted(map(str, rule.steps)) == sorted(one.code for one in item.options)
        assert (rule in (Rule.SUBSET, Rule.SUPERSET)) <= (item.kind in ("choices", "references"))


@given(members=BUNDLES, need=NEEDS)
def test_a_use_fits_the_summary_exactly_when_it_fits_every_clip(members: list[Member[int]], need: UseCase) -> None:
    summary = profile_of(bundle_summary(members).values)
    together = Dimension(0)
    for member in members:
        together |= fail_mask(profile_of(member.values), need)
    apart = Dimension.OUTPUT_LIMITS
    assert fail_mask(summary, need) & ~apart == together & ~apart
    assert summary.obligations <= frozenset().union(*(profile_of(one.values).obligations for one in members))


@given(members=BUNDLES)
def test_dropping_the_clips_that_cause_a_restriction_gains_what_it_says(members: list[Member[int]]) -> None:
    found = bundle_summary(members)
    for one in found.restrictions:
        rest = [member for member in members if member.key not in one.keys]
        causes = [member for member in members if member.key in one.keys]
        assert rest
        assert (one.clips, one.duration_ms) == (sum(m.clips for m in causes), sum(m.duration_ms for m in causes))
        assert told(bundle_summary(rest), one) == one.without
        assert told(found, one) == one.value
        assert one.without != one.value


def test_channels_are_each_creators_own_so_naming_none_and_naming_some_do_not_compare() -> None:
    named = compose(CATALOGUE, {"PIRACY_SHIELD": {"channels": ["one"]}}, compose(CATALOGUE, PRESETS[Preset.CAREFUL]))
    every = compose(CATALOGUE, PRESETS[Preset.CAREFUL])
    found = bundle_summary([Member(0, every, 1, 1_000), Member(1, named, 1, 1_000)])
    assert [one for one in found.restrictions if one.code == "PIRACY_SHIELD"] == []
    assert set(found.differing["PIRACY_SHIELD", "channels"]) == {(), ("one",)}


def told(summary: Summary[int], one: Restriction[int]) -> object:
    """What a summary says about the parameter of a restriction."""
    values = summary.values[one.code]
    if one.code == "TERRITORY":
        countries = values[f"{one.parameter}_countries"]
        return (values[one.parameter], *(countries if isinstance(countries, tuple) else ()))
    return values[one.parameter]


@given(members=BUNDLES, order=st.randoms(use_true_random=False))
def test_a_summary_does_not_depend_on_the_order_of_the_clips(members: list[Member[int]], order: random.Random) -> None:
    shuffled = list(members)
    order.shuffle(shuffled)
    compared = {code: rule for code, rule in TIGHTNESS.items() if rule is not Rule.DIFFERS}
    first, second = bundle_summary(members), bundle_summary(shuffled)
    assert all(first.values[code][name] == second.values[code][name] for code, name in compared)
    assert first.values["TERRITORY"] == second.values["TERRITORY"]


def test_a_shorter_term_of_three_clips_is_named_with_what_it_costs() -> None:
    careful = compose(CATALOGUE, {"TERM": {"training_access_months": 36}})
    short = compose(CATALOGUE, {"TERM": {"training_access_months": 24}}, careful)
    (found,) = bundle_summary([Member("a", careful, 40, 9_000_000), Member("b", short, 3, 720_000)]).restrictions
    assert (found.code, found.value, found.without) == ("TERM", 24, 36)
    assert (found.keys, found.clips, found.duration_ms) == (("b",), 3, 720_000)
