"""What every page shares: who may open it, and how a refusal is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control

from core.accounts.actions import OrganisationKind
from core.accounts.policy import ROLE_MISSING, Actor
from core.api.authentication import actor_of_session
from core.api.problems import STATUS, request_id_of
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from marketplace.web.refusals import problem_words

View = Callable[..., HttpResponseBase]

SIGN_IN = "/login"


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def page_for(kind: OrganisationKind) -> Callable[[View], View]:
    """Open a page to people of one kind of organisation; the view gets ``request, actor`` and the path's parts.

    Visitors are sent to the sign-in and back; others read why not and who can help.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            actor = actor_of_session(request)
            if actor is None:
                return _to_sign_in(request)
            if actor.organisation_kind is not kind:
                return problem_page(request, ROLE_MISSING(f"This page is for a {kind}. Nothing was changed."))
            page = shown(view, request, actor, **parts)
            patch_cache_control(page, private=True, no_cache=True)
            return page

        return answer

    return wrap


def public(view: View) -> View:
    """Open a page to everybody."""

    @wraps(view)
    def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        return shown(view, request, **parts)

    return answer


def shown(view: View, request: HttpRequest, *given: Any, **parts: Any) -> HttpResponseBase:
    """Answer with the view's page, or with a plain page that says why not."""
    try:
        return view(request, *given, **parts)
    except DomainError as error:
        return problem_page(request, error)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" and not is_fragment(request) else "/"
    address = f"{SIGN_IN}?{urlencode({'next': back})}"
    if is_fragment(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": address})
    return redirect(address)


def problem_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Say what is wrong, what is safe and what to do, with the request's id."""
    title, detail = problem_words(error)
    status = int(STATUS[error.kind])
    context = {"title": title, "detail": detail, "status": status, "request_id": request_id_of(request)}
    return render(request, "marketplace/problem.html", context, status=status)


def told(request: HttpRequest, error: DomainError) -> None:
    """Keep a refusal for the page that is shown next."""
    title, detail = problem_words(error)
    messages.error(request, f"{title}. {detail}")


def done(request: HttpRequest, text: str, address: str) -> HttpResponse:
    """Say what happened on the page that is shown next."""
    messages.success(request, text)
    return see(address)


def see(address: str) -> HttpResponse:
    """Send the reader to a page after a change: reloading it changes nothing again."""
    response = redirect(address)
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def key_of(prefix: Prefix, text: str) -> UUID:
    """Return the id in an address or a form; ``not_found`` for anything else."""
    return parse_public_id(prefix, text)


def chosen_actor(request: HttpRequest) -> Actor | None:
    """Return who looks at a public page, if somebody is signed in."""
    return actor_of_session(request)
