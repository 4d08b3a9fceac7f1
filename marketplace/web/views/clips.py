"""One clip as its creator sees it: picture, facts, price, declaration, words, and whether it is on offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.accounts.policy import Actor, allowed
from core.errors import DomainError
from core.ids import Prefix
from licensing.domain.actions import CLIP_DECLARE
from licensing.domain.consent import Weighed
from licensing.domain.consent_words import ISSUES
from licensing.domain.declaration import CmoStatus, Declared, PeopleShown
from licensing.domain.errors import DECLARATION_INVALID
from licensing.domain.facts import Genre, ReleaseStatus, Tech
from licensing.selectors.consent import weighed_of
from licensing.selectors.pricing import declared_for
from licensing.services.declarations import clip_declare
from marketplace.actions import LISTING_WRITE
from marketplace.catalog.models import Listing
from marketplace.catalog.services.listing import listing_pause, listing_resume
from marketplace.web import said, said_people
from marketplace.web.formats import language, rate_text, ratio_rate_text
from marketplace.web.library import held_words, obstacles_of, priced, terms_of
from marketplace.web.pages import done, key_of, see, told
from marketplace.web.pictures import waterfall
from marketplace.web.prices import told_steps
from marketplace.web.shots import labels_of, left_out_of, segments_of, sheet_of, wave_of
from marketplace.web.views.studio import studio_page
from media_ingest.domain.actions import CLIP_DESCRIBE
from media_ingest.domain.resolution import resolution_class
from media_ingest.models import Clip, DerivativeKind, Watching
from media_ingest.selectors import clip_get, holds_of
from media_ingest.services.clips import clip_describe
from media_ingest.services.detecting import label_dispute
from media_ingest.services.links import clip_link
from media_ingest.services.previewing import clip_preview, preview_told

CHOICES: Final = {
    "genres": said.GENRES,
    "techs": said.TECH,
    "releases": said.RELEASES,
    "people": said.PEOPLE,
    "cmo": said.CMO,
}
MOVES: Final[dict[str, Callable[..., Listing]]] = {
    "pause": listing_pause,
    "resume": listing_resume,
}


@require_safe
@studio_page
def clip(request: HttpRequest, actor: Actor, clip_id: str) -> HttpResponse:
    """Show one clip."""
    found = clip_get(actor, key_of(Prefix.CLIP, clip_id))
    return render(request, "marketplace/clip.html", _context(actor, found, declared_for(found.id)))


def _context(actor: Actor, found: Clip, declared: Declared) -> dict[str, Any]:
    asset, terms = found.asset, terms_of(actor)
    weighed = weighed_of([found.pk])[found.pk]
    money = priced(found, replace(declared, release=weighed.release or declared.release), terms)
    steps = told_steps(money.price) if money.price else []
    listing = Listing.objects.filter(clip=found).first()
    return {
        "section": "studio",
        "clip": found,
        "asset": asset,
        "title": found.title or asset.original_name,
        "badge": said.LISTING[listing.state] if listing else said.READY,
        "listing": listing,
        "poster": clip_link(found, DerivativeKind.POSTER),
        "preview": clip_link(found, DerivativeKind.PREVIEW),
        **_seen(found),
        "resolution": resolution_class(asset.width or 0, asset.height or 0),
        "frames": ratio_rate_text(asset.frame_rate_num, asset.frame_rate_den),
        "money": money,
        "steps": steps,
        "picture": waterfall("price", steps, _("Your rate"), rate_text(money.price.rate)) if money.price else None,
        "declared": declared,
        "reach": said_people.REACH[weighed.cleared],
        "consent": _consent(weighed),
        "obstacles": obstacles_of(declared, terms.societies),
        "terms": terms,
        "choices": CHOICES,
        "may_declare": allowed(actor, CLIP_DECLARE),
        "may_dispute": allowed(actor, CLIP_DESCRIBE),
        "may_move": allowed(actor, LISTING_WRITE),
    }


def _consent(weighed: Weighed) -> list[dict[str, str]]:
    """Say what keeps the clip from some use, and what helps."""
    reader = language()
    issues = [(one.node.label, ISSUES[one.code]) for one in weighed.findings]
    return [{"label": label, "text": one.words.of(reader), "fix": one.fix.of(reader)} for label, one in issues]


def _seen(found: Clip) -> dict[str, Any]:
    """Return what was seen of the clip and of the recording around it."""
    asset = found.asset
    clips = list(asset.clips.all())
    segments = segments_of(clips, found)
    watching = Watching.objects.filter(asset=asset).first()
    hold = holds_of([asset.id]).get(asset.id)
    return {
        "segments": segments,
        "here": next(one for one in segments if one.here),
        "siblings": sum(1 for one in clips if one.usable and one.id != found.id),
        "begins": said.BEGINS[found.begins],
        "flaws": left_out_of([found]),
        "hold": held_words(hold),
        "sheet": sheet_of(asset, watching),
        "scrub_from": found.start_ms,
        "scrub_to": found.end_ms,
        "wave": wave_of(watching),
        "labels": labels_of(found),
        "whole": preview_told(clip=found),
    }


@require_POST
@studio_page
def preview(request: HttpRequest, actor: Actor, clip_id: str) -> HttpResponse:
    """Have the whole clip prepared for looking at."""
    try:
        clip_preview(actor=actor, clip_id=key_of(Prefix.CLIP, clip_id))
    except DomainError as error:
        told(request, error)
    return see(f"/studio/clips/{clip_id}")


@require_POST
@studio_page
def dispute(request: HttpRequest, actor: Actor, clip_id: str, label: str) -> HttpResponse:
    """Say that a label is wrong."""
    try:
        label_dispute(actor=actor, clip_id=key_of(Prefix.CLIP, clip_id), label=label)
    except DomainError as error:
        told(request, error)
        return see(f"/studio/clips/{clip_id}")
    return done(request, _("Noted: the label is shown as disputed."), f"/studio/clips/{clip_id}")


@require_POST
@studio_page
def declare(request: HttpRequest, actor: Actor, clip_id: str) -> HttpResponse:
    """Replace the clip's declaration; what contradicts itself is shown again as it was typed."""
    found = clip_get(actor, key_of(Prefix.CLIP, clip_id))
    try:
        says = _declared(request.POST)
    except ValueError:
        told(request, DECLARATION_INVALID("Choose one of the listed values. Nothing was stored."))
        return see(f"/studio/clips/{clip_id}")
    try:
        for one in _meant(found, request.POST):
            clip_declare(actor=actor, clip_id=one.id, declared=says)
    except DomainError as error:
        told(request, error)
        return render(request, "marketplace/clip.html", _context(actor, found, says), status=422)
    return done(request, _("Saved. Open quotes keep what they froze."), f"/studio/clips/{clip_id}")


def _meant(found: Clip, form: QueryDict) -> list[Clip]:
    """Return the clips a declaration is for: this one, or all usable ones of its recording."""
    if form.get("all") != "yes":
        return [found]
    return [one for one in found.asset.clips.order_by("start_ms") if one.usable]


def _declared(form: QueryDict) -> Declared:
    return Declared(
        genre=Genre(form.get("genre", "")),
        tech=frozenset(Tech(extra) for extra in form.getlist("tech")),
        published=form.get("published") == "yes",
        release=ReleaseStatus(form.get("release", "")),
        people=PeopleShown(form.get("people", "")),
        minors=form.get("minors") == "yes",
        cmo_status=CmoStatus(form.get("cmo_status", "")),
        cmo_authorisation=form.get("cmo_authorisation", "")[:80].strip(),
    )


@require_POST
@studio_page
def describe(request: HttpRequest, actor: Actor, clip_id: str) -> HttpResponse:
    """Change the clip's title, description and tags."""
    form = request.POST
    try:
        clip_describe(
            actor=actor,
            clip_id=key_of(Prefix.CLIP, clip_id),
            title=form.get("title", ""),
            description=form.get("description", ""),
            tags=[tag for tag in form.get("tags", "").split(",") if tag.strip()],
        )
    except DomainError as error:
        told(request, error)
        return see(f"/studio/clips/{clip_id}")
    return done(request, _("Saved."), f"/studio/clips/{clip_id}")


@require_POST
@studio_page
def move(request: HttpRequest, actor: Actor, clip_id: str) -> HttpResponse:
    """Pause the clip's offer, or go on with it."""
    change = MOVES.get(request.POST.get("move", ""))
    if change is None:
        return see(f"/studio/clips/{clip_id}")
    try:
        listing = change(actor=actor, clip_id=clip_get(actor, key_of(Prefix.CLIP, clip_id)).id)
    except DomainError as error:
        told(request, error)
        return see(f"/studio/clips/{clip_id}")
    return done(
        request,
        _("The clip is now: %(state)s.") % {"state": said.LISTING[listing.state].words},
        f"/studio/clips/{clip_id}",
    )
