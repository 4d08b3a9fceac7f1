"""Judging many groups at once says of each what judging it alone says."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from licensing.domain.declaration import PeopleShown
from licensing.domain.matching import Cleared, Profile, UseCase, fail_mask
from marketplace.catalog.domain.judging import Judgements
from marketplace.catalog.domain.shown import Group, as_shown
from tests.property.licensing.test_matching_laws import NEEDS, PROFILES

VERSIONS = [UUID(int=number) for number in range(4)]
GROUPS = st.builds(
    Group,
    terms_version_id=st.sampled_from(VERSIONS),
    has_audio=st.booleans(),
    people=st.sampled_from(PeopleShown),
    licensed=st.booleans(),
    cleared=st.sampled_from(Cleared),
)


@given(
    profiles=st.lists(PROFILES, min_size=4, max_size=4),
    groups=st.lists(GROUPS, min_size=1, max_size=30),
    need=NEEDS,
)
def test_judging_at_once_is_judging_one_by_one(profiles: list[Profile], groups: list[Group], need: UseCase) -> None:
    known = dict(zip(VERSIONS, profiles, strict=True))
    judged = Judgements(known, need, "en")
    for group in groups:
        alone = fail_mask(as_shown(known[group.terms_version_id], group), need)
        assert judged.mask(group) == alone
        assert judged.of(group).answer.mask == alone
        assert judged.of(group).answer.verdict is judged.verdict(group)
