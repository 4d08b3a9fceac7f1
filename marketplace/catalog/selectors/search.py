"""Search: one counting query per distinct terms, one judgement per group, prices only for what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Sum, Value, When

from core.money import RatePerMinute
from licensing.domain.declaration import PeopleShown
from licensing.domain.explain import Explanation, explain_masks
from licensing.domain.matching import Cleared, UseCase
from licensing.domain.pricing import Price
from licensing.domain.ratecard import RateCard
from licensing.selectors.consent import cleared_of, people_of
from licensing.selectors.terms import profile_for
from marketplace.catalog.domain.judging import Judgements
from marketplace.catalog.domain.query import Filters
from marketplace.catalog.domain.shown import Group, Judgement
from marketplace.catalog.domain.states import ListingState
from marketplace.catalog.models import Listing, Shelf
from marketplace.catalog.selectors.listings import listings_live, matching
from marketplace.catalog.selectors.shelves import Counted, Counts, Tally, alike, countable, on_shelves, shelves_matching
from marketplace.catalog.selectors.terms import price_of, profiles_of

ClipIds = QuerySet[Any, Any]
"""A subquery of clip ids."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One value of a facet."""

    value: str
    clips: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What other sales mean for this search: asked of the orders, which know licences."""

    exclusively: ClipIds
    """Ids of clips that somebody holds exclusively."""
    licensed: ClipIds
    """Ids of clips with any running licence."""


@dataclass(frozen=True, slots=True)
class Found:
    """A search's result before paging: the rows, what they add up to, and the answer for each group."""

    listings: QuerySet[Listing]
    """What to page over; `hits` then loads the page."""
    wanted: frozenset[Group] | None
    """The groups with an asked-for verdict; None when all are."""
    taken: Taken
    clips: int
    duration_ms: int
    facets: Mapping[str, tuple[Bucket, ...]]
    judgements: Judgements | None
    explanation: Explanation | None
    """Over everything the text and filters found, whatever its verdict; None without a use case."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One clip as found: with its answer and its price under the use case."""

    listing: Listing
    judgement: Judgement | None
    price: Price | None
    """None when the price would be above the hard maximum."""
    buyer_rate: RatePerMinute | None
    """With the service fee of the buyer's present tier."""


def group_of(listing: Listing, *, licensed: bool = False) -> Group:
    """The group a listing belongs to."""
    if listing.terms_profile_version_id is None:
        message = "a listing without terms belongs to no group"
        raise ValueError(message)
    return Group(
        listing.terms_profile_version_id,
        bool(listing.clip.asset.has_audio),
        people_of(listing.clip.declaration),
        licensed,
        cleared_of(listing.clip.declaration),
    )


def search(*, filters: Filters, use_case: UseCase | None, taken: Taken, language: str = "en") -> Found:
    """Find live clips; with a use case, judge each group once and keep the asked-for verdicts.

    What shelves can answer is counted there; words, frame rates and lengths are counted clip by clip, by the database.
    """
    everything = _with_licensed(matching(listings_live(taken.exclusively), filters), use_case, taken)
    counts = _counts(everything, filters, use_case, taken)
    groups = counts.groups()
    judgements = None if use_case is None else judged(groups, use_case, language)
    wanted: frozenset[Group] | None = None
    if filters.verdicts and judgements is not None:
        wanted = frozenset(group for group in groups if judgements.verdict(group) in filters.verdicts)
    kept = groups if wanted is None else {group: groups[group] for group in wanted}
    explained = [(judgements.mask(group), time) for group, (_, time) in groups.items()] if judgements else []
    return Found(
        listings=_narrowed(everything, counts.shelves, wanted, use_case, taken),
        wanted=wanted,
        taken=taken,
        clips=sum(clips for clips, _ in kept.values()),
        duration_ms=sum(time for _, time in kept.values()),
        facets=_facets(counts.facets(wanted), kept, judgements),
        judgements=judgements,
        explanation=None if judgements is None else explain_masks(explained),
    )


def judged(groups: Iterable[Group], use_case: UseCase, language: str = "en") -> Judgements:
    """The answer for each group; worked out when asked for."""
    return Judgements(profiles_of({group.terms_version_id for group in groups}), use_case, language)


def hits(
    rows: Iterable[Listing],
    *,
    found: Found,
    use_case: UseCase | None,
    card: RateCard,
    licensed_before_ms: int,
) -> list[Hit]:
    """Load and price one page of `Found.listings`.

    A clip that left the search since it was counted, by its consent or its sale, is left out: the page is shorter.
    """
    wanted = [row.pk for row in rows]
    current = _with_licensed(listings_live(found.taken.exclusively), use_case, found.taken)
    current = current.filter(pk__in=wanted).prefetch_related("clip__asset__derivatives")
    loaded = {row.pk: (row, group_of(row, licensed=bool(getattr(row, "licensed", False)))) for row in current}
    return [
        hit(
            row,
            judgement=None if found.judgements is None else found.judgements.get(group),
            use_case=use_case,
            card=card,
            licensed_before_ms=licensed_before_ms,
        )
        for row, group in (loaded[key] for key in wanted if key in loaded)
        if found.wanted is None or group in found.wanted
    ]


def hit(
    listing: Listing,
    *,
    judgement: Judgement | None,
    use_case: UseCase | None,
    card: RateCard,
    licensed_before_ms: int,
) -> Hit:
    """One clip with its price: what the creator receives per minute, and what the buyer pays with the service fee."""
    if listing.terms_profile_version is None:
        message = "a listing without terms has no price"
        raise ValueError(message)
    profile = profile_for(listing.terms_profile_version)
    price = price_of(listing, profile=profile, use_case=use_case, card=card)
    share = card.fee_share(licensed_before_ms + listing.clip.end_ms - listing.clip.start_ms)
    buyer_rate = None if price is None else RatePerMinute(price.rate.amount * (1 + share), card.currency)
    return Hit(listing, judgement, price, buyer_rate)


def _with_licensed(rows: QuerySet[Listing], use_case: UseCase | None, taken: Taken) -> QuerySet[Listing]:
    """Only an exclusive need cares whether others hold a licence; nobody else pays for the question."""
    exclusive = use_case is not None and use_case.exclusivity != "none"
    licensed: Case | Value = Value(value=False, output_field=BooleanField())
    if exclusive:
        licensed = Case(
            When(clip_id__in=taken.licensed, then=Value(value=True)),
            default=Value(value=False),
            output_field=BooleanField(),
        )
    return rows.annotate(licensed=licensed)


def _counts(everything: QuerySet[Listing], filters: Filters, use_case: UseCase | None, taken: Taken) -> Counts:
    if not countable(filters):
        return Counts(None, tuple(_counted(everything)))
    amends = [replace(one, sign=-1) for one in _counted(_held(filters, taken))]
    if use_case is not None and use_case.exclusivity != "none":
        for one in _counted(everything.filter(Q(licensed=True))):
            amends += [one, replace(one, sign=-1, group=replace(one.group, licensed=False))]
    return Counts(shelves_matching(filters), tuple(amends))


def _held(filters: Filters, taken: Taken) -> QuerySet[Listing]:
    """What stands on shelves and is not on offer to this buyer, because somebody holds it exclusively."""
    held = listings_live().filter(clip_id__in=taken.exclusively)
    return matching(held, filters).annotate(licensed=Value(value=False, output_field=BooleanField()))


def _counted(rows: QuerySet[Listing]) -> Iterable[Counted]:
    grouped = (
        rows.order_by()
        .annotate(
            audio=F("clip__asset__has_audio"),
            people=F("_people"),
            cleared=F("_cleared"),
            genre=F("clip__declaration__genre"),
            class_name=F("_class"),
            orientation=F("_orientation"),
        )
        .values(
            "terms_profile_version_id", "audio", "people", "cleared", "licensed", "genre", "class_name", "orientation"
        )
        .annotate(clips=Count("pk"), duration_ms=Sum("_duration"))
    )
    for row in grouped:
        group = Group(
            row["terms_profile_version_id"],
            bool(row["audio"]),
            PeopleShown(row["people"]),
            bool(row["licensed"]),
            Cleared(row["cleared"]),
        )
        yield Counted(group, row["class_name"], row["genre"], row["orientation"], row["clips"], row["duration_ms"] or 0)


def _narrowed(
    everything: QuerySet[Listing],
    shelves: QuerySet[Shelf] | None,
    wanted: frozenset[Group] | None,
    use_case: UseCase | None,
    taken: Taken,
) -> QuerySet[Listing]:
    """What to page over. Where shelves can tell, only a listing's own columns are looked at: PostgreSQL then walks
    them from the newest and stops when a page is full, whatever the catalogue. `hits` looks at the clips of the page.
    """
    if shelves is None:
        found = everything if wanted is None else everything.filter(_in_groups(wanted))
        return found.select_related(None)
    rows = Listing.objects.filter(state=ListingState.LIVE).exclude(clip_id__in=taken.exclusively)
    rows = _with_licensed(rows, use_case, taken)
    if wanted is None:
        return rows.filter(shelf__in=shelves)
    some = Q(pk__in=[])
    for licensed in {group.licensed for group in wanted}:
        groups = [group for group in wanted if group.licensed is licensed]
        some |= Q(licensed=licensed, shelf__in=shelves.filter(on_shelves(groups)))
    return rows.filter(some)


def _in_groups(groups: Iterable[Group]) -> Q:
    some = Q(pk__in=[])
    for (audio, people, cleared, licensed), versions in alike(groups).items():
        some |= Q(
            terms_profile_version_id__in=versions,
            clip__asset__has_audio=audio,
            _people=str(people),
            _cleared=str(cleared),
            licensed=licensed,
        )
    return some


def _facets(
    tally: Tally, kept: Mapping[Group, tuple[int, int]], judgements: Judgements | None
) -> dict[str, tuple[Bucket, ...]]:
    if judgements is not None:
        for group, (clips, time) in kept.items():
            tally.add(("verdict", str(judgements.verdict(group))), clips, time)
    found: dict[str, list[Bucket]] = {}
    for (name, value), clips in sorted(tally.clips.items(), key=lambda item: (-item[1], item[0])):
        if clips > 0:
            found.setdefault(name, []).append(Bucket(value, clips, tally.duration_ms[name, value]))
    return {name: tuple(buckets) for name, buckets in found.items()}


def listings_by_clip(clip_ids: Iterable[UUID]) -> dict[UUID, Listing]:
    """Listings in any state, by clip id."""
    rows = Listing.objects.filter(clip_id__in=list(clip_ids)).select_related(
        "clip__asset", "clip__declaration", "terms_profile_version__profile", "agreement"
    )
    return {row.clip_id: row for row in rows}
