"""Shelves: what a search counts there is what it would count clip by clip, whatever happens to listings."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import now
from core.invariants import invariants
from licensing.domain.declaration import CmoStatus, Declared, PeopleShown
from licensing.domain.explain import Verdict
from licensing.domain.facts import Genre, ReleaseStatus
from licensing.domain.matching import Cleared
from licensing.models import Declaration
from licensing.services.declarations import clip_declare
from marketplace.catalog.domain.query import Filters, Orientation
from marketplace.catalog.models import Listing, Shelf
from marketplace.catalog.selectors import search as searching
from marketplace.catalog.services.listing import listing_pause, listing_refresh, listing_resume
from marketplace.catalog.services.shelving import shelves_fill, shelves_recount, shelves_wrong
from marketplace.orders.selectors.market import market_hits, market_search
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from media_ingest.domain.resolution import ResolutionClass
from media_ingest.models import Clip
from tests.factories.marketplace import (
    EXCLUSIVE,
    SYSTEM,
    buyer_as,
    clip_live,
    need,
    order_paid,
    studio_signed,
    terms_signed,
)

pytestmark = pytest.mark.django_db

SHOWN = [
    Declared(cmo_status=CmoStatus.NONE),
    Declared(cmo_status=CmoStatus.NONE, genre=Genre.DRONE),
    Declared(cmo_status=CmoStatus.NONE, people=PeopleShown.BLURRED, release=ReleaseStatus.BLURRED),
]
SIZES = [{"width": 1920, "height": 1080}, {"width": 1080, "height": 1920}, {"width": 3840, "height": 2160}]
FILTERS = [
    Filters(),
    Filters(classes=frozenset({ResolutionClass.UHD_2160})),
    Filters(genres=frozenset({Genre.DRONE}), has_audio=False),
    Filters(orientations=frozenset({Orientation.VERTICAL})),
    Filters(verdicts=frozenset({Verdict.FITS})),
    Filters(verdicts=frozenset({Verdict.FITS, Verdict.FITS_IF_YOU_ACCEPT}), has_audio=True),
    Filters(verdicts=frozenset({Verdict.ASK_THE_CREATOR, Verdict.DOES_NOT_FIT})),
]


def catalogue() -> list[Clip]:
    """Two studios with a little of everything; one offers exclusivity."""
    clips = []
    for changes in (EXCLUSIVE, {"TERM": {"training_access_months": 12}}):
        studio = studio_signed(changes)
        for number, declared in enumerate(SHOWN):
            size = SIZES[number]
            clips.append(clip_live(studio, declared=declared, has_audio=number % 2 == 0, **size))
            clips.append(clip_live(studio, declared=declared, has_audio=True, duration_ms=7_000 + number, **size))
    return clips


def told(found: searching.Found) -> Any:
    """All that a search says beyond its rows."""
    return (
        found.clips,
        found.duration_ms,
        found.facets,
        found.explanation,
        sorted(row.clip_id for row in found.listings),
    )


def agree(monkeypatch: pytest.MonkeyPatch, buyer: Any, use_case: Any) -> None:
    """Search by shelves and clip by clip, with every filter."""
    use = None if use_case is None else use_case.pk
    for filters in FILTERS:
        by_shelf = told(market_search(actor=buyer, filters=filters, use_case_id=use).found)
        with monkeypatch.context() as patch:
            patch.setattr(searching, "countable", lambda _: False)
            assert by_shelf == told(market_search(actor=buyer, filters=filters, use_case_id=use).found), filters


def test_shelves_count_what_counting_clip_by_clip_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    clips, buyer = catalogue(), buyer_as()
    usual, exclusive = need(buyer), need(buyer, name="Alone", exclusivity="ai_training")
    for use_case in (None, usual, exclusive):
        agree(monkeypatch, buyer, use_case)
    order_paid(buyer, clips[4:5], usual)
    order_paid(buyer, clips[:2], exclusive)
    listing_pause(actor=SYSTEM, clip_id=clips[3].pk)
    other = buyer_as()
    for use_case in (None, need(other), need(other, name="Alone", exclusivity="ai_training")):
        agree(monkeypatch, other, use_case)


def test_what_changed_since_it_was_counted_is_on_no_page() -> None:
    studio, buyer = studio_signed(), buyer_as()
    use_case = need(buyer)
    kept, ended, lowered = (clip_live(studio) for _ in range(3))
    fitting = Filters(verdicts=frozenset({Verdict.FITS, Verdict.FITS_IF_YOU_ACCEPT}))

    def shown(filters: Filters) -> set[Any]:
        market = market_search(actor=buyer, filters=filters, use_case_id=use_case.pk)
        return {hit.listing.clip_id for hit in market_hits(market, market.found.listings)}

    assert shown(Filters()) == shown(fitting) == {kept.pk, ended.pk, lowered.pk}
    Declaration.objects.filter(clip=ended).update(settled_until=now())
    Declaration.objects.filter(clip=lowered).update(cleared=Cleared.EVALUATION)
    assert shown(Filters()) == {kept.pk, lowered.pk}
    assert shown(fitting) == {kept.pk}


def counts() -> list[tuple[int, int]]:
    return sorted(Shelf.objects.filter(clips__gt=0).values_list("clips", "duration_ms"))


def test_the_database_counts_whatever_happens_to_a_listing() -> None:
    studio = studio_signed()
    clips = [clip_live(studio, duration_ms=length) for length in (1_000, 2_000, 4_000)]
    assert counts() == [(3, 7_000)]
    listing_pause(actor=SYSTEM, clip_id=clips[0].pk)
    assert counts() == [(2, 6_000)]
    listing_resume(actor=SYSTEM, clip_id=clips[0].pk)
    clip_withdraw(actor=SYSTEM, clip_id=clips[1].pk)
    assert counts() == [(2, 5_000)]
    clip_declare(actor=studio, clip_id=clips[2].pk, declared=Declared(cmo_status=CmoStatus.NONE, genre=Genre.DRONE))
    listing_refresh(actor=SYSTEM, clip_id=clips[2].pk)
    assert counts() == [(1, 1_000), (1, 4_000)]
    terms_signed(studio, name="Longer", changes={"TERM": {"training_access_months": 36}})
    assert counts() == [(1, 1_000), (1, 4_000)]
    assert {row.shelf.terms_profile_version_id for row in Listing.objects.filter(state="live") if row.shelf} == {
        row.terms_profile_version_id for row in Listing.objects.filter(state="live")
    }
    assert shelves_wrong() == []
    Listing.objects.filter(state="live").delete()
    assert counts() == []


def test_counts_that_went_wrong_are_found_and_corrected() -> None:
    clip_live(studio_signed(), duration_ms=3_000)
    Listing.objects.update(shelf=None)
    assert counts() == []
    assert shelves_fill() == 1
    Shelf.objects.update(clips=9)
    assert any("shelf" in line for line in broken())
    out = StringIO()
    call_command("shelves", stdout=out)
    assert out.getvalue().strip() == "0 clips put on shelves, 1 shelves corrected"
    assert counts() == [(1, 3_000)]
    assert shelves_recount() == 0
    assert not any("shelf" in line for line in broken())


def broken() -> list[str]:
    """What `manage.py verify` would complain about."""
    return [line for one in invariants() for line in one.check()]


def test_an_explained_search_asks_the_same_few_questions_however_many_clips() -> None:
    studio, buyer = studio_signed(), buyer_as()
    use_case = need(buyer)
    asked = []
    for _ in range(2):
        clip_live(studio)
        clip_live(studio, width=3840, height=2160)
        market_search(actor=buyer, filters=Filters(), use_case_id=use_case.pk)
        with CaptureQueriesContext(connection) as queries:
            market_search(actor=buyer, filters=Filters(), use_case_id=use_case.pk)
        asked.append(len(queries))
    assert asked[0] == asked[1]
