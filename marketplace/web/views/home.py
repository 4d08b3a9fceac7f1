"""The front door: what this is, and what footage earns."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from core.api.problems import STATUS
from core.errors import REGISTRY
from marketplace.web.estimator import CHOICES, answered, typed_in
from marketplace.web.pages import is_fragment, public


@require_safe
@vary_on_headers("HX-Request")
@public
def home(request: HttpRequest) -> HttpResponse:
    """Show the home page; for htmx only the estimator's answer."""
    typed = typed_in(request.GET)
    context = {"typed": typed, "answer": answered(typed), "choices": CHOICES}
    page = "marketplace/parts/estimate.html" if is_fragment(request) else "marketplace/home.html"
    return render(request, page, context)


@require_safe
@public
def errors(request: HttpRequest) -> HttpResponse:
    """Show every error code the API answers with; a problem's ``type`` points at its row."""
    rows = [{"code": code, "status": int(STATUS[error.kind]), "title": error.title} for code, error in REGISTRY.items()]
    return render(request, "marketplace/errors.html", {"rows": sorted(rows, key=lambda row: str(row["code"]))})
