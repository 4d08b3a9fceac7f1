"""Quotes, orders and licences: what an actor may see."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from core.accounts.policy import Actor, require
from core.ids import NOT_FOUND
from marketplace.actions import LICENCE_VIEW, ORDER_VIEW, QUOTE_VIEW
from marketplace.catalog.models import Listing
from marketplace.orders.domain.states import LicenceState
from marketplace.orders.models import Licence, Order, Quote, QuoteLine

STANDING = (LicenceState.ACTIVE, LicenceState.UNDER_CLAIM)


def quotes_visible_to(actor: Actor) -> QuerySet[Quote]:
    """The quotes of the actor's organisation; every quote for the system."""
    quotes = Quote.objects.select_related("use_case_version__use_case", "order").annotate(clips=Count("lines"))
    if actor.is_system:
        return quotes
    require(actor, QUOTE_VIEW)
    return quotes.filter(organisation=actor.organisation_id)


def quote_get(actor: Actor, quote_id: UUID) -> Quote:
    """One visible quote, or `not_found`."""
    quote = quotes_visible_to(actor).filter(pk=quote_id).first()
    if quote is None:
        raise NOT_FOUND("You have no quote with this id.")
    return quote


def lines_of(quote: Quote) -> QuerySet[QuoteLine]:
    """The lines of a quote with what their display needs."""
    return quote.lines.select_related("clip__asset", "licensor", "terms_profile_version__profile", "agreement")


def orders_visible_to(actor: Actor) -> QuerySet[Order]:
    """The orders of the actor's organisation; every order for the system."""
    orders = Order.objects.select_related("quote__use_case_version__use_case").prefetch_related("payments__repayments")
    if actor.is_system:
        return orders
    require(actor, ORDER_VIEW)
    return orders.filter(organisation=actor.organisation_id)


def order_get(actor: Actor, order_id: UUID) -> Order:
    """One visible order, or `not_found`."""
    order = orders_visible_to(actor).filter(pk=order_id).first()
    if order is None:
        raise NOT_FOUND("You have no order with this id.")
    return order


def licences_visible_to(actor: Actor) -> QuerySet[Licence]:
    """Licences the actor's organisation holds; every licence for the system."""
    licences = Licence.objects.select_related(
        "clip",
        "order__quote__use_case_version__use_case",
        "licensor",
        "licensee",
        "line__terms_profile_version__profile",
        "line__agreement",
    )
    if actor.is_system:
        return licences
    require(actor, LICENCE_VIEW)
    return licences.filter(licensee_id=actor.organisation_id)


def licence_get(actor: Actor, licence_id: UUID) -> Licence:
    """One visible licence, or `not_found`."""
    licence = licences_visible_to(actor).filter(pk=licence_id).first()
    if licence is None:
        raise NOT_FOUND("You hold no licence with this id.")
    return licence


def licences_of(order: Order) -> QuerySet[Licence]:
    """An order's licences with their lines, in the order of the lines."""
    return order.licences.select_related(
        "clip__asset", "line__terms_profile_version__profile", "line__agreement", "licensor"
    ).order_by("line__number")


def licensed_ms(organisation_id: UUID) -> int:
    """Milliseconds a buyer has licensed so far; decides the tier of the service fee."""
    total: int | None = Licence.objects.filter(licensee_id=organisation_id).aggregate(ms=Sum("line__duration_ms"))["ms"]
    return total or 0


def listings_locked(quote: Quote) -> list[Listing]:
    """Lock the listings of a quote's clips in the order of their ids, inside the caller's transaction."""
    locked = Listing.objects.select_for_update(of=("self",)).filter(clip_id__in=quote.lines.values("clip_id"))
    return list(locked.select_related("agreement", "clip__declaration").order_by("pk"))


def licensee_told(licence: Licence) -> str:
    """The licensee's name for the licensor; empty where the terms of the licence keep it back (ATTRIBUTION)."""
    said = licence.line.terms_profile_version.values.get("ATTRIBUTION", {})
    return licence.licensee.name if said.get("disclose_buyer", True) else ""
