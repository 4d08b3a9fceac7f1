"""The laws of matching: loosening never removes, relaxing never removes, and the explanation adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from licensing.domain.explain import Verdict, answer, explain, verdict_of
from licensing.domain.matching import (
    OBLIGATION_CLAUSES,
    Content,
    Dimension,
    EndUse,
    Exclusivity,
    Modality,
    ModelClass,
    People,
    Profile,
    Purpose,
    Retention,
    Sublicense,
    Territory,
    UseCase,
    fail_mask,
)
from licensing.domain.use_case_values import read_use_case, write_use_case

E = TypeVar("E", bound=StrEnum)

COUNTRIES = st.frozensets(st.sampled_from(["FR", "DE", "US", "JP"]))
TOKENS = st.sampled_from([*sorted(OBLIGATION_CLAUSES), "REPUTATION:porn", "REPUTATION:hate", "SECURITY:soc2"])
MONTHS = st.sampled_from([12, 24, 36, 60])
RATES = st.none() | st.sampled_from([Fraction(text) for text in ("0.30", "1.00", "2.80", "4.00")])
TERRITORIES = st.builds(Territory, st.none() | COUNTRIES, COUNTRIES)
NAMES = st.sampled_from(["org_a", "org_b", "sector:defence", "end_use:military", "content:porn"])


def some(kinds: type[E]) -> st.SearchStrategy[frozenset[E]]:
    return st.frozensets(st.sampled_from(list(kinds)), min_size=1)


def any_of(kinds: type[E]) -> st.SearchStrategy[frozenset[E]]:
    return st.frozensets(st.sampled_from(list(kinds)))


PROFILES = st.builds(
    Profile,
    purposes=some(Purpose),
    model_classes=some(ModelClass),
    commercial=st.booleans(),
    territory=TERRITORIES,
    storage=TERRITORIES,
    term_months=MONTHS,
    retention=st.sampled_from(Retention),
    sublicense=st.sampled_from(Sublicense),
    people=st.sampled_from(People),
    obligations=st.frozensets(TOKENS),
    modalities=any_of(Modality),
    blocked=st.frozensets(NAMES),
    floor=RATES,
    exclusivity=st.sampled_from(Exclusivity),
    sold_nonexclusive=st.booleans(),
)
NEEDS = st.builds(
    UseCase,
    purposes=some(Purpose),
    model_classes=some(ModelClass),
    commercial=st.booleans(),
    territory=TERRITORIES,
    storage=TERRITORIES,
    term_months=MONTHS,
    retention=st.sampled_from(Retention),
    sublicense=st.sampled_from(Sublicense),
    people=st.sampled_from(People),
    accepts=st.frozensets(TOKENS),
    modalities=any_of(Modality),
    organisation=st.sampled_from(["", "org_a", "org_b"]),
    sector=st.sampled_from(["", "defence"]),
    end_uses=st.frozensets(st.sampled_from([str(use) for use in EndUse])),
    contents=st.frozensets(st.sampled_from([str(content) for content in Content])),
    max_rate=RATES,
    exclusivity=st.sampled_from(Exclusivity),
)
LIBRARIES = st.lists(st.tuples(PROFILES, st.integers(0, 10**12)), max_size=12)
ORDER = list(Verdict)


def at_least(kind: E, drawn: E) -> E:
    ladder = list(type(kind))
    return ladder[max(ladder.index(kind), ladder.index(drawn))]


def wider(territory: Territory, drawn: Territory) -> Territory:
    allow = None if territory.allow is None or drawn.allow is None else territory.allow | drawn.allow
    return Territory(allow, territory.deny & drawn.deny)


def narrower(territory: Territory, drawn: Territory) -> Territory:
    if territory.allow is None:
        return Territory(drawn.allow, territory.deny | drawn.deny)
    return Territory(
        territory.allow if drawn.allow is None else territory.allow & drawn.allow, territory.deny | drawn.deny
    )


def each_and_some(changes: Mapping[str, Any], chosen: st.DataObject) -> list[list[str]]:
    """Every change by itself, all of them, and some at once."""
    names = sorted(changes)
    return [*([name] for name in names), names, sorted(chosen.draw(st.sets(st.sampled_from(names))))]


@settings(max_examples=150)
@given(profile=PROFILES, drawn=PROFILES, need=NEEDS, chosen=st.data())
def test_loosening_any_permission_never_removes_footage(
    profile: Profile, drawn: Profile, need: UseCase, chosen: st.DataObject
) -> None:
    floor = None if profile.floor is None or drawn.floor is None else min(profile.floor, drawn.floor)
    loosened: dict[str, Any] = {
        "purposes": profile.purposes | drawn.purposes,
        "model_classes": profile.model_classes | drawn.model_classes,
        "commercial": True,
        "territory": wider(profile.territory, drawn.territory),
        "storage": wider(profile.storage, drawn.storage),
        "term_months": max(profile.term_months, drawn.term_months),
        "retention": at_least(profile.retention, drawn.retention),
        "sublicense": at_least(profile.sublicense, drawn.sublicense),
        "people": at_least(profile.people, drawn.people),
        "obligations": profile.obligations & drawn.obligations,
        "modalities": profile.modalities | drawn.modalities,
        "blocked": profile.blocked & drawn.blocked,
        "floor": floor,
        "exclusivity": at_least(profile.exclusivity, drawn.exclusivity),
        "sold_nonexclusive": False,
    }
    before = fail_mask(profile, need)
    for names in each_and_some(loosened, chosen):
        after = fail_mask(replace(profile, **{name: loosened[name] for name in names}), need)
        assert after & ~before == Dimension(0), names
        assert ORDER.index(verdict_of(after)) <= ORDER.index(verdict_of(before)), names


@settings(max_examples=150)
@given(profile=PROFILES, need=NEEDS, drawn=NEEDS, chosen=st.data())
def test_relaxing_any_need_never_removes_footage(
    profile: Profile, need: UseCase, drawn: UseCase, chosen: st.DataObject
) -> None:
    def at_most(kind: E, other: E) -> E:
        ladder = list(type(kind))
        return ladder[min(ladder.index(kind), ladder.index(other))]

    rate = None if need.max_rate is None or drawn.max_rate is None else max(need.max_rate, drawn.max_rate)
    relaxed: dict[str, Any] = {
        "purposes": need.purposes & drawn.purposes,
        "model_classes": need.model_classes & drawn.model_classes,
        "commercial": False,
        "territory": narrower(need.territory, drawn.territory),
        "storage": narrower(need.storage, drawn.storage),
        "term_months": min(need.term_months, drawn.term_months),
        "retention": at_most(need.retention, drawn.retention),
        "sublicense": at_most(need.sublicense, drawn.sublicense),
        "people": at_most(need.people, drawn.people),
        "accepts": need.accepts | drawn.accepts,
        "modalities": need.modalities & drawn.modalities,
        "organisation": "",
        "sector": "",
        "end_uses": need.end_uses & drawn.end_uses,
        "contents": need.contents & drawn.contents,
        "max_rate": rate,
        "exclusivity": at_most(need.exclusivity, drawn.exclusivity),
    }
    before = fail_mask(profile, need)
    for names in each_and_some(relaxed, chosen):
        easier = replace(need, **{name: relaxed[name] for name in names})
        assert fail_mask(profile, easier) & ~before == Dimension(0), names


@given(profile=PROFILES, need=NEEDS)
def test_accepting_the_missing_conditions_removes_exactly_that_obstacle(profile: Profile, need: UseCase) -> None:
    found = answer(profile, need)
    accepting = replace(need, accepts=need.accepts | {condition.code for condition in found.conditions})
    assert fail_mask(profile, accepting) == found.mask & ~Dimension.OUTPUT_LIMITS
    assert bool(found.conditions) == (Dimension.OUTPUT_LIMITS in found.mask)


@given(library=LIBRARIES, need=NEEDS)
def test_the_explanation_agrees_with_asking_every_profile(library: list[tuple[Profile, int]], need: UseCase) -> None:
    found = explain(library, need)
    masks = [(fail_mask(profile, need), time) for profile, time in library]
    assert found.total_ms == sum(time for _, time in library)
    assert found.eligible_ms == sum(time for mask, time in masks if mask == Dimension(0))
    for row in found.obstacles:
        assert row.fails_on_ms == sum(time for mask, time in masks if row.dimension in mask)
        assert row.only_obstacle_ms == sum(time for mask, time in masks if mask == row.dimension)
    if found.best_pair is not None:
        pair = found.best_pair.first | found.best_pair.second
        gained = sum(time for mask, time in masks if mask != Dimension(0) and mask & ~pair == Dimension(0))
        assert found.best_pair.gain_ms == gained
    best = found.best_pair.only_both_ms if found.best_pair else 0
    for first in Dimension:
        for second in Dimension:
            if first < second:
                assert sum(time for mask, time in masks if mask == first | second) <= best


@given(need=NEEDS.filter(lambda need: not need.organisation))
def test_a_valid_use_case_survives_its_canonical_values(need: UseCase) -> None:
    valid = replace(
        need,
        territory=Territory(),
        storage=Territory(),
        modalities=need.modalities | {Modality.VIDEO, Modality.AUDIO},
        exclusivity=Exclusivity.NONE,
    )
    assert read_use_case(write_use_case(valid)) == valid
