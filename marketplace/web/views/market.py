"""A buyer's search: what it is for, what fits, why the rest does not, and an offer for what is chosen."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.actions import OrganisationKind
from core.accounts.policy import Actor, allowed
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from licensing.domain.actions import USE_CASE_WRITE
from licensing.domain.use_case_values import PRESETS
from licensing.selectors.terms import catalogue_under
from licensing.services.use_cases import use_case_create
from marketplace.actions import QUOTE_WRITE
from marketplace.catalog.selectors.listings import listing_for_buyer
from marketplace.catalog.selectors.rights import listing_policy
from marketplace.orders.selectors.market import market_clip
from marketplace.orders.selectors.terms_check import check_lines
from marketplace.orders.services.quoting import quote_create
from marketplace.web import said
from marketplace.web.approvals import approval_shown
from marketplace.web.finding import asked, chosen_use_case, filters_of, found, need_sentence, tile_of, use_cases_of
from marketplace.web.formats import is_french, language, rate_text
from marketplace.web.pages import done, key_of, page_for, see, told
from marketplace.web.pictures import best_pair, exclusions, relaxations, waterfall
from marketplace.web.prices import told_steps
from marketplace.web.refusals import problem_words
from marketplace.web.terms_lines import shown_lines
from media_ingest.services.previewing import preview_ensure, preview_told

buyer_page = page_for(OrganisationKind.BUYER)

TERMS: Final = ("12", "24", "36", "60")
NEED_EXCLUSIVITY: Final = {
    "none": said.EXCLUSIVITY["none"],
    "ai_training": said.EXCLUSIVITY["ai_training"],
    "buyer": said.EXCLUSIVITY["buyout"],
}


@require_safe
@buyer_page
def market(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Search what is on offer."""
    wanted, use_cases = asked(request.GET), use_cases_of(actor)
    use_case = chosen_use_case(use_cases, wanted.use_case)
    result = found(actor, wanted, use_case)
    explanation = result.market.found.explanation if result.market else None
    context = {
        "section": "market",
        "asked": wanted,
        "use_cases": use_cases,
        "use_case": use_case,
        "need": need_sentence(use_case) if use_case else "",
        "result": result,
        "explanation": explanation,
        "picture": exclusions("excluded", explanation) if explanation and explanation.obstacles else None,
        "pair": best_pair(explanation) if explanation else None,
        "relaxations": relaxations(explanation) if explanation else [],
        "classes": said.CLASSES,
        "genres": said.GENRES,
        "may_quote": allowed(actor, QUOTE_WRITE) and use_case is not None,
    }
    return render(request, "marketplace/market.html", context)


@require_POST
@buyer_page
def quote_make(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Make an offer of the ticked clips, or of everything the search finds that fits."""
    form, wanted = request.POST, asked(request.POST)
    everything = form.get("everything") == "yes"
    chosen = form.getlist("clip")
    if not everything and not chosen:
        return done(request, _("Tick at least one clip first. Nothing was stored."), wanted.address)
    try:
        quote = quote_create(
            actor=actor,
            use_case_id=key_of(Prefix.USE_CASE, wanted.use_case),
            clip_ids=None if everything else [parse_public_id(Prefix.CLIP, clip) for clip in chosen],
            filters=filters_of(wanted) if everything else None,
            language=str(language()),
        )
    except DomainError as error:
        told(request, error)
        return see(wanted.address)
    return see(f"/market/quotes/{quote.public_id}")


@require_http_methods(["GET", "HEAD", "POST"])
@buyer_page
def use_cases(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what the footage is for, and store another use; what was typed stays when it is refused."""
    status, problem = 200, ""
    if request.method == "POST":
        try:
            made = use_case_create(
                actor=actor,
                name=request.POST.get("name", ""),
                preset=request.POST.get("preset", ""),
                values=_values(request.POST),
            )
        except DomainError as error:
            status, problem = 422, ". ".join(problem_words(error))
        else:
            return done(request, _("Stored. Here is what fits."), f"/market?use_case={made.public_id}")
    rows = use_cases_of(actor)
    context = {
        "section": "use_cases",
        "rows": [(row, need_sentence(row), approval_shown(actor, row)) for row in rows],
        "presets": [(one.code, one.name_fr if is_french() else one.name_en) for one in PRESETS.values()],
        "terms": TERMS,
        "exclusivities": NEED_EXCLUSIVITY,
        "typed": request.POST,
        "problem": problem,
        "may_write": allowed(actor, USE_CASE_WRITE),
    }
    return render(request, "marketplace/use_cases.html", context, status=status)


def _values(form: QueryDict) -> dict[str, Any]:
    """Return what differs from the preset."""
    values: dict[str, Any] = {}
    term, exclusivity = form.get("term", ""), form.get("exclusivity", "")
    if term in TERMS:
        values["term_months"] = int(term)
    if exclusivity in NEED_EXCLUSIVITY:
        values["exclusivity"] = exclusivity
    highest = form.get("max_rate", "").strip().replace(",", ".")
    if highest:
        values["max_rate_per_minute"] = highest
    return values


@require_safe
@buyer_page
def clip(request: HttpRequest, actor: Actor, clip_id: str) -> HttpResponse:
    """Show one clip on offer: the preview, the answer for a use case, the price step by step."""
    use_case = chosen_use_case(use_cases_of(actor), request.GET.get("use_case", ""))
    hit = market_clip(
        actor=actor,
        clip_id=key_of(Prefix.CLIP, clip_id),
        use_case_id=use_case.id if use_case else None,
        language=str(language()),
    )
    steps = told_steps(hit.price) if hit.price else []
    catalogue = catalogue_under(hit.listing.terms_profile_version)
    context = {
        "section": "market",
        "tile": tile_of(hit),
        "clip": hit.listing.clip,
        "creator": hit.listing.organisation.name,
        "use_case": use_case,
        "price": hit.price,
        "steps": steps,
        "picture": waterfall("price", steps, _("To the creator"), rate_text(hit.price.rate)) if hit.price else None,
        "conditions": [
            said.condition_words(one.code, list(one.values), catalogue) for one in hit.judgement.answer.conditions
        ]
        if hit.judgement
        else [],
        "may_quote": allowed(actor, QUOTE_WRITE) and use_case is not None,
        "lines": shown_lines(check_lines(hit, use_case)) if use_case else (),
        "whole": preview_told(clip=hit.listing.clip),
        "rights": listing_policy(hit.listing),
    }
    return render(request, "marketplace/market_clip.html", context)


@require_POST
@buyer_page
def preview(request: HttpRequest, actor: Actor, clip_id: str) -> HttpResponse:
    """Have the whole of a clip on offer prepared for looking at."""
    listing = listing_for_buyer(actor, key_of(Prefix.CLIP, clip_id))
    try:
        preview_ensure(clip=listing.clip)
    except DomainError as error:
        told(request, error)
    return see(f"/market/clips/{clip_id}")
