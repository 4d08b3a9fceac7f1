"""What the views share that do not speak JSON: statuses of their own, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from core.accounts.policy import Actor
from core.api.operation import Contract, Resource

F = TypeVar("F", bound=Callable[..., Any])


class UnreadBody(BaseParser):
    """Leaves the body alone: whoever looks for form fields (the CSRF check does) finds none and reads nothing."""

    media_type = "*/*"

    @override
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, str]:
        return {}


class AnyAccept(BaseContentNegotiation):
    """Answers what there is, whatever ``Accept`` says: the bytes are of one kind."""

    @override
    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The body is not parsed, whatever ``Content-Type`` says."""
        return UnreadBody()

    @override
    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Problems are JSON."""
        return JSONRenderer(), "application/problem+json"


class BytesResource(Resource):
    """A path whose bodies are bytes. ``statuses`` are HTTP statuses the protocol wants for some codes."""

    content_negotiation_class = AnyAccept
    parser_classes = (UnreadBody,)
    statuses: ClassVar[Mapping[str, int]] = {}

    @override
    def handle_exception(self, exc: Exception) -> Response:
        """Answer a problem with the protocol's own status, if it has one."""
        response = super().handle_exception(exc)
        status = self.statuses.get(str((response.data or {}).get("code", "")))
        if status is not None:
            response.status_code = response.data["status"] = int(status)
        return response


def actor_of(request: Request) -> Actor:
    """Return who asks; refused when nobody signed in."""
    if not isinstance(request.auth, Actor):
        raise NotAuthenticated("Sign in, or send an Authorization: Bearer key. Nothing was changed.")
    return request.auth


def plain_request(request: Request) -> HttpRequest:
    """Return Django's own request, whose body nobody has read."""
    return request._request  # noqa: SLF001 - DRF's documented name for the Django request


def described(contract: Contract, **schema: Any) -> Callable[[F], F]:
    """Give a method the contract that the endpoint table reads, and its place in the OpenAPI document."""

    def wrap(method: F) -> F:
        method.contract = contract  # type: ignore[attr-defined]  # read by the endpoint table in the tests
        if contract.public:
            schema["auth"] = []
        documented: F = extend_schema(
            summary=contract.summary,
            description=(method.__doc__ or "").strip(),
            extensions={"x-scope": str(contract.scope)} if contract.scope else {},
            **schema,
        )(method)
        return documented

    return wrap
