"""Plain pages for what was not found, not allowed or not foreseen, each with the request's id."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.csrf import requires_csrf_token

from core.api.problems import CONTENT_TYPE, problem_body, request_id_of

_API = "/api/"


def _answer(request: HttpRequest, status: HTTPStatus, code: str, title: str, detail: str) -> HttpResponse:
    request_id = request_id_of(request)
    if request.path.startswith(_API):
        body = problem_body(code=code, title=title, status=int(status), detail=detail, request_id=request_id)
        return JsonResponse(body, status=int(status), content_type=CONTENT_TYPE)
    context = {"title": title, "detail": detail, "status": int(status), "request_id": request_id}
    return render(request, "marketplace/problem.html", context, status=int(status))


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """There is no page at this address."""
    return _answer(
        request,
        HTTPStatus.NOT_FOUND,
        "not_found",
        gettext("Nothing here under that address"),
        gettext("The page may have moved, or the address was cut short. Nothing was changed."),
    )


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The page exists and is not for this person."""
    return _answer(
        request,
        HTTPStatus.FORBIDDEN,
        "forbidden",
        gettext("This is not allowed"),
        gettext("An owner of your organisation can give you the role for it. Nothing was changed."),
    )


@requires_csrf_token
def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The form's one-time value did not match: usually a sign-in in another tab."""
    return _answer(
        request,
        HTTPStatus.FORBIDDEN,
        "forbidden",
        gettext("This form is out of date"),
        gettext("Go back, reload the page and send it again. Nothing was changed."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Something nobody foresaw. Asks nothing of the database: it may be what broke."""
    request_id = request_id_of(request)
    title = gettext("Something went wrong on our side")
    detail = gettext("What you saved before is safe. Try again in a moment.")
    if request.path.startswith(_API):
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        body = problem_body(code="internal", title=title, status=status, detail=detail, request_id=request_id)
        return JsonResponse(body, status=status, content_type=CONTENT_TYPE)
    context = {"title": title, "detail": detail, "request_id": request_id}
    return HttpResponse(render_to_string("marketplace/broken.html", context), status=HTTPStatus.INTERNAL_SERVER_ERROR)
