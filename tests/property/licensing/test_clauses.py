"""Text and machine values of every clause say the same thing, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clauses import Clause
from licensing.domain.wording import Language, canonical, sha256_text
from tests.property.licensing.values import changes_of

CLAUSES = list(CATALOGUE.values())


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
@settings(max_examples=12)
@given(data=st.data())
def test_every_value_appears_in_the_text_and_is_read_back_from_it(clause: Clause, data: st.DataObject) -> None:
    values = clause.parse(data.draw(changes_of(clause)))
    for language in Language:
        text = clause.render(values, language)
        assert all(said in text for said in clause.spoken(values, language).values())
        assert clause.read(text, language) == values


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.code)
@settings(max_examples=6)
@given(data=st.data())
def test_rendering_is_deterministic_and_any_other_value_changes_its_hash(clause: Clause, data: st.DataObject) -> None:
    one, other = (clause.parse(data.draw(changes_of(clause))) for _ in range(2))
    for language in Language:
        hashes = [sha256_text(canonical(clause.render(values, language))) for values in (one, dict(one), other)]
        assert hashes[0] == hashes[1]
        assert (hashes[0] == hashes[2]) == (one == other)
