"""Signing a release by a link: a page without an account, for the person filmed, a guardian or an owner."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView
from typing_extensions import override

from core.api.problems import RATE_LIMITED
from core.errors import DomainError
from licensing.domain.consent import NodeKind
from licensing.domain.release import Given, ReleaseState, answer_of
from licensing.domain.release_text import sentences
from licensing.models import Release
from licensing.selectors.consent import places_of_release, release_kept, release_of_link
from licensing.services.release_signing import (
    facts_of,
    release_refuse,
    release_sign,
    release_take_back,
)
from marketplace.transparency.services.receipts import receipt_sign
from marketplace.web.formats import language
from marketplace.web.pages import problem_page, see
from marketplace.web.refusals import problem_words
from media_ingest.models import DerivativeKind
from media_ingest.services.links import clip_link

PICTURES_SHOWN: Final = 12
_LONGEST_FIELD: Final = 200


class LinkRate(SimpleRateThrottle):
    """As many openings and signatures a minute from one address as a family needs, and a guesser does not."""

    scope = "release_link"
    rate = "30/min"

    @override
    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Count by network address."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


def by_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page behind a token: counted, never cached, never indexed, and its address told to nobody."""

    @wraps(view)
    def answer(request: HttpRequest, **parts: str) -> HttpResponseBase:
        rate = LinkRate()
        page: HttpResponseBase
        if rate.allow_request(cast("Request", request), cast("APIView", None)):
            try:
                page = view(request, **parts)
            except DomainError as error:
                page = problem_page(request, error)
        else:
            page = problem_page(request, RATE_LIMITED("Too many requests from here; wait a minute. Nothing changed."))
            page.status_code = HTTPStatus.TOO_MANY_REQUESTS
            page["Retry-After"] = str(int(rate.wait() or 60) + 1)
        page["Cache-Control"] = "no-store, private"
        page["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # The origin alone: the address holds the token, and a form's origin still has to be known against forgery.
        page["Referrer-Policy"] = "strict-origin"
        return page

    return answer


def _shown_in(request: HttpRequest, release: Release) -> str:
    """The language of the page: the reader's choice, or the one the studio sent it in."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else release.language


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked, or take the signature or the refusal. The link works once."""
    release = release_of_link(token)
    with translation.override(_shown_in(request, release)):
        if request.method != "POST":
            return _page(request, release)
        if request.POST.get("answer") == "refuse":
            release_refuse(token=token)
            return render(request, "marketplace/release_refused.html", {"release": release})
        try:
            kept = release_sign(
                token=token,
                given=_given(request, release),
                language=language(),
                ip_address=LinkRate().get_ident(cast("Request", request)),
            )
        except DomainError as error:
            return _page(request, release, error)
    return see(f"/release/kept/{kept.token}")


def _given(request: HttpRequest, release: Release) -> Given:
    form = {name: request.POST.get(name, "")[:_LONGEST_FIELD].strip() for name in request.POST}
    for_minor = release.kind == NodeKind.MINOR
    return Given(
        name=form.get("name", ""),
        ai=answer_of(form.get("ai_training", ""), form.get("ai_generative", "")),
        guardian_of=form.get("minor_name", "") if for_minor else "",
        guardian_relation=form.get("guardian_relation", "") if for_minor else "",
    )


def _page(request: HttpRequest, release: Release, error: DomainError | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "release": release,
        "studio": release.organisation.name,
        "minor": release.kind == NodeKind.MINOR,
        "sentences": [sentence.of(language()) for sentence in sentences(facts_of(release))],
        "pictures": _pictures(release),
        "typed": request.POST,
        "problem": problem_words(error) if error else None,
        "wrong": _wrong(error),
    }
    return render(request, "marketplace/release_sign.html", context, status=422 if error else 200)


def _wrong(error: DomainError | None) -> set[str]:
    """The fields a refusal is about."""
    faults = error.extra.get("errors") if error else None
    named = [one for one in faults if isinstance(one, dict)] if isinstance(faults, list) else []
    return {one.get("pointer", "").strip("/") for one in named}


def _pictures(release: Release) -> list[str]:
    """Stills of the clips, where the studio shows them."""
    if not release.shows_pictures:
        return []
    found = {place.clip_id: clip_link(place.clip, DerivativeKind.POSTER) for place in places_of_release(release.pk)}
    return [link for link in found.values() if link][:PICTURES_SHOWN]


@require_safe
@by_link
def kept(request: HttpRequest, token: str) -> HttpResponse:
    """Show the signer what they signed, and how to take it back."""
    release = release_kept(token)
    with translation.override(_shown_in(request, release)):
        context = {
            "release": release,
            "signature": release.signature,
            "token": token,
            "revoked": release.state == ReleaseState.REVOKED,
            "address": f"{settings.OFFCUT.public_url}/release/kept/{token}",
        }
        return render(request, "marketplace/release_kept.html", context)


@require_safe
@by_link
def receipt(_request: HttpRequest, token: str) -> HttpResponse:
    """Download the receipt: the text, its hash and the answers, signed by this installation."""
    release = release_kept(token)
    signature = release.signature
    facts: dict[str, str | int | None] = {
        "iss": settings.OFFCUT.public_url,
        "release": release.public_id,
        "studio": release.organisation.name,
        "signed_by": signature.name,
        "minor": signature.minor_name or None,
        "guardian_relation": signature.guardian_relation or None,
        "ai_training": signature.ai,
        "language": signature.language,
        "text": signature.text,
        "text_sha256": signature.text_sha256,
        "text_version": signature.text_version,
        "signed_at": signature.signed_at.isoformat(),
        "taken_back_at": release.revoked_at.isoformat() if release.revoked_at else None,
    }
    body = json.dumps({**facts, "jws": receipt_sign(facts=facts)}, ensure_ascii=False, indent=2)
    answer = HttpResponse(body, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{release.public_id}.json"'
    return answer


@require_POST
@by_link
def take_back(_request: HttpRequest, token: str) -> HttpResponse:
    """Take the release back."""
    release_take_back(token=token)
    return see(f"/release/kept/{token}")
