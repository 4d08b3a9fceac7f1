"""Contract templates at the desk: every version, and one with its words in both languages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.accounts.policy import Actor
from licensing.domain.template_words import after_clauses, before_clauses
from licensing.selectors.templates import template_get, template_views, templates_visible_to
from licensing.selectors.terms import contract_edition
from marketplace.web.views.desk import desk_page


@require_safe
@desk_page
def templates(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show every version of the contract, newest first: what changed in it and how many agreements stand on it."""
    rows = template_views(list(templates_visible_to(actor).order_by("-version")))
    return render(request, "marketplace/desk_templates.html", {"section": "templates", "rows": rows})


@require_safe
@desk_page
def template(request: HttpRequest, actor: Actor, template_version: int) -> HttpResponse:
    """Show one version with all of its words, English and French side by side."""
    contract = template_get(actor, template_version)
    edition = contract_edition(contract)
    context = {
        "section": "templates",
        "view": template_views([contract])[0],
        "before": before_clauses(edition),
        "after": after_clauses(edition),
    }
    return render(request, "marketplace/desk_template.html", context)
