"""Refusals as ``application/problem+json`` (RFC 9457). The only module that maps kinds to HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import DomainError, ErrorCode, Kind

MALFORMED = ErrorCode("malformed", Kind.INVALID, "The request could not be read")
INVALID = ErrorCode("invalid", Kind.INVALID, "Some values are not right")
AUTH_REQUIRED = ErrorCode("auth_required", Kind.UNAUTHENTICATED, "Sign in first")
FORBIDDEN = ErrorCode("forbidden", Kind.FORBIDDEN, "This is not allowed")
RATE_LIMITED = ErrorCode("rate_limited", Kind.UNAVAILABLE, "Too many requests for now")

STATUS: Final[dict[Kind, HTTPStatus]] = {
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.PAYMENT: HTTPStatus.PAYMENT_REQUIRED,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.GONE: HTTPStatus.GONE,
    Kind.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Kind.LOCKED: HTTPStatus.LOCKED,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
CONTENT_TYPE: Final = "application/problem+json"

Problem = dict[str, Any]


def problem_body(
    *, code: str, title: str, status: int, detail: str, request_id: str, extra: Mapping[str, Any] | None = None
) -> Problem:
    """Return the members of a problem document."""
    return {
        "type": f"{settings.OFFCUT.public_url}/docs/errors#{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id,
        **(extra or {}),
    }


def problem_of(error: DomainError, request_id: str) -> Problem:
    """Return a domain error as a problem document."""
    status = int(STATUS[error.kind])
    return problem_body(
        code=error.code, title=error.title, status=status, detail=error.detail, request_id=request_id, extra=error.extra
    )


def problem_response(error: DomainError, request: HttpRequest) -> JsonResponse:
    """Answer a plain Django view's domain error."""
    body = problem_of(error, request_id_of(request))
    return JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE)


def request_id_of(request: object) -> str:
    """Return the id given to a request by the middleware."""
    return str(getattr(request, "request_id", "") or getattr(getattr(request, "_request", None), "request_id", ""))


def pointers_of(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten DRF validation errors to JSON pointers with a message each."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from pointers_of(inner, path if name == "non_field_errors" else f"{path}/{name}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from pointers_of(inner, f"{path}/{index}" if nested else path)
    else:
        yield {"pointer": path or "/", "detail": str(detail), "code": str(getattr(detail, "code", "invalid"))}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into a problem; None (a 500 without details) for what nobody foresaw."""
    request_id = request_id_of(context.get("request"))
    if isinstance(error, DomainError):
        body = problem_of(error, request_id)
    elif isinstance(error, exceptions.ValidationError):
        body = problem_body(
            code=INVALID.code,
            title=INVALID.title,
            status=int(STATUS[INVALID.kind]),
            detail="Nothing was changed. Each entry of errors names a value and what is wrong with it.",
            request_id=request_id,
            extra={"errors": list(pointers_of(error.detail))},
        )
    else:
        framework = _framework_problem(error, request_id)
        if framework is None:
            return None
        body = framework
    set_rollback()
    headers = _headers(error, int(body["status"]))
    return Response(body, status=body["status"], content_type=CONTENT_TYPE, headers=headers)


def _framework_problem(error: Exception, request_id: str) -> Problem | None:
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    code, title = _FRAMEWORK.get(type(error), (error.default_code, str(error.default_detail)))
    return problem_body(
        code=str(code), title=title, status=error.status_code, detail=str(error.detail), request_id=request_id
    )


_FRAMEWORK: Final[dict[type[exceptions.APIException], tuple[str, str]]] = {
    exceptions.NotAuthenticated: (AUTH_REQUIRED.code, AUTH_REQUIRED.title),
    exceptions.AuthenticationFailed: (AUTH_REQUIRED.code, AUTH_REQUIRED.title),
    exceptions.PermissionDenied: (FORBIDDEN.code, FORBIDDEN.title),
    exceptions.ParseError: (MALFORMED.code, MALFORMED.title),
    exceptions.Throttled: (RATE_LIMITED.code, RATE_LIMITED.title),
    exceptions.NotFound: ("not_found", "Nothing here under that id"),
}


def _headers(error: Exception, status: int) -> dict[str, str]:
    headers: dict[str, str] = {"Cache-Control": "no-store"}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="offcut"'
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    return headers
