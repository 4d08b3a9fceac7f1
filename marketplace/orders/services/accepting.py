"""Accepting an offer: the order is the quoted snapshot, or it is refused and names the clips that changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.ids import NOT_FOUND, Prefix, public_id
from core.transitions import advance
from licensing.domain.matching import is_cleared
from licensing.selectors.consent import cleared_of
from licensing.selectors.pricing import need_of
from marketplace.actions import QUOTE_ACCEPT, QUOTE_WRITE
from marketplace.catalog.selectors.listings import is_offered
from marketplace.orders.domain.offers import Basis, changes_since, has_expired, missing_conditions
from marketplace.orders.domain.states import QUOTE, QuoteEvent, QuoteState
from marketplace.orders.errors import (
    CLIPS_LOST,
    CONDITIONS_NOT_ACCEPTED,
    QUOTE_EXPIRED,
    QUOTE_NOT_OPEN,
    TERMS_CHANGED,
    UNDER_EXCLUSIVE,
)
from marketplace.orders.models import Order, Quote
from marketplace.orders.selectors.holds import clips_in_the_way
from marketplace.orders.selectors.orders import listings_locked


def quote_accept(*, actor: Actor, quote_id: UUID, conditions: Sequence[str]) -> Order:
    """Accept an open quote with every condition it names; return the order, which then awaits payment.

    Accepting again returns the same order. Refused: `expired`, `quote_not_open`, `conditions_not_accepted`,
    `clips_lost` or `terms_changed` (naming the clips), `under_exclusive`. Prices never change silently.
    """
    with transaction.atomic():
        quote = _locked(quote_id)
        require(actor, QUOTE_ACCEPT, quote.organisation_id)
        if quote.state == QuoteState.ACCEPTED:
            return Order.objects.get(quote=quote)
        _require_open(quote)
        _require_conditions(quote, conditions)
        require_still_offered(quote)
        order = Order.objects.create(
            quote=quote,
            organisation_id=quote.organisation_id,
            placed_by_id=actor.user_id,
            conditions=sorted({str(one["code"]) for one in quote.conditions}),
        )
        advance(quote, QUOTE, QuoteEvent.ACCEPTED)
        record(
            actor=actor,
            action="quote.accepted",
            subject=quote.public_id,
            organisation_id=quote.organisation_id,
            before={"state": str(QuoteState.OPEN)},
            after={"order": order.public_id, "total": str(quote.total), "conditions": order.conditions},
        )
    return order


def quote_cancel(*, actor: Actor, quote_id: UUID) -> Quote:
    """Drop an open quote."""
    with transaction.atomic():
        quote = _locked(quote_id)
        require(actor, QUOTE_WRITE, quote.organisation_id)
        advance(quote, QUOTE, QuoteEvent.CANCELLED)
        record(actor=actor, action="quote.cancelled", subject=quote.public_id, organisation_id=quote.organisation_id)
    return quote


def quotes_expire(*, actor: Actor) -> int:
    """Close open quotes whose time is over; return how many. Run daily."""
    with transaction.atomic():
        ended = list(Quote.objects.select_for_update(of=("self",)).filter(state=QuoteState.OPEN, expires_at__lte=now()))
        for quote in ended:
            advance(quote, QUOTE, QuoteEvent.EXPIRED)
            record(actor=actor, action="quote.expired", subject=quote.public_id, organisation_id=quote.organisation_id)
    return len(ended)


def require_still_offered(quote: Quote, *, terms_may_change: bool = False) -> None:
    """Lock the clips' listings and refuse unless each is offered as quoted. Ask it inside a transaction."""
    need = need_of(quote.use_case_version)
    live = {
        listing.clip_id: Basis(listing.terms_profile_version_id, listing.agreement_id)
        for listing in listings_locked(quote)
        if is_offered(listing) and listing.terms_profile_version_id and listing.agreement_id
        if is_cleared(cleared_of(listing.clip.declaration), need)
    }
    quoted = {
        clip: Basis(terms, agreement)
        for clip, terms, agreement in quote.lines.values_list("clip_id", "terms_profile_version_id", "agreement_id")
    }
    changes = changes_since(quoted, live)
    if changes.lost:
        raise CLIPS_LOST(
            f"{len(changes.lost)} clips are no longer offered. Nothing was ordered; make a new quote without them.",
            errors=_named(changes.lost, "clip_withdrawn"),
        )
    if changes.changed and not terms_may_change:
        raise TERMS_CHANGED(
            f"The terms of {len(changes.changed)} clips changed. Nothing was ordered; make a new quote of them.",
            errors=_named(changes.changed, "terms_changed"),
        )
    conflicts = clips_in_the_way(quote)
    if conflicts:
        raise UNDER_EXCLUSIVE(
            f"{len(conflicts)} clips cannot be granted this way any more. Nothing was ordered or charged.",
            errors=_named(conflicts, "under_exclusive"),
        )


def _named(clips: Collection[UUID], code: str) -> list[dict[str, str]]:
    return [{"clip": public_id(Prefix.CLIP, clip), "code": code} for clip in clips]


def _locked(quote_id: UUID) -> Quote:
    quote = Quote.objects.select_for_update(of=("self",)).filter(pk=quote_id).first()
    if quote is None:
        raise NOT_FOUND("You have no quote with this id.")
    return quote


def _require_open(quote: Quote) -> None:
    if quote.state == QuoteState.EXPIRED or (quote.state == QuoteState.OPEN and has_expired(quote.expires_at, now())):
        raise QUOTE_EXPIRED("Quotes hold for 14 days. Nothing was ordered; make a new quote of the same clips.")
    if quote.state != QuoteState.OPEN:
        raise QUOTE_NOT_OPEN(f"The quote is {quote.state}. Nothing was ordered.", state=quote.state)


def _require_conditions(quote: Quote, accepted: Sequence[str]) -> None:
    missing = missing_conditions((str(one["code"]) for one in quote.conditions), accepted)
    if missing:
        raise CONDITIONS_NOT_ACCEPTED(
            "Every condition of the quote has to be accepted by its code. Nothing was ordered.",
            errors=[{"pointer": "/conditions", "code": code} for code in missing],
        )
