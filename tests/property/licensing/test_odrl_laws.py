"""The ODRL export answers as matching does: for offers, for agreements, for every pair of terms and need."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from licensing.domain.matching import (
    OBLIGATION_CLAUSES,
    Cleared,
    ModelClass,
    Profile,
    Purpose,
    Territory,
    UseCase,
    fail_mask,
)
from licensing.domain.signals.odrl import odrl_document, odrl_permits
from licensing.domain.signals.odrl_asking import CLAUSE_ACTS
from licensing.domain.signals.odrl_model import read_odrl
from licensing.domain.signals.policy import LicenceFacts, RightsPolicy, delivered, granted, on_sale
from tests.property.licensing.test_matching_laws import NEEDS, PROFILES
from tests.property.licensing.values import EFFORT

SITE = "https://market.example"
FITTING = Profile(frozenset(Purpose), frozenset(ModelClass))
TERMS = st.builds(replace, PROFILES, cleared=st.sampled_from(Cleared))
ASKING = UseCase(frozenset({Purpose.PRETRAIN}), frozenset({ModelClass.VIDEO_GEN}))

ASKED_OF = (
    (("purposes", "model_classes", "cleared"), ("purposes", "model_classes")),
    *(((name,), (name,)) for name in ("commercial", "territory", "storage", "term_months", "retention", "sublicense")),
    *(((name,), (name,)) for name in ("people", "modalities")),
    (("obligations",), ("accepts",)),
    (("blocked",), ("organisation", "sector", "end_uses", "contents")),
    (("floor",), ("max_rate",)),
    (("exclusivity", "sold_nonexclusive"), ("exclusivity",)),
)
"""What the terms limit, and what a need asks of it."""


def offered(profile: Profile) -> RightsPolicy:
    return on_sale(
        site=SITE,
        target=f"{SITE}/market/clips/clp_1",
        offer_url=f"{SITE}/market/clips/clp_1",
        licensor=f"{SITE}/orgs/org_l",
        profile=profile,
    )


def licensed(profile: Profile, need: UseCase, window_days: int | None = None) -> RightsPolicy:
    return delivered(
        site=SITE,
        target=f"{SITE}/market/clips/clp_1",
        licensor=f"{SITE}/orgs/org_l",
        profile=profile,
        licence=LicenceFacts(
            id="lic_1",
            url=f"{SITE}/licences/lic_1",
            licensee=f"{SITE}/orgs/org_b",
            starts=date(2026, 9, 1),
            ends=date(2028, 8, 31),
            use_case=need,
            window_days=window_days,
        ),
    )


def document_of(policy: RightsPolicy) -> dict[str, object]:
    """The document as a reader gets it: through JSON text."""
    document: dict[str, object] = json.loads(json.dumps(odrl_document(policy)))
    return document


@settings(max_examples=2000 * EFFORT)
@given(TERMS, NEEDS)
@example(FITTING, ASKING)
@example(FITTING, UseCase(frozenset({Purpose.EVALUATE}), frozenset({ModelClass.DETECTOR})))
def test_an_offer_permits_exactly_what_matching_lets_through(profile: Profile, need: UseCase) -> None:
    assert odrl_permits(document_of(offered(profile)), need) == (not fail_mask(profile, need))


@settings(max_examples=2000 * EFFORT)
@given(TERMS, NEEDS, st.sets(st.sampled_from(range(len(ASKED_OF))), max_size=2))
def test_an_offer_agrees_with_matching_where_only_a_few_dimensions_are_tight(
    profile: Profile, need: UseCase, tight: set[int]
) -> None:
    close, asking = FITTING, ASKING
    for number in sorted(tight):
        limits, wishes = ASKED_OF[number]
        close = replace(close, **{name: getattr(profile, name) for name in limits})
        asking = replace(asking, **{name: getattr(need, name) for name in wishes})
    assert odrl_permits(document_of(offered(close)), asking) == (not fail_mask(close, asking))
    assert odrl_permits(document_of(licensed(close, asking)), asking) == (not fail_mask(close, asking))


def test_every_field_of_terms_and_needs_belongs_to_a_dimension() -> None:
    assert sorted(name for limits, _ in ASKED_OF for name in limits) == sorted(one.name for one in fields(Profile))
    asked = [one.name for one in fields(UseCase) if one.init]
    assert sorted(name for _, wishes in ASKED_OF for name in wishes) == sorted(asked)


@settings(max_examples=1000 * EFFORT)
@given(TERMS, NEEDS)
@example(FITTING, ASKING)
@example(FITTING, UseCase(frozenset({Purpose.EVALUATE}), frozenset({ModelClass.DETECTOR})))
def test_a_grant_and_its_agreement_permit_the_use_exactly_when_the_terms_do(profile: Profile, need: UseCase) -> None:
    fits = not fail_mask(profile, need)
    assert (not fail_mask(granted(profile, need), need)) == fits
    assert odrl_permits(document_of(licensed(profile, need)), need) == fits


@given(TERMS, NEEDS, NEEDS)
def test_an_agreement_permits_no_use_that_the_terms_refuse(profile: Profile, need: UseCase, other: UseCase) -> None:
    if odrl_permits(document_of(licensed(profile, need)), other):
        assert not fail_mask(profile, other)


@given(TERMS, NEEDS)
def test_a_document_reads_back_as_the_policy_it_was_written_from(profile: Profile, need: UseCase) -> None:
    for policy in (offered(profile), licensed(profile, need)):
        document = document_of(policy)
        assert read_odrl(document).as_json() == document


def test_an_agreement_holds_on_its_days_and_on_no_other() -> None:
    document = document_of(licensed(FITTING, ASKING))
    days = (date(2026, 8, 31), date(2026, 9, 1), date(2028, 8, 31), date(2028, 9, 1))
    assert [odrl_permits(document, ASKING, on=day) for day in days] == [False, True, True, False]


def test_an_evaluation_copy_never_permits_training_nor_more_than_its_window() -> None:
    measuring = UseCase(frozenset({Purpose.EVALUATE}), frozenset({ModelClass.VIDEO_GEN}), term_months=12)
    assert odrl_permits(document_of(licensed(FITTING, measuring)), measuring)
    assert not odrl_permits(document_of(licensed(FITTING, measuring)), ASKING)
    assert not odrl_permits(document_of(licensed(FITTING, measuring, window_days=60)), measuring)


def test_a_worldwide_need_is_not_covered_by_a_list_of_countries() -> None:
    french = Profile(frozenset(Purpose), frozenset(ModelClass), territory=Territory(frozenset({"FR"})))
    assert not odrl_permits(document_of(offered(french)), ASKING)


def test_every_clause_that_limits_a_buyer_has_an_action_of_its_own() -> None:
    assert set(CLAUSE_ACTS) == OBLIGATION_CLAUSES
    assert len({name for name, _ in CLAUSE_ACTS.values()}) == len(OBLIGATION_CLAUSES)
