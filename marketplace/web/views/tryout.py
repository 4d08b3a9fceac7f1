"""What a change of terms would bring, before anything is stored."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.accounts.policy import Actor
from licensing.domain.presets import Preset
from marketplace.web.formats import is_french
from marketplace.web.tryout import tried
from marketplace.web.views.studio import studio_page
from marketplace.web.views.terms import PRESET_NAMES


@require_safe
@studio_page
def preview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the switches and what they would change; htmx puts the same into the page of terms."""
    names = [(preset, PRESET_NAMES[preset][is_french()]) for preset in Preset]
    context = {"section": "terms", "tryout": tried(actor, request.GET), "presets": names}
    return render(request, "marketplace/terms_preview.html", context)
