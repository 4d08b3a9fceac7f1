"""One HTTP operation: input, actor, service, output, and the problems it may answer with."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.accounts.policy import Actor, Scope
from core.api.pagination import LIMIT_DEFAULT, LIMIT_MAX, Page, keyset
from core.api.problems import AUTH_REQUIRED, INVALID, STATUS
from core.errors import ErrorCode
from core.idempotency.services import (
    IDEMPOTENCY_IN_PROGRESS,
    IDEMPOTENCY_KEY_NEEDED,
    IDEMPOTENCY_MISMATCH,
    Answer,
    fingerprint_of,
    run_durably,
    run_once,
)
from core.ids import NOT_FOUND, Prefix, parse_public_id

SerializerClass = type[serializers.Serializer[Any]]
M = TypeVar("M", bound=Model)
Method = Callable[[Any, "Call"], object]


class Resource(APIView):
    """A path whose methods are operations."""


@dataclass(frozen=True, slots=True)
class Call:
    """One validated request: who asks, with which values."""

    request: Request
    actor: Actor
    data: dict[str, Any]
    query: dict[str, Any]
    kwargs: dict[str, str]

    def id(self, name: str, prefix: Prefix) -> UUID:
        """Return the UUID in a path parameter; ``not_found`` when it is not such an id."""
        return parse_public_id(prefix, self.kwargs[name])

    def page(self, queryset: QuerySet[M]) -> Page[M]:
        """Return the requested page of a queryset."""
        return keyset(queryset, cursor=self.query.get("cursor"), limit=self.query.get("limit") or LIMIT_DEFAULT)


@dataclass(frozen=True, slots=True)
class Contract:
    """What an operation promises; read by the handler and by the OpenAPI document."""

    summary: str
    input: SerializerClass | None = None
    query: SerializerClass | None = None
    output: SerializerClass | None = None
    status: int = HTTPStatus.OK
    problems: Sequence[ErrorCode] = field(default_factory=tuple)
    scope: Scope | None = None
    public: bool = False
    idempotent: bool = False
    durable: bool = False
    paginated: bool = False
    many: bool = False
    may_be_empty: bool = False
    """Whether there may be nothing to answer with: None is then 204."""


class PageQuery(serializers.Serializer[Any]):
    """The query of every list."""

    cursor = serializers.CharField(required=False, max_length=200)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=LIMIT_MAX)


NOBODY: Final = Actor(None, None, None, None, frozenset())
"""The actor of public operations when nobody is signed in; services of such operations take no actor."""


def operation(**promises: Any) -> Callable[[Method], Callable[..., Any]]:
    """Make a ``Resource`` method an operation. Keywords are the fields of ``Contract``.

    The method gets a ``Call`` and returns what ``output`` serialises (a ``Page`` when ``paginated``).
    """
    contract = Contract(**promises)

    def wrap(method: Method) -> Callable[..., Any]:
        @functools.wraps(method)
        def handler(self: Resource, request: Request, **kwargs: str) -> HttpResponse | Response:
            return _perform(self, request, kwargs, contract, method)

        handler.contract = contract  # type: ignore[attr-defined]  # read by the endpoint table in the tests
        described: Callable[..., Any] = extend_schema(**_schema(contract, method))(handler)
        return described

    return wrap


def _perform(
    view: Resource, request: Request, kwargs: dict[str, str], contract: Contract, method: Method
) -> HttpResponse | Response:
    actor = request.auth if isinstance(request.auth, Actor) else None
    if actor is None and not contract.public:
        raise NotAuthenticated("Sign in, or send an Authorization: Bearer key. Nothing was changed.")
    fingerprint = _fingerprint(request) if contract.idempotent else ""

    def do() -> Answer:
        call = Call(request, actor or NOBODY, _validated(contract.input, request), _query(contract, request), kwargs)
        result = method(view, call)
        if result is None and contract.may_be_empty:
            return Answer(int(HTTPStatus.NO_CONTENT), "")
        return Answer(int(contract.status), _render(contract, result))

    if not contract.idempotent:
        answer = do()
    else:
        run = run_durably if contract.durable else run_once
        key = request.headers.get("Idempotency-Key", "")
        answer = run(actor=actor or NOBODY, key=key, fingerprint=fingerprint, do=do)
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    if answer.replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def _fingerprint(request: Request) -> str:
    django_request = request._request  # noqa: SLF001 - DRF's documented name for the Django request
    return fingerprint_of(django_request.method or "", django_request.get_full_path(), django_request.body)


def _validated(serializer: SerializerClass | None, request: Request) -> dict[str, Any]:
    if serializer is None:
        return {}
    checked = serializer(data=request.data)
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)


def _query(contract: Contract, request: Request) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for serializer in (PageQuery if contract.paginated else None, contract.query):
        if serializer is not None:
            checked = serializer(data=request.query_params)
            checked.is_valid(raise_exception=True)
            values.update(checked.validated_data)
    return values


def _render(contract: Contract, result: object) -> str:
    if contract.output is None:
        return "" if result is None else json.dumps(result)
    if isinstance(result, Page):
        body: object = {
            "data": contract.output(result.data, many=True).data,
            "next_cursor": result.next_cursor,
            "has_more": result.has_more,
        }
    elif contract.many:
        body = {"data": contract.output(result, many=True).data}
    else:
        body = contract.output(result).data
    rendered: bytes = JSONRenderer().render(body)
    return rendered.decode()


class ProblemOut(serializers.Serializer[Any]):
    """RFC 9457 problem document."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    request_id = serializers.CharField()
    errors = serializers.ListField(child=serializers.DictField(), required=False)  # type: ignore[assignment]  # RFC 9457 extension


def _schema(contract: Contract, method: Method) -> dict[str, Any]:
    problems = [*contract.problems]
    if not contract.public:
        problems.append(AUTH_REQUIRED)
    if contract.input or contract.query:
        problems.append(INVALID)
    if contract.idempotent:
        problems += [IDEMPOTENCY_KEY_NEEDED, IDEMPOTENCY_MISMATCH, IDEMPOTENCY_IN_PROGRESS]
    by_status: dict[int, list[ErrorCode]] = {}
    for problem in [*problems, NOT_FOUND] if not contract.public else problems:
        by_status.setdefault(int(STATUS[problem.kind]), []).append(problem)
    responses: dict[Any, Any] = {int(contract.status): _success(contract)}
    if contract.may_be_empty:
        responses[int(HTTPStatus.NO_CONTENT)] = OpenApiResponse(description="There is none.")
    for status, codes in sorted(by_status.items()):
        text = "; ".join(f"`{code.code}`: {code.title}" for code in codes)
        responses[(status, "application/problem+json")] = OpenApiResponse(ProblemOut, description=text)
    return {
        "operation_id": re.sub(r"(?<!^)(?=[A-Z])", "_", method.__qualname__.replace(".", "")).lower(),
        "summary": contract.summary,
        "description": (method.__doc__ or "").strip(),
        "request": contract.input,
        "responses": responses,
        "parameters": _parameters(contract),
        **({"auth": []} if contract.public else {}),
        **({"extensions": {"x-scope": str(contract.scope)}} if contract.scope else {}),
    }


def _parameters(contract: Contract) -> list[Any]:
    parameters: list[Any] = []
    if contract.paginated:
        parameters.append(PageQuery)
    if contract.query is not None:
        parameters.append(contract.query)
    if contract.idempotent:
        parameters.append(OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True))
    return parameters


def _success(contract: Contract) -> Any:
    if contract.output is None:
        return OpenApiResponse(description="Done.")
    if contract.paginated:
        return _page_of(contract.output)
    if contract.many:
        return _list_of(contract.output)
    return contract.output


@functools.cache
def _page_of(output: type[serializers.Serializer[Any]]) -> Any:
    """Return the page of an output: one component, however many operations answer with it."""
    fields = {
        "data": output(many=True),
        "next_cursor": serializers.CharField(allow_null=True),
        "has_more": serializers.BooleanField(),
    }
    return inline_serializer(f"{output.__name__}Page", fields)


@functools.cache
def _list_of(output: type[serializers.Serializer[Any]]) -> Any:
    """Return the list of an output, as above."""
    return inline_serializer(f"{output.__name__}List", {"data": output(many=True)})
