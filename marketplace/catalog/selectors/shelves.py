"""Counting what a search finds from shelves: a few thousand rows, whatever the number of clips."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from licensing.domain.declaration import PeopleShown
from licensing.domain.matching import Cleared
from licensing.domain.states import AgreementState
from marketplace.catalog.domain.query import Filters, Orientation
from marketplace.catalog.domain.shown import Group
from marketplace.catalog.models import Shelf

FACETS: Final = ("resolution_class", "genre", "orientation", "has_audio")


@dataclass(frozen=True, slots=True)
class Counted:
    """Clips that share everything a search counts by; `sign` is -1 for those that do not count after all."""

    group: Group
    resolution_class: str
    genre: str
    orientation: str
    clips: int
    duration_ms: int
    sign: int = 1

    @property
    def facets(self) -> tuple[str, ...]:
        """The values of the facets, in their order."""
        return self.resolution_class, self.genre, self.orientation, "yes" if self.group.has_audio else "no"


@dataclass(slots=True)
class Tally:
    """Clips and their milliseconds, by facet and value."""

    clips: Counter[tuple[str, str]] = field(default_factory=Counter)
    duration_ms: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, key: tuple[str, str], clips: int, duration_ms: int) -> None:
        """Count something under the name of a facet and its value."""
        self.clips[key] += clips
        self.duration_ms[key] += duration_ms


def orientation_of(width: int, height: int) -> Orientation:
    """How a displayed picture stands."""
    if width == height:
        return Orientation.SQUARE
    return Orientation.HORIZONTAL if width > height else Orientation.VERTICAL


def countable(filters: Filters) -> bool:
    """Whether shelves can answer: words, frame rates and lengths belong to clips, not to shelves."""
    timed = (filters.fps_min, filters.fps_max, filters.duration_min_ms, filters.duration_max_ms)
    return not filters.words and all(limit is None for limit in timed)


def shelves_matching(filters: Filters) -> QuerySet[Shelf]:
    """Return the shelves a search looks at: under signed agreements, with the consent any sale needs."""
    found = Shelf.objects.filter(clips__gt=0, agreement__state=AgreementState.SIGNED)
    found = found.exclude(cleared=Cleared.NONE)
    if filters.classes:
        found = found.filter(resolution_class__in=[str(one) for one in filters.classes])
    if filters.orientations:
        found = found.filter(orientation__in=[str(one) for one in filters.orientations])
    if filters.genres:
        found = found.filter(genre__in=[str(one) for one in filters.genres])
    return found if filters.has_audio is None else found.filter(has_audio=filters.has_audio)


def groups_counted(shelves: QuerySet[Shelf]) -> dict[Group, tuple[int, int]]:
    """Return clips and milliseconds of each group on some shelves."""
    keys = ("terms_profile_version_id", "has_audio", "people", "cleared")
    rows = shelves.order_by().values_list(*keys).annotate(n=Sum("clips"), ms=Sum("duration_ms"))
    people = {str(one): one for one in PeopleShown}
    cleared = {str(one): one for one in Cleared}
    return {
        Group(version, audio, people[shown], cleared=cleared[agreed]): (clips, time)
        for version, audio, shown, agreed, clips, time in rows.iterator()
    }


def facets_counted(shelves: QuerySet[Shelf]) -> Iterable[tuple[tuple[str, ...], int, int]]:
    """Return clips and milliseconds for each combination of facet values on some shelves."""
    rows = shelves.order_by().values_list(*FACETS).annotate(n=Sum("clips"), ms=Sum("duration_ms"))
    for name, genre, orientation, audio, clips, time in rows:
        yield (name, genre, orientation, "yes" if audio else "no"), clips, time


def alike(groups: Iterable[Group]) -> Mapping[tuple[bool, PeopleShown, Cleared, bool], list[UUID]]:
    """Return the versions of terms of some groups, by all else that makes a group: a handful of lists."""
    found: dict[tuple[bool, PeopleShown, Cleared, bool], list[UUID]] = defaultdict(list)
    for group in groups:
        found[group.has_audio, group.people, group.cleared, group.licensed].append(group.terms_version_id)
    return found


def on_shelves(groups: Iterable[Group]) -> Q:
    """Shelves of some groups; whether a clip is licensed is not a shelf's business."""
    some = Q(pk__in=[])
    for (audio, people, cleared, _), versions in alike(groups).items():
        some |= Q(has_audio=audio, people=people, cleared=cleared, terms_profile_version_id__in=versions)
    return some


@dataclass(frozen=True, slots=True)
class Counts:
    """What a search counts: shelves, amended by rows that were counted one by one; or such rows alone."""

    shelves: QuerySet[Shelf] | None
    rows: tuple[Counted, ...]

    def groups(self) -> dict[Group, tuple[int, int]]:
        """Clips and milliseconds of each group that has any."""
        found = {} if self.shelves is None else groups_counted(self.shelves)
        for row in self.rows:
            clips, time = found.get(row.group, (0, 0))
            found[row.group] = clips + row.sign * row.clips, time + row.sign * row.duration_ms
        return {group: counts for group, counts in found.items() if counts[0] > 0}

    def facets(self, wanted: frozenset[Group] | None) -> Tally:
        """Clips and milliseconds of each facet's values, of the wanted groups (None: of all)."""
        tally = Tally()
        if self.shelves is not None:
            shelves = self.shelves
            if wanted is not None:
                shelves = shelves.filter(on_shelves(group for group in wanted if not group.licensed))
            for values, clips, time in facets_counted(shelves):
                _add(tally, values, clips, time)
        for row in self.rows:
            if wanted is None or row.group in wanted:
                _add(tally, row.facets, row.sign * row.clips, row.sign * row.duration_ms)
        return tally


def _add(tally: Tally, values: tuple[str, ...], clips: int, duration_ms: int) -> None:
    for name, value in zip(FACETS, values, strict=True):
        tally.add((name, value), clips, duration_ms)
