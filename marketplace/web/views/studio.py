"""A creator's library: bring files in, see how far they are, what they earn, and what to do about refused ones."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.accounts.actions import OrganisationKind
from core.accounts.policy import Actor
from core.errors import DomainError
from core.ids import Prefix
from marketplace.orders.selectors.earnings import EarningLine, earning_lines, earnings_summary, earnings_visible_to
from marketplace.web import said
from marketplace.web.library import (
    counted_waiting,
    failed_of,
    files_of,
    shelf_of,
    terms_of,
    unfinished_of,
)
from marketplace.web.pages import done, key_of, page_for, see, told
from marketplace.web.prices import Told, told_snapshot
from media_ingest.domain.states import AssetState
from media_ingest.selectors import asset_get, assets_visible_to
from media_ingest.services.receiving import upload_append
from media_ingest.services.uploads import upload_cancel, upload_create

studio_page = page_for(OrganisationKind.STUDIO)

SOON_S: Final = 3
LATER_S: Final = 10
SELDOM_S: Final = 30
_SOON_TIMES: Final = 10
_LATER_TIMES: Final = 40
EARNINGS_SHOWN: Final = 200


@require_safe
@studio_page
def studio(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the library, newest first."""
    before = asset_get(actor, key_of(Prefix.ASSET, request.GET["before"])) if "before" in request.GET else None
    shelf = shelf_of(actor, before)
    context = {
        "section": "studio",
        "shelf": shelf,
        "waiting": counted_waiting(shelf.files),
        "soon": SOON_S,
        "terms": terms_of(actor),
        "unfinished": unfinished_of(actor),
        "failed": failed_of(actor),
        "first": before is None,
    }
    return render(request, "marketplace/studio.html", context)


@require_safe
@studio_page
def files(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Return the newest files and unfinished uploads again, after an upload or a change."""
    shelf = shelf_of(actor)
    context = {"shelf": shelf, "waiting": counted_waiting(shelf.files), "soon": SOON_S}
    return render(request, "marketplace/parts/files.html", context)


@require_safe
@studio_page
def file(request: HttpRequest, actor: Actor, asset_id: str) -> HttpResponse:
    """Return one file's tile; without a trigger once there is nothing left to wait for."""
    asset = asset_get(actor, key_of(Prefix.ASSET, asset_id))
    asked = int(request.GET["n"]) if request.GET.get("n", "").isdecimal() else 0
    context = {
        "file": files_of([asset], terms_of(actor))[0],
        "soon": SOON_S if asked < _SOON_TIMES else LATER_S if asked < _LATER_TIMES else SELDOM_S,
        "n": asked + 1,
    }
    return render(request, "marketplace/parts/file.html", context)


@require_safe
@studio_page
def summary(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Say in one sentence how many files are being worked on: for screen readers, twice a minute at most."""
    arriving = Q(state__in=(AssetState.RECEIVED, AssetState.PROBING))
    unwatched = Q(state=AssetState.READY, clips__isnull=True)
    waiting = assets_visible_to(actor).filter(arriving | unwatched).count()
    return render(request, "marketplace/parts/summary.html", {"waiting": waiting, "alone": True})


@require_POST
@studio_page
def upload(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take one file the plain way, for browsers without script; it cannot be resumed."""
    sent = request.FILES.get("file")
    if sent is None or not sent.name or sent.size is None:
        return done(request, _("Choose a file first. Nothing was sent."), "/studio")
    try:
        row = upload_create(actor=actor, name=sent.name, size_bytes=sent.size, batch=request.POST.get("batch", ""))
        if sent.size:
            upload_append(actor=actor, upload_id=row.id, offset=0, stream=sent, length=sent.size)
    except DomainError as error:
        told(request, error)
        return see("/studio")
    return done(request, _("%(name)s is here.") % {"name": row.name}, "/studio")


@require_POST
@studio_page
def upload_drop(request: HttpRequest, actor: Actor, upload_id: str) -> HttpResponse:
    """Give an unfinished upload up."""
    try:
        row = upload_cancel(actor=actor, upload_id=key_of(Prefix.UPLOAD, upload_id))
    except DomainError as error:
        told(request, error)
        return see("/studio")
    return done(request, _("%(name)s was given up; what had arrived of it is gone.") % {"name": row.name}, "/studio")


@require_safe
@studio_page
def earnings(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show every licence granted on this studio's clips, how its price came about, and where the money is."""
    rows = earning_lines(earnings_visible_to(actor).order_by("-id")[:EARNINGS_SHOWN])
    context = {
        "section": "earnings",
        "lines": [(row, said.EARNING[row.state], _steps(row)) for row in rows],
        "summary": earnings_summary(actor),
    }
    return render(request, "marketplace/earnings.html", context)


def _steps(row: EarningLine) -> list[Told]:
    line = row.licence.line
    return told_snapshot(line.steps, line.currency)
