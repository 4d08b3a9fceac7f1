"""Gives each request an id, binds it to the log, and says it in the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class RequestIdMiddleware:
    """``X-Request-Id`` on every answer; the same id in every log line of the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request under its id."""
        request_id = f"req_{uuid4().hex[:20]}"
        request.request_id = request_id  # type: ignore[attr-defined]  # read by core.api.problems
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response
