"""Laws of whole profiles and agreements: contradictions, hashes, diffs."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import Stored, profile_of, terms_sha256
from licensing.domain.contradictions import contradictions
from licensing.domain.diff import applied, reverted, same_words_percent, word_diff
from licensing.domain.rendering import AgreementFacts, render_both
from licensing.domain.wording import canonical
from tests.property.licensing.values import changes_of

WORDS = ["the", "buyer", "shall", "not", "keep", "a", "copy", ";", "« de »", "l’image", "“here”"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


@st.composite
def stored(draw: st.DrawFn) -> Stored:
    """Values of a whole profile, contradictions included."""
    return {code: clause.parse(draw(changes_of(clause))) for code, clause in CATALOGUE.items()}


def facts(values: Stored) -> AgreementFacts:
    return AgreementFacts(
        agreement_id="agr_1",
        licensor="Studio Nord",
        licensor_id="org_1",
        platform="Offcut",
        revision=1,
        clauses=list(CATALOGUE.values()),
        values=values,
        own_wording={},
    )


@settings(max_examples=15)
@given(values=stored(), seed=st.randoms(use_true_random=False))
def test_contradictions_do_not_depend_on_the_order_of_clauses(values: Stored, seed: object) -> None:
    codes = list(values)
    seed.shuffle(codes)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    shuffled = {code: values[code] for code in codes}
    found = contradictions(values)
    assert found == contradictions(shuffled)
    assert all(first < second for first, second in (item.codes for item in found))


@settings(max_examples=8)
@given(one=stored(), other=stored())
def test_agreements_and_profiles_hash_alike_exactly_when_their_values_are_equal(one: Stored, other: Stored) -> None:
    assert render_both(facts(one)) == render_both(facts(dict(reversed(one.items()))))
    assert (terms_sha256(one) == terms_sha256(other)) == (one == other)
    assert (render_both(facts(one)).sha256 == render_both(facts(other)).sha256) == (one == other)


@settings(max_examples=15)
@given(values=stored())
def test_every_set_of_values_has_a_profile(values: Stored) -> None:
    assert profile_of(values).term_months == values["TERM"]["training_access_months"]


@given(before=TEXTS, after=TEXTS)
def test_a_diff_leads_to_the_target_and_back(before: str, after: str) -> None:
    runs = word_diff(before, after)
    assert applied(runs) == canonical(after)
    assert reverted(runs) == canonical(before)
    assert (same_words_percent(before, after) == 100) == (canonical(before) == canonical(after))
