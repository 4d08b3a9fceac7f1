"""What an offer as a whole amounts to: its most restrictive terms, and which clips cause them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Sum

from licensing.domain.bundle import Member, Restriction, Summary, bundle_summary
from licensing.models import TermsProfileVersion
from licensing.selectors.terms import effective_values
from marketplace.orders.models import Quote

CLIPS_NAMED: Final = 100
"""How many clips are named as the cause of one restriction."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """An offer's summary, with the first clips behind each version of terms."""

    clips: int
    duration_ms: int
    summary: Summary[UUID]
    named: dict[UUID, list[UUID]]

    def clips_of(self, one: Restriction[UUID]) -> list[UUID]:
        """The first clips that cause a restriction."""
        return [clip for key in one.keys for clip in self.named[key]][:CLIPS_NAMED]


def quote_bundle(quote: Quote) -> Bundle:
    """Summarise the clips of an offer, evaluated once per version of terms."""
    counted = quote.lines.values("terms_profile_version").annotate(clips=Count("pk"), time=Sum("duration_ms"))
    rows = list(counted.order_by("terms_profile_version"))
    versions = TermsProfileVersion.objects.in_bulk([row["terms_profile_version"] for row in rows])
    members = [
        Member(key, effective_values(versions[key]), row["clips"], row["time"])
        for row in rows
        for key in [row["terms_profile_version"]]
    ]
    summary = bundle_summary(members)
    causes = {key for one in summary.restrictions for key in one.keys}
    return Bundle(
        clips=sum(member.clips for member in members),
        duration_ms=sum(member.duration_ms for member in members),
        summary=summary,
        named=_named(quote, causes),
    )


def _named(quote: Quote, versions: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    named: dict[UUID, list[UUID]] = {key: [] for key in versions}
    lines = quote.lines.filter(terms_profile_version__in=list(named)).order_by("number")
    for key, clip in lines.values_list("terms_profile_version", "clip").iterator(chunk_size=2_000):
        if len(named[key]) < CLIPS_NAMED:
            named[key].append(clip)
    return named
