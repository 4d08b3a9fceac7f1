"""Jobs of the marketplace: each calls one service."""

from __future__ import annotations

from uuid import UUID

from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from core.jobs.registry import handles
from core.jobs.services import Claim, enqueue_nightly
from licensing.services.consent_settling import consent_settle_due
from marketplace.catalog.services.listing import listing_refresh, listings_create, listings_hold, listings_refresh
from marketplace.orders.services.accepting import quotes_expire
from marketplace.orders.services.fulfilling import order_mark_delivered, order_mark_ready
from marketplace.orders.services.paying import PAYMENT_FOLLOW_UP, payment_follow_up
from marketplace.orders.services.recording import licences_expire
from marketplace.payouts.services import earnings_release
from marketplace.repayments.services.sweeping import repayments_sweep
from marketplace.transparency.services.sealing import log_seal
from marketplace.withdrawals.services.sweeping import notices_sweep

LISTINGS_CREATE = "marketplace.listings.create"
LISTINGS_HOLD = "marketplace.listings.hold"
LISTINGS_REFRESH = "marketplace.listings.refresh"
LISTING_REFRESH = "marketplace.listing.refresh"
ORDER_READY = "marketplace.order.mark_ready"
ORDER_DELIVERED = "marketplace.order.mark_delivered"
DAY_CLOSE = "marketplace.day.close"


def register() -> None:
    """Say which jobs exist; calling it again changes nothing."""
    for kind, handler in (
        (LISTINGS_CREATE, _listings_create),
        (LISTINGS_HOLD, _listings_hold),
        (LISTINGS_REFRESH, _listings_refresh),
        (LISTING_REFRESH, _listing_refresh),
        (ORDER_READY, _order_ready),
        (ORDER_DELIVERED, _order_delivered),
        (PAYMENT_FOLLOW_UP, _payment_follow_up),
        (DAY_CLOSE, _day_close),
    ):
        handles(kind)(handler)


def _named(claim: Claim, key: str, prefix: Prefix) -> UUID:
    return parse_public_id(prefix, str(claim.payload.get(key) or claim.subject))


def _listings_create(claim: Claim) -> None:
    with claim.settle():
        listings_create(actor=Actor.system(), asset_id=_named(claim, "asset", Prefix.ASSET))


def _listings_hold(claim: Claim) -> None:
    with claim.settle():
        listings_hold(actor=Actor.system(), asset_id=_named(claim, "asset", Prefix.ASSET))


def _listings_refresh(claim: Claim) -> None:
    with claim.settle():
        listings_refresh(actor=Actor.system(), organisation_id=UUID(str(claim.payload["organisation_id"])))


def _listing_refresh(claim: Claim) -> None:
    with claim.settle():
        listing_refresh(actor=Actor.system(), clip_id=_named(claim, "clip", Prefix.CLIP))


def _order_ready(claim: Claim) -> None:
    with claim.settle():
        order_mark_ready(actor=Actor.system(), order_id=_named(claim, "order", Prefix.ORDER))


def _order_delivered(claim: Claim) -> None:
    with claim.settle():
        order_mark_delivered(actor=Actor.system(), order_id=_named(claim, "order", Prefix.ORDER))


def _payment_follow_up(claim: Claim) -> None:
    payment_follow_up(actor=Actor.system(), payment_id=UUID(str(claim.payload["payment_id"])))


def _day_close(_claim: Claim) -> None:
    """Close quotes whose time is over, make earnings payable whose hold is over, settle ended consent; come back.

    The next night is put on the list first: one that fails must not be the last.
    """
    enqueue_nightly(kind=DAY_CLOSE)
    quotes_expire(actor=Actor.system())
    earnings_release(actor=Actor.system())
    notices_sweep(actor=Actor.system())
    repayments_sweep()
    licences_expire(actor=Actor.system())
    log_seal()
    consent_settle_due(actor=Actor.system())
