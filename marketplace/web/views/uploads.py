"""Batches of a studio: what of a card is here, whether it may be erased, and the receipt for it."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.accounts.actions import OrganisationKind
from core.accounts.policy import Actor
from core.ids import Prefix
from marketplace.web.arrivals import arrivals_of, batches_of
from marketplace.web.library import failed_of, unfinished_of
from marketplace.web.pages import key_of, page_for
from media_ingest.selectors import batch_get

studio_page = page_for(OrganisationKind.STUDIO)

SOON_S: Final = 5
LATER_S: Final = 20
_SOON_TIMES: Final = 12


@require_safe
@studio_page
def batches(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the upload card and every batch, newest first."""
    before = batch_get(actor, key_of(Prefix.BATCH, request.GET["before"])) if "before" in request.GET else None
    context = {
        "section": "studio",
        "page": batches_of(actor, before),
        "unfinished": unfinished_of(actor),
        "failed": failed_of(actor),
    }
    return render(request, "marketplace/uploads.html", context)


@require_safe
@studio_page
def batch(request: HttpRequest, actor: Actor, batch_id: str) -> HttpResponse:
    """Show one batch, file by file."""
    return render(request, "marketplace/batch.html", _context(request, actor, batch_id) | {"section": "studio"})


@require_safe
@studio_page
def standing(request: HttpRequest, actor: Actor, batch_id: str) -> HttpResponse:
    """Return the files of a batch again; without a trigger once nothing is on its way."""
    return render(request, "marketplace/parts/batch.html", _context(request, actor, batch_id))


def _context(request: HttpRequest, actor: Actor, batch_id: str) -> dict[str, object]:
    asked = int(request.GET["n"]) if request.GET.get("n", "").isdecimal() else 0
    found = arrivals_of(batch_get(actor, key_of(Prefix.BATCH, batch_id)))
    return {"batch": found, "soon": SOON_S if asked < _SOON_TIMES else LATER_S, "n": asked + 1}
