"""The bytes behind signed links: whole files or parts of them (Range, If-Range, strong ETag)."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.views import View

from core.api.problems import problem_response
from core.errors import DomainError
from licensing.domain.signals.tdmrep import POLICY
from marketplace.delivery.adapters.slices import FileSlice
from marketplace.delivery.domain.certificate import verify_code
from marketplace.delivery.domain.ranges import Span, UnsatisfiableRangeError, range_applies, span_wanted
from marketplace.delivery.services.links import Offered, file_offered, offered_open

_BINARY = "application/octet-stream"


class FileDownload(View):
    """`/files/{token}/{name}`: the bytes behind a signed link. Needs no sign-in: the link is the proof."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, token: str, name: str) -> HttpResponseBase:
        """Stream a file or a part of it (Range, If-Range, strong ETag)."""
        try:
            offered = file_offered(token=token, name=name)
            return _answer(request, offered)
        except DomainError as error:
            return problem_response(error, request)


def _answer(request: HttpRequest, offered: Offered) -> HttpResponseBase:
    size = offered.file.size_bytes
    if request.headers.get("If-None-Match", "").strip() == offered.etag:
        return _dressed(HttpResponse(status=HTTPStatus.NOT_MODIFIED), offered)
    wanted = request.headers.get("Range") if range_applies(request.headers.get("If-Range"), offered.etag) else None
    try:
        span = span_wanted(wanted, size)
    except UnsatisfiableRangeError:
        refusal = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        refusal["Content-Range"] = f"bytes */{size}"
        return _dressed(refusal, offered)
    part = span or Span(0, size)
    response = _head() if request.method == "HEAD" else _body(offered, part)
    response["Content-Length"] = str(part.length)
    if span is not None:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = span.content_range(size)
    return _dressed(response, offered)


def _head() -> HttpResponseBase:
    return HttpResponse(content_type=_BINARY)


def _body(offered: Offered, part: Span) -> HttpResponseBase:
    return FileResponse(FileSlice(offered_open(offered), start=part.start, length=part.length), content_type=_BINARY)


def _dressed(response: HttpResponseBase, offered: Offered) -> HttpResponseBase:
    """Headers that every answer about a file has: never shown inside the site, never cached by others."""
    response["ETag"] = offered.etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-transform"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response[POLICY] = f"{settings.OFFCUT.public_url}/verify/{verify_code(offered.file.dataset_id)}"
    file_name = offered.file.path.rsplit("/", 1)[-1]
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name) or "attachment"
    return response
