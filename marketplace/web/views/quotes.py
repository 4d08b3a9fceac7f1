"""A buyer's offers: the clips, the money, the conditions to accept one by one, what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.accounts.policy import Actor, allowed
from core.clock import now
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from licensing.domain.bundle_words import restriction_words
from marketplace.actions import QUOTE_ACCEPT, QUOTE_WRITE
from marketplace.catalog.domain.titles import shown_title
from marketplace.catalog.models import Listing
from marketplace.orders.domain.drafting import LeftOutReason
from marketplace.orders.domain.states import QuoteState
from marketplace.orders.models import Quote, QuoteLine
from marketplace.orders.selectors.bundles import quote_bundle
from marketplace.orders.selectors.orders import lines_of, quote_get, quotes_visible_to
from marketplace.orders.selectors.wording import quote_catalogue
from marketplace.orders.services.accepting import quote_accept, quote_cancel
from marketplace.web import said
from marketplace.web.formats import language, percent_text, typeset
from marketplace.web.pages import done, key_of, see, told
from marketplace.web.prices import Told, told_snapshot
from marketplace.web.views.market import buyer_page

LINES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One clip of an offer."""

    line: QuoteLine
    title: str
    steps: list[Told]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One clip that is not in the offer, and why."""

    title: str
    why: str


@require_safe
@buyer_page
def quotes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the offers, newest first."""
    rows = quotes_visible_to(actor).annotate(clips=Count("lines")).order_by("-id")[:100]
    context = {"section": "quotes", "rows": [(row, said.QUOTE[row.state]) for row in rows]}
    return render(request, "marketplace/quotes.html", context)


@require_safe
@buyer_page
def quote(request: HttpRequest, actor: Actor, quote_id: str) -> HttpResponse:
    """Show one offer."""
    found = quote_get(actor, key_of(Prefix.QUOTE, quote_id))
    return render(request, "marketplace/quote.html", _context(actor, found))


def _context(actor: Actor, found: Quote) -> dict[str, Any]:
    catalogue = quote_catalogue(found)
    lines = lines_of(found).select_related("clip__asset").order_by("number")
    expired = found.state == QuoteState.OPEN and found.expires_at <= now()
    return {
        "section": "quotes",
        "quote": found,
        "badge": said.QUOTE[QuoteState.EXPIRED if expired else found.state],
        "clips": lines.count(),
        "lines": [_line(row) for row in lines[:LINES_SHOWN]],
        "conditions": [
            (one["code"], one["clips"], *said.condition_words(one["code"], one["values"], catalogue))
            for one in found.conditions
        ],
        "restrictions": [
            restriction_words(one, language(), catalogue) for one in quote_bundle(found).summary.restrictions
        ],
        "left_out": left_out_of(found),
        "fee_percent": percent_text(found.fee_share),
        "open": found.state == QuoteState.OPEN and not expired,
        "order": getattr(found, "order", None),
        "may_accept": allowed(actor, QUOTE_ACCEPT),
        "may_cancel": allowed(actor, QUOTE_WRITE),
        "exclusivity": said.EXCLUSIVITY[found.exclusivity],
    }


def _line(row: QuoteLine) -> Line:
    return Line(row, shown_title(row.clip.title, row.clip.asset.original_name), told_snapshot(row.steps, row.currency))


def left_out_of(found: Quote) -> list[LeftOut]:
    """Return what was asked for and is not offered; clips that were never on offer keep their id as a name."""
    keys = {str(one["clip"]): parse_public_id(Prefix.CLIP, str(one["clip"])) for one in found.left_out}
    names = _names(list(keys.values()))
    return [
        LeftOut(names.get(keys[one["clip"]], one["clip"]), _why(one["reason"], one["text"])) for one in found.left_out
    ]


def _names(clips: list[UUID]) -> dict[UUID, str]:
    rows = Listing.objects.filter(clip_id__in=clips, went_live_at__isnull=False).select_related("clip__asset")
    return {row.clip_id: shown_title(row.clip.title, row.clip.asset.original_name) for row in rows}


def _why(reason: str, text: str) -> str:
    return typeset(text) if reason == LeftOutReason.TERMS else str(said.LEFT_OUT.get(reason, text))


@require_POST
@buyer_page
def accept(request: HttpRequest, actor: Actor, quote_id: str) -> HttpResponse:
    """Accept an offer with every condition that was ticked; on a refusal the ticks stay."""
    found = quote_get(actor, key_of(Prefix.QUOTE, quote_id))
    ticked = request.POST.getlist("condition")
    try:
        order = quote_accept(actor=actor, quote_id=found.pk, conditions=ticked)
    except DomainError as error:
        told(request, error)
        context = _context(actor, quote_get(actor, found.pk)) | {"ticked": ticked}
        return render(request, "marketplace/quote.html", context, status=422)
    return done(request, _("Ordered. Pay to start the build."), f"/market/orders/{order.public_id}")


@require_POST
@buyer_page
def cancel(request: HttpRequest, actor: Actor, quote_id: str) -> HttpResponse:
    """Drop an offer."""
    try:
        quote_cancel(actor=actor, quote_id=key_of(Prefix.QUOTE, quote_id))
    except DomainError as error:
        told(request, error)
        return see(f"/market/quotes/{quote_id}")
    return done(request, _("The quote is dropped. Nothing was ordered."), "/market/quotes")
