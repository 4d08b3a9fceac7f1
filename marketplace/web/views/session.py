"""Who is looking: signing in and out, the language, and what every page knows."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView
from typing_extensions import override

from core.accounts.actions import OrganisationKind
from core.accounts.policy import Actor
from core.accounts.services import person_sign_in
from core.api.authentication import actor_of_session
from core.api.problems import RATE_LIMITED
from core.errors import DomainError
from marketplace.web.pages import problem_page


class SignInRate(SimpleRateThrottle):
    """As many sign-ins a minute from one address as the API allows, counted together with them."""

    scope = "sign_in"

    @override
    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Count by network address."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


HOME_OF = {
    OrganisationKind.STUDIO: "/studio",
    OrganisationKind.BUYER: "/market",
    OrganisationKind.PLATFORM: "/desk",
}


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Return what every template knows: the actor (None for a visitor) and the language."""
    return {"actor": actor_of_session(request), "language": get_language()}


def home_of(actor: Actor) -> str:
    """Return the first page of a signed-in person."""
    return HOME_OF[actor.organisation_kind] if actor.organisation_kind else "/"


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or check an address and password and open a session."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    problem = None
    if request.method == "POST":
        rate = SignInRate()
        if not rate.allow_request(cast("Request", request), cast("APIView", None)):
            answer = problem_page(request, RATE_LIMITED("Too many sign-ins from here; wait a minute. Nothing changed."))
            answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
            answer["Retry-After"] = str(int(rate.wait() or 60) + 1)
            return answer
        try:
            membership = person_sign_in(email=request.POST.get("email", ""), password=request.POST.get("password", ""))
        except DomainError as error:
            problem = error
        else:
            login(request, membership.user)
            actor = actor_of_session(request)
            safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
            return redirect(wanted if safe else home_of(actor) if actor else "/")
    context = {"problem": problem, "email": request.POST.get("email", ""), "next": wanted}
    return render(request, "marketplace/sign_in.html", context, status=401 if problem else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("/")


@require_POST
def language_choose(request: HttpRequest) -> HttpResponse:
    """Remember the page language in a cookie and go back."""
    wanted, back = request.POST.get("language", ""), request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = redirect(back if safe else "/")
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=31_536_000, samesite="Lax", secure=settings.OFFCUT.secure
        )
    return response
