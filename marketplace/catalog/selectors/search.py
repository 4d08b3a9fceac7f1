"""Search: one counting query per distinct terms, one judgement per group, prices only for what is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
from marketplace.catalog.domain.query import Filters
from marketplace.catalog.domain.shown import Group, Judgement, judge
from marketplace.catalog.models import Listing
from marketplace.catalog.selectors.listings import listings_live, matching
from marketplace.catalog.selectors.terms import price_of, profiles_of

ClipIds = QuerySet[Any, Any]
"""A subquery of clip ids."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Clips that share everything a search counts by."""

    group: Group
    resolution_class: str
    genre: str
    orientation: str
    clips: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """One value of a facet."""

    value: str
    clips: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Found:
    """A search's result before paging: the rows, what they add up to, and the answer for each group."""

    listings: QuerySet[Listing]
    clips: int
    duration_ms: int
    facets: Mapping[str, tuple[Bucket, ...]]
    judgements: Mapping[Group, Judgement]
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


@dataclass(frozen=True, slots=True)
class Taken:
    """What other sales mean for this search: asked of the orders, which know licences."""

    exclusively: ClipIds
    """Ids of clips that somebody holds exclusively."""
    licensed: ClipIds
    """Ids of clips with any running licence."""


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
    """Find live clips; with a use case, judge each group once and keep the asked-for verdicts."""
    everything = _with_licensed(matching(listings_live(taken.exclusively), filters), use_case, taken)
    counted = list(_counted(everything))
    groups = {one.group for one in counted}
    judgements = {} if use_case is None else judged(groups, use_case, language)
    kept = counted
    listings = everything
    if filters.verdicts and use_case is not None:
        wanted = {group for group, one in judgements.items() if one.answer.verdict in filters.verdicts}
        kept = [one for one in counted if one.group in wanted]
        listings = everything.filter(_in_groups(wanted))
    return Found(
        listings=listings.prefetch_related("clip__asset__derivatives"),
        clips=sum(one.clips for one in kept),
        duration_ms=sum(one.duration_ms for one in kept),
        facets=_facets(kept, judgements),
        judgements=judgements,
        explanation=None if use_case is None else _explained(counted, judgements),
    )


def judged(groups: Iterable[Group], use_case: UseCase, language: str = "en") -> dict[Group, Judgement]:
    """One judgement per group."""
    wanted = set(groups)
    profiles = profiles_of({group.terms_version_id for group in wanted})
    return {group: judge(profiles[group.terms_version_id], group, use_case, language) for group in wanted}


def hits(
    rows: Iterable[Listing],
    *,
    judgements: Mapping[Group, Judgement],
    use_case: UseCase | None,
    card: RateCard,
    licensed_before_ms: int,
) -> list[Hit]:
    """Price the rows of one page. The rows come from `Found.listings`."""
    priced = []
    for row in rows:
        group = group_of(row, licensed=bool(getattr(row, "licensed", False)))
        priced.append(
            hit(
                row,
                judgement=judgements.get(group),
                use_case=use_case,
                card=card,
                licensed_before_ms=licensed_before_ms,
            )
        )
    return priced


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


def _in_groups(groups: Iterable[Group]) -> Q:
    some = Q(pk__in=[])
    for group in groups:
        some |= Q(
            terms_profile_version_id=group.terms_version_id,
            clip__asset__has_audio=group.has_audio,
            _people=str(group.people),
            _cleared=str(group.cleared),
            licensed=group.licensed,
        )
    return some


def _facets(counted: Iterable[Counted], judgements: Mapping[Group, Judgement]) -> dict[str, tuple[Bucket, ...]]:
    clips: dict[str, Counter[str]] = {}
    times: dict[str, Counter[str]] = {}
    for one in counted:
        values = {
            "resolution_class": one.resolution_class,
            "genre": one.genre,
            "orientation": one.orientation,
            "has_audio": "yes" if one.group.has_audio else "no",
        }
        if one.group in judgements:
            values["verdict"] = str(judgements[one.group].answer.verdict)
        for name, value in values.items():
            clips.setdefault(name, Counter())[value] += one.clips
            times.setdefault(name, Counter())[value] += one.duration_ms
    return {
        name: tuple(
            Bucket(value, count, times[name][value])
            for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        )
        for name, counts in clips.items()
    }


def _explained(counted: Iterable[Counted], judgements: Mapping[Group, Judgement]) -> Explanation:
    return explain_masks((judgements[one.group].answer.mask, one.duration_ms) for one in counted)


def listings_by_clip(clip_ids: Iterable[UUID]) -> dict[UUID, Listing]:
    """Listings in any state, by clip id."""
    rows = Listing.objects.filter(clip_id__in=list(clip_ids)).select_related(
        "clip__asset", "clip__declaration", "terms_profile_version__profile", "agreement"
    )
    return {row.clip_id: row for row in rows}
