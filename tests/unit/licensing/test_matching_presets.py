"""What creators and buyers pick in one click, against each other."""

from __future__ import annotations

import pytest

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import compose, profile_of
from licensing.domain.explain import Verdict, answer
from licensing.domain.matching import OBLIGATION_CLAUSES, clause_of
from licensing.domain.presets import PRESETS as TERMS
from licensing.domain.use_case_values import PRESETS as NEEDS

COMMERCIAL = ("text_to_video", "perception", "robotics")


@pytest.mark.parametrize("terms", ["open", "careful"])
@pytest.mark.parametrize("need", [*COMMERCIAL, "research"])
def test_open_and_careful_terms_fit_every_usual_need(terms: str, need: str) -> None:
    profile = profile_of(compose(CATALOGUE, {str(name): changes for name, changes in TERMS.items()}[terms]))
    assert answer(profile, NEEDS[need].use_case).verdict is Verdict.FITS


@pytest.mark.parametrize("need", COMMERCIAL)
def test_research_only_terms_fit_no_commercial_need_but_research(need: str) -> None:
    profile = profile_of(compose(CATALOGUE, {str(name): changes for name, changes in TERMS.items()}["research_only"]))
    assert answer(profile, NEEDS[need].use_case).verdict is Verdict.DOES_NOT_FIT
    assert answer(profile, NEEDS["research"].use_case).verdict is Verdict.FITS


def test_every_condition_is_a_clause_of_the_catalogue() -> None:
    assert set(CATALOGUE) >= OBLIGATION_CLAUSES
    for changes in TERMS.values():
        tokens = profile_of(compose(CATALOGUE, changes)).obligations
        assert {clause_of(token) for token in tokens} <= OBLIGATION_CLAUSES
