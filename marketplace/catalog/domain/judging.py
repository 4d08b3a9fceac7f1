"""Judging thousands of groups at once: one evaluation for each version of terms, and what a group changes about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from licensing.domain.declaration import Declared, PeopleShown
from licensing.domain.explain import Verdict, verdict_of
from licensing.domain.matching import (
    Cleared,
    Dimension,
    Exclusivity,
    Modality,
    People,
    Profile,
    UseCase,
    fail_mask,
    is_cleared,
)
from marketplace.catalog.domain.shown import Group, Judgement, judge

_RANK: Final = {step: rank for rank, step in enumerate(People)}
_GROUPED: Final = Dimension.PEOPLE
"""The dimension a group decides together with the terms; the others only ever get worse by it."""


class Judgements:
    """The answer for each group under one use case, its terms being known. Words are found only when asked for."""

    def __init__(self, profiles: Mapping[UUID, Profile], use_case: UseCase, language: str) -> None:
        self._profiles = profiles
        self._use_case = use_case
        self._language = language
        self._terms: dict[UUID, int] = {}
        self._people: dict[tuple[People, PeopleShown, Cleared], int] = {}
        self._masks: dict[int, Dimension] = {}
        self._told: dict[Group, Judgement] = {}
        self._silent = int(Dimension.MODALITIES) if Modality.AUDIO in use_case.modalities else 0
        self._taken = int(Dimension.EXCLUSIVITY) if use_case.exclusivity is not Exclusivity.NONE else 0

    def mask(self, group: Group) -> Dimension:
        """Where a group fails: the same as asking its lowered profile, at a fraction of the cost."""
        version = group.terms_version_id
        profile = self._profiles[version]
        terms = self._terms.get(version)
        if terms is None:
            terms = self._terms[version] = int(fail_mask(profile, self._use_case) & ~_GROUPED)
        seen = (profile.people, group.people, group.cleared)
        people = self._people.get(seen)
        if people is None:
            people = self._people[seen] = self._people_mask(*seen)
        silent = 0 if group.has_audio else self._silent
        found = terms | people | silent | (self._taken if group.licensed else 0)
        mask = self._masks.get(found)
        if mask is None:  # making an enumeration's member costs more than all of the above
            mask = self._masks[found] = Dimension(found)
        return mask

    def _people_mask(self, permitted: People, shown: PeopleShown, cleared: Cleared) -> int:
        least = min(_RANK[permitted], _RANK[Declared(people=shown).matching_people])
        fails = _RANK[self._use_case.people] > least or not is_cleared(cleared, self._use_case)
        return int(Dimension.PEOPLE) if fails else 0

    def verdict(self, group: Group) -> Verdict:
        """Which of the four answers a group gets."""
        return verdict_of(self.mask(group))

    def get(self, group: Group) -> Judgement | None:
        """The answer for a group; None when its terms are not known, because a clip moved to them a moment ago."""
        return self.of(group) if group.terms_version_id in self._profiles else None

    def of(self, group: Group) -> Judgement:
        """The answer for a group whose terms are known, in words."""
        if group not in self._told:
            profile = self._profiles[group.terms_version_id]
            self._told[group] = judge(profile, group, self._use_case, self._language)
        return self._told[group]
