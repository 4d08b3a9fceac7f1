"""Who holds what on a clip: what a search must leave out, and what stands in the way of a quote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, ExpressionWrapper, F, IntegerField, OuterRef, QuerySet

from core.clock import now
from licensing.domain.matching import UseCase
from licensing.models import TermsProfileVersion
from licensing.selectors.pricing import need_of
from marketplace.catalog.selectors.search import Taken
from marketplace.orders.domain.exclusivity import (
    EVERYTHING,
    Hold,
    Window,
    cells_closed,
    cells_used,
    clashing,
    holds_of,
    window_of,
)
from marketplace.orders.domain.offers import months_later
from marketplace.orders.models import Licence, Quote, Reservation
from marketplace.orders.selectors.orders import STANDING


def reservations_standing() -> QuerySet[Reservation]:
    """Holds that were not released."""
    return Reservation.objects.filter(released_at=None)


def _meeting(starts_at: datetime, ends_at: datetime, cells: int) -> QuerySet[Reservation]:
    """Standing holds that share a moment and a use with these."""
    rows = reservations_standing().filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    return rows.annotate(shared=F("cells").bitand(cells)).filter(shared__gt=0)


def taken(use_case: UseCase | None = None) -> Taken:
    """What holds of others mean for a search: clips that somebody keeps this need out of, and clips already licensed
    where this need wants nobody else. Without a need: clips held alone for everything, and clips licensed at all.
    """
    starts_at = now()
    if use_case is None:
        running = reservations_standing().filter(starts_at__lte=starts_at, ends_at__gt=starts_at)
        alone = running.filter(exclusive=True, cells=EVERYTHING)
        return Taken(exclusively=alone.values("clip_id"), licensed=running.values("clip_id"))
    ends_at = months_later(starts_at, use_case.term_months)
    closed = cells_closed(use_case)
    kept_out = _meeting(starts_at, ends_at, cells_used(use_case) | closed).filter(exclusive=True)
    licensed = _meeting(starts_at, ends_at, closed)
    return Taken(exclusively=kept_out.values("clip_id"), licensed=licensed.values("clip_id"))


def holds_planned(quote: Quote, starts_at: datetime) -> Iterator[tuple[UUID, tuple[Hold, ...]]]:
    """The holds each clip of a quote would get if its licence began now; none where the terms' exclusivity is over."""
    use_case = need_of(quote.use_case_version)
    ends_at = months_later(starts_at, quote.term_months)
    windows = _windows(quote.lines.values("terms_profile_version_id"))
    kinds: dict[Window, tuple[Hold, ...]] = {}
    for clip_id, terms_id in quote.lines.order_by("number").values_list("clip_id", "terms_profile_version_id"):
        window = windows[terms_id]
        if window not in kinds:
            kinds[window] = _holds(use_case, window, starts_at, ends_at)
        yield clip_id, kinds[window]


def _holds(use_case: UseCase, window: Window, starts_at: datetime, ends_at: datetime) -> tuple[Hold, ...]:
    try:
        return holds_of(use_case, window, starts_at, ends_at)
    except ValueError:
        return ()


def _windows(terms: Any) -> Mapping[UUID, Window]:
    """The exclusivity window of each version of terms; `terms` are ids or a subquery of them."""
    versions = TermsProfileVersion.objects.filter(pk__in=terms)
    return {version.pk: window_of(version.values.get("EXCLUSIVITY", {})) for version in versions}


def windows_over(terms: Iterable[UUID], use_case: UseCase) -> set[UUID]:
    """Which of these terms would grant the need's exclusivity for no part of a term that begins now."""
    if not cells_closed(use_case):
        return set()
    starts_at = now()
    ends_at = months_later(starts_at, use_case.term_months)
    windows = _windows(set(terms))
    return {version for version, window in windows.items() if not _holds(use_case, window, starts_at, ends_at)}


def clips_in_the_way(quote: Quote) -> list[UUID]:
    """Clips of a quote that cannot be granted so: somebody is alone there, or this need wants to be and is not.

    Holds are written before the provider is asked, so payments under way count. The order's own do not.
    """
    standing: dict[UUID, list[Hold]] = {}
    rows = reservations_standing().filter(clip_id__in=quote.lines.values("clip_id")).exclude(order__quote=quote)
    for row in rows:
        standing.setdefault(row.clip_id, []).append(row.hold)
    return sorted(
        clip_id
        for clip_id, wanted in holds_planned(quote, now())
        if not wanted or any(clashing(wanted, standing.get(clip_id, ())))
    )


def _theirs(column: str) -> Any:
    """A column of the row outside; Django's types know numbers only on the right of a bit operation."""
    return OuterRef(column)


def clips_sold_twice() -> list[UUID]:
    """Clips with two holds that clash, or with a standing licence that holds nothing; the database refuses both."""
    other = (
        reservations_standing()
        .filter(clip=OuterRef("clip"), starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at"))
        .annotate(shared=ExpressionWrapper(F("cells").bitand(_theirs("cells")), IntegerField()))
        .filter(shared__gt=0)
        .exclude(pk=OuterRef("pk"))
    )
    own = reservations_standing().filter(order=OuterRef("order"), clip=OuterRef("clip"))
    bare = Licence.objects.filter(state__in=STANDING).filter(~Exists(own))
    found = set(reservations_standing().filter(exclusive=True).filter(Exists(other)).values_list("clip_id", flat=True))
    return sorted(found | set(bare.values_list("clip_id", flat=True)))
