"""A small market for tests, made with the services people use: a studio under contract, live clips, a buyer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.accounts.actions import OrganisationKind, Role
from core.accounts.models import Organisation
from core.accounts.policy import Actor
from licensing.domain.declaration import CmoStatus, Declared
from licensing.models import UseCase
from licensing.services.agreements import agreement_draft, agreement_submit
from licensing.services.catalogue import catalogue_load
from licensing.services.declarations import clip_declare
from licensing.services.profiles import terms_profile_create
from licensing.services.rates import ratecard_load
from licensing.services.signing import agreement_sign
from licensing.services.use_cases import use_case_create
from marketplace.catalog.models import Listing
from marketplace.catalog.services.listing import listings_create, listings_refresh
from marketplace.orders.models import Order, Quote
from marketplace.orders.services.accepting import quote_accept
from marketplace.orders.services.fulfilling import order_mark_delivered
from marketplace.orders.services.paying import order_pay
from marketplace.orders.services.quoting import quote_create
from media_ingest.models import Clip
from tests.factories.core import actor_as
from tests.factories.media_ingest import AssetFactory

SYSTEM = Actor.system()
NOBODYS = Declared(cmo_status=CmoStatus.NONE)
ANSWERED: Mapping[str, Mapping[str, object]] = {"CMO_STATUS": {"societies": ["none"]}}

EXCLUSIVE: Mapping[str, Mapping[str, object]] = {"EXCLUSIVITY": {"kind": "ai_training", "ends": "2030-12-31"}}


def rules_loaded() -> None:
    """Load clauses and the rate card, once per database."""
    catalogue_load()
    ratecard_load()


def terms_signed(
    studio: Actor, *, name: str = "Careful", changes: Mapping[str, Mapping[str, object]] | None = None
) -> None:
    """Have a studio choose terms and sign them; its listings follow."""
    profile = terms_profile_create(actor=studio, name=name, preset="careful", changes={**ANSWERED, **(changes or {})})
    agreement = agreement_draft(actor=studio, terms_profile_id=profile.pk)
    agreement_submit(actor=studio, agreement_id=agreement.pk)
    agreement_sign(actor=studio, agreement_id=agreement.pk, signatory_name="A. Creator")
    assert studio.organisation_id is not None
    listings_refresh(actor=SYSTEM, organisation_id=studio.organisation_id)


def studio_signed(changes: Mapping[str, Mapping[str, object]] | None = None) -> Actor:
    """Return the owner of a new studio that has signed the Careful terms."""
    rules_loaded()
    studio = actor_as(OrganisationKind.STUDIO)
    terms_signed(studio, changes=changes)
    return studio


def clip_of(studio: Actor, *, title: str = "", tags: Sequence[str] = (), **facts: Any) -> Clip:
    """Return the clip of a new ready asset of a studio; nothing is declared about it."""
    assert studio.organisation_id is not None
    organisation = Organisation.objects.get(pk=studio.organisation_id)
    asset = AssetFactory.create(organisation=organisation, **facts)
    end_ms = asset.duration_ms or 0
    ticks = asset.duration_ticks or 0
    return Clip.objects.create(
        asset=asset, start_ticks=0, end_ticks=ticks, start_ms=0, end_ms=end_ms, title=title, tags=list(tags)
    )


def clip_live(studio: Actor, *, declared: Declared = NOBODYS, **facts: Any) -> Clip:
    """Return a declared clip of a studio that has signed: it is live."""
    clip = clip_of(studio, **facts)
    clip_declare(actor=studio, clip_id=clip.pk, declared=declared)
    (listing,) = listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    assert listing.state == "live", listing.state
    return clip


def listing_of(clip: Clip) -> Listing:
    """Return a clip's listing, fresh."""
    return Listing.objects.get(clip=clip)


def buyer_as(role: Role = Role.OWNER) -> Actor:
    """Return somebody in a new buying company."""
    return actor_as(OrganisationKind.BUYER, role)


def need(buyer: Actor, *, name: str = "Text to video", preset: str = "text_to_video", **values: Any) -> UseCase:
    """State what a buyer needs."""
    return use_case_create(actor=buyer, name=name, preset=preset, values=values)


def quote_of(buyer: Actor, clips: Sequence[Clip], use_case: UseCase | None = None) -> Quote:
    """Quote clips for a buyer."""
    wanted = use_case or need(buyer)
    return quote_create(actor=buyer, use_case_id=wanted.pk, clip_ids=[clip.pk for clip in clips])


def order_of(buyer: Actor, quote: Quote) -> Order:
    """Accept a quote with all its conditions."""
    return quote_accept(actor=buyer, quote_id=quote.pk, conditions=[one["code"] for one in quote.conditions])


def order_paid(buyer: Actor, clips: Sequence[Clip], use_case: UseCase | None = None) -> Order:
    """Quote, accept and pay clips."""
    order = order_of(buyer, quote_of(buyer, clips, use_case))
    return order_pay(actor=buyer, order_id=order.pk)


def order_delivered(buyer: Actor, clips: Sequence[Clip], use_case: UseCase | None = None) -> Order:
    """Quote, accept, pay and deliver clips."""
    order = order_paid(buyer, clips, use_case)
    return order_mark_delivered(actor=SYSTEM, order_id=order.pk)
