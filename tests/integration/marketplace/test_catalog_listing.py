"""A clip's way into the catalogue."""

from __future__ import annotations

import pytest
from django.db import transaction

from core.accounts.actions import OrganisationKind, Role
from core.errors import DomainError
from core.jobs.runner import run_due
from core.jobs.services import publish
from licensing.domain.declaration import CmoStatus, Declared, PeopleShown
from licensing.services.declarations import clip_declare
from licensing.services.signing import agreement_end
from marketplace.catalog.domain.states import ListingState
from marketplace.catalog.models import Listing
from marketplace.catalog.services.listing import (
    listing_pause,
    listing_resume,
    listings_create,
)
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from media_ingest.domain.ownership import CaseKind, Outcome
from media_ingest.models import Clip, OwnershipCase
from media_ingest.services.cases import ownership_case_open, ownership_case_settle
from tests.factories.core import actor_as
from tests.factories.marketplace import (
    NOBODYS,
    SYSTEM,
    clip_live,
    clip_of,
    listing_of,
    rules_loaded,
    studio_signed,
    terms_signed,
)

pytestmark = pytest.mark.django_db


def test_a_derived_clip_needs_its_creator_until_declared_and_signed() -> None:
    rules_loaded()
    studio = actor_as(OrganisationKind.STUDIO)
    clip = clip_of(studio)
    listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    assert listing_of(clip).state == ListingState.NEEDS_YOU
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    run_due(["marketplace.listing.refresh"])
    assert listing_of(clip).state == ListingState.NEEDS_YOU
    terms_signed(studio)
    listing = listing_of(clip)
    assert listing.state == ListingState.LIVE
    assert listing.agreement is not None
    assert listing.terms_profile_version == listing.agreement.effective_version


def test_topics_carry_a_clip_all_the_way_to_live() -> None:
    studio = studio_signed()
    clip = clip_of(studio)
    ref = clip.asset.public_id
    publish(topic="media_ingest.asset.derived", subject=ref, payload={"asset": ref})
    run_due(["marketplace.listings.create"])
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    run_due(["marketplace.listing.refresh"])
    assert listing_of(clip).state == ListingState.LIVE


def test_listing_twice_is_listing_once() -> None:
    clip = clip_live(studio_signed())
    first = listing_of(clip)
    listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    assert listing_of(clip) == first


def test_an_undeclared_collecting_society_keeps_a_clip_back() -> None:
    studio = studio_signed()
    clip = clip_of(studio)
    clip_declare(actor=studio, clip_id=clip.pk, declared=Declared(cmo_status=CmoStatus.UNDECLARED))
    listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    assert listing_of(clip).state == ListingState.NEEDS_YOU


def test_a_declaration_that_bars_the_sale_takes_a_live_clip_off() -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    unreleased = Declared(cmo_status=CmoStatus.NONE, people=PeopleShown.UNRELEASED)
    clip_declare(actor=studio, clip_id=clip.pk, declared=unreleased)
    run_due(["marketplace.listing.refresh"])
    assert listing_of(clip).state == ListingState.NEEDS_YOU
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    run_due(["marketplace.listing.refresh"])
    assert listing_of(clip).state == ListingState.LIVE


def test_pausing_and_resuming_brings_a_clip_back_live() -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    assert listing_pause(actor=studio, clip_id=clip.pk).state == ListingState.PAUSED
    assert listing_resume(actor=studio, clip_id=clip.pk).state == ListingState.LIVE


def test_nobody_touches_another_studios_listing() -> None:
    clip = clip_live(studio_signed())
    for stranger in (actor_as(OrganisationKind.STUDIO), actor_as(OrganisationKind.BUYER)):
        with pytest.raises(DomainError) as refused:
            clip_withdraw(actor=stranger, clip_id=clip.pk)
        assert refused.value.code == "not_found"
    assert listing_of(clip).state == ListingState.LIVE


def test_withdrawn_is_for_good() -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    clip_withdraw(actor=studio, clip_id=clip.pk)
    with pytest.raises(DomainError) as refused:
        listing_resume(actor=studio, clip_id=clip.pk)
    assert refused.value.code == "illegal_transition"


def test_a_clip_with_a_flaw_is_never_listed() -> None:
    studio = studio_signed()
    clip = clip_of(studio)
    Clip.objects.filter(pk=clip.pk).update(end_ms=30_000, end_ticks=384_000)
    black = Clip.objects.create(
        asset=clip.asset, start_ticks=384_000, end_ticks=512_000, start_ms=30_000, end_ms=40_000, flaws=["black"]
    )
    (listing,) = listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    assert listing.clip_id == clip.pk
    assert not Listing.objects.filter(clip=black).exists()


def test_held_footage_is_off_sale_until_it_is_settled() -> None:
    studio, other = studio_signed(), clip_of(actor_as(OrganisationKind.STUDIO))
    clip = clip_live(studio)
    with transaction.atomic():
        ownership_case_open(kind=CaseKind.SAME_BYTES, asset=clip.asset, others=[other.asset], evidence={})
    run_due(["marketplace.listings.hold"])
    assert listing_of(clip).state == ListingState.NEEDS_YOU
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    run_due(["marketplace.listing.refresh"])
    terms_signed(studio, name="Again")
    (listing,) = listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    assert listing.state == ListingState.NEEDS_YOU
    case = OwnershipCase.objects.get(asset=clip.asset)
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    ownership_case_settle(actor=desk, case_id=case.pk, outcome=Outcome.KEEP_BOTH, note="They shot it together.")
    run_due(["marketplace.listings.hold"])
    assert listing_of(clip).state == ListingState.LIVE


def test_offers_follow_the_end_of_an_agreement() -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    first = listing_of(clip).agreement
    terms_signed(studio, name="Later")
    second = listing_of(clip).agreement
    assert first is not None
    assert second is not None
    assert second != first
    agreement_end(actor=studio, agreement_id=second.pk)
    run_due(["marketplace.listings.refresh"])
    assert (listing_of(clip).state, listing_of(clip).agreement) == (ListingState.LIVE, first)
    agreement_end(actor=studio, agreement_id=first.pk)
    run_due(["marketplace.listings.refresh"])
    assert listing_of(clip).state == ListingState.NEEDS_YOU
