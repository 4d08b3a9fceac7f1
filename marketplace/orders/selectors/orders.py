"""Quotes, orders and licences: what an actor may see, and what stands in the way of a sale."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from core.accounts.policy import Actor, require
from core.clock import now
from core.ids import NOT_FOUND
from licensing.domain.facts import GrantExclusivity
from marketplace.actions import LICENCE_VIEW, ORDER_VIEW, QUOTE_VIEW
from marketplace.catalog.models import Listing
from marketplace.catalog.selectors.search import Taken
from marketplace.orders.domain.states import LicenceState, OrderState, PaymentState
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
    orders = Order.objects.select_related("quote__use_case_version__use_case").prefetch_related("payments")
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


def licences_running() -> QuerySet[Licence]:
    """Licences in force now."""
    return Licence.objects.filter(state__in=STANDING, ends_at__gt=now())


def taken() -> Taken:
    """What running licences mean for a search."""
    running = licences_running()
    exclusive = running.exclude(exclusivity=GrantExclusivity.NONE)
    return Taken(exclusively=exclusive.values("clip_id"), licensed=running.values("clip_id"))


def licensed_ms(organisation_id: UUID) -> int:
    """Milliseconds a buyer has licensed so far; decides the tier of the service fee."""
    total: int | None = Licence.objects.filter(licensee_id=organisation_id).aggregate(ms=Sum("line__duration_ms"))["ms"]
    return total or 0


def exclusive_conflicts(quote: Quote, exclusivity: GrantExclusivity) -> list[UUID]:
    """Clips of a quote that cannot be granted so: held exclusively, or held at all when the need is exclusive.

    Counts orders of others whose payment is under way, and running licences. Ask it holding the listings' locks.
    Payments are read first: one that settles between the two readings is then seen by the second.
    """
    clips = quote.lines.values("clip_id")
    licences = licences_running().filter(clip_id__in=clips).exclude(order__quote=quote)
    paying = QuoteLine.objects.filter(
        clip_id__in=clips,
        quote__order__state=OrderState.AWAITING_PAYMENT,
        quote__order__payments__state=PaymentState.CLAIMED,
    ).exclude(quote=quote)
    if exclusivity is GrantExclusivity.NONE:
        licences = licences.exclude(exclusivity=GrantExclusivity.NONE)
        paying = paying.exclude(quote__exclusivity=GrantExclusivity.NONE)
    found = set(paying.values_list("clip_id", flat=True))
    found.update(licences.values_list("clip_id", flat=True))
    return sorted(found)


def listings_locked(quote: Quote) -> list[Listing]:
    """Lock the listings of a quote's clips in the order of their ids, inside the caller's transaction."""
    locked = Listing.objects.select_for_update(of=("self",)).filter(clip_id__in=quote.lines.values("clip_id"))
    return list(locked.select_related("agreement").order_by("pk"))


def doubly_exclusive() -> list[UUID]:
    """Clips with an exclusive licence whose time overlaps another standing licence; the database refuses them."""
    other = Licence.objects.filter(
        clip=OuterRef("clip"), state__in=STANDING, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    ).exclude(pk=OuterRef("pk"))
    exclusive = Licence.objects.filter(state__in=STANDING).exclude(exclusivity=GrantExclusivity.NONE)
    return sorted(set(exclusive.filter(Exists(other)).values_list("clip_id", flat=True)))
