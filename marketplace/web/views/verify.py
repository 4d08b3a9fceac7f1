"""Checking without an account: a certificate by its code or its text, and whether a clip was ever licensed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView
from typing_extensions import override

from core.api.problems import RATE_LIMITED, STATUS
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from marketplace.delivery.domain.errors import CERTIFICATE_BROKEN
from marketplace.delivery.services.certifying import PublicCertificate, certificate_find, certificate_read
from marketplace.transparency.selectors.proofs import presence_of
from marketplace.web.pages import problem_page, public, see, told
from marketplace.web.proofs import shown_presence, shown_standing

_LONGEST = 20_000_000


class CheckRate(SimpleRateThrottle):
    """As many checks a minute from one address as the API allows, counted together with them."""

    scope = "proof"

    @override
    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Count by network address."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


@require_http_methods(["GET", "HEAD", "POST"])
@public
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Say whether a certificate is genuine and still stands, or whether a clip was ever licensed; to anybody."""
    rate = CheckRate()
    if not rate.allow_request(cast("Request", request), cast("APIView", None)):
        answer = problem_page(request, RATE_LIMITED("Too many checks from here; wait a minute. Nothing changed."))
        answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
        answer["Retry-After"] = str(int(rate.wait() or 60) + 1)
        return answer
    asked = request.GET.get("code", "").strip()
    if request.method != "POST" and not code and asked:
        return see(f"/verify/{asked}")
    clip = request.GET.get("clip", "").strip()
    pasted = request.POST.get("certificate", "")
    context: dict[str, Any] = {"code": code, "clip": clip, "pasted": pasted, "section": "verify"}
    try:
        context |= _answers(request, code, clip)
    except DomainError as error:
        told(request, error)
        return render(request, "marketplace/verify.html", context, status=int(STATUS[error.kind]))
    return render(request, "marketplace/verify.html", context)


def _answers(request: HttpRequest, code: str, clip: str) -> dict[str, Any]:
    found = _found(request, code)
    answers: dict[str, Any] = {"found": found}
    if found is not None:
        answers["standing"] = shown_standing(found)
    if clip:
        parse_public_id(Prefix.CLIP, clip)
        answers["presence"] = shown_presence(presence_of(clip))
    return answers


def _found(request: HttpRequest, code: str) -> PublicCertificate | None:
    if request.method == "POST":
        return certificate_read(text=_given(request))
    return certificate_find(code=code) if code else None


def _given(request: HttpRequest) -> str:
    """The text that was pasted or dropped as a file."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.size:
        return request.POST.get("certificate", "")
    if file.size > _LONGEST:
        raise CERTIFICATE_BROKEN("This file is far larger than a certificate. Choose certificate.jws of the folder.")
    data: bytes = file.read()
    return data.decode("ascii", errors="replace")
