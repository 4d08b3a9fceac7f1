"""What programs read about rights: robots.txt, RSL, TDMRep, ODRL, our vocabulary, and headers on every answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from core.api.problems import problem_response
from core.errors import DomainError
from core.ids import NOT_FOUND, Prefix, parse_public_id
from licensing.domain.signals import aipref
from licensing.domain.signals.aipref import content_usage
from licensing.domain.signals.odrl import odrl_document
from licensing.domain.signals.policy import RightsPolicy, not_for_sale
from licensing.domain.signals.rsl import MEDIA_TYPE, rsl_document, rsl_site
from licensing.domain.signals.tdmrep import TdmRule, tdm_rule, tdmrep_json
from licensing.domain.signals.vocabulary import vocabulary
from marketplace.catalog.selectors.rights import CLIP_PAGES, clip_policy, media_policy
from marketplace.delivery.models import Certificate
from marketplace.delivery.services.marking import media_keys
from media_ingest.services.links import PATH as MEDIA
from media_ingest.services.links import media_link_open

RSL_PATH: Final = "/rsl.xml"
_JSON_LD: Final = "application/ld+json"
_FRESH: Final = "public, max-age=300"
_ROBOTS: Final = """\
License: {site}{rsl}

User-Agent: *
Content-Usage: {usage}
Allow: /
Disallow: /api/
Disallow: /studio
Disallow: /desk
"""

_SHOWN: Final = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED})

Answer = Callable[[HttpRequest], HttpResponse]


def _public(content: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = _FRESH
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _site_policy() -> RightsPolicy:
    site = settings.OFFCUT.public_url
    return not_for_sale(site=site, target=f"{site}/")


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """``/robots.txt``: where the licence of the site lies, and that nothing is for training without one."""
    text = _ROBOTS.format(site=settings.OFFCUT.public_url, rsl=RSL_PATH, usage=content_usage(_site_policy()))
    return _public(text.encode(), "text/plain; charset=utf-8")


@require_safe
def rsl(_request: HttpRequest) -> HttpResponse:
    """``/rsl.xml``: the RSL document of the whole site."""
    return _public(rsl_site(settings.OFFCUT.public_url, sold_below=CLIP_PAGES), MEDIA_TYPE)


@require_safe
def tdmrep(_request: HttpRequest) -> HttpResponse:
    """``/.well-known/tdmrep.json``: the more particular rule first."""
    sold = TdmRule(f"{CLIP_PAGES}/*", f"{settings.OFFCUT.public_url}{RSL_PATH}")
    return _public(tdmrep_json([sold, tdm_rule(_site_policy(), "/*")]), "application/json")


@require_safe
def media_root(_request: HttpRequest) -> HttpResponse:
    """``/.well-known/offcut-media-root.pem``: the root behind the signatures in delivered videos."""
    return _public(media_keys().root.encode(), "application/x-pem-file")


@require_safe
def licence_vocabulary(_request: HttpRequest) -> HttpResponse:
    """``/ns/ai-licence``: what the names in our ODRL documents mean."""
    return _public(_json(vocabulary(settings.OFFCUT.public_url)), _JSON_LD)


@require_safe
def clip_odrl(request: HttpRequest, clip_id: str) -> HttpResponse:
    """``/rights/clips/{id}``: what is offered of a clip, or that nothing is, as ODRL."""
    try:
        return _public(_json(odrl_document(clip_policy(parse_public_id(Prefix.CLIP, clip_id)))), _JSON_LD)
    except DomainError as error:
        return problem_response(error, request)


@require_safe
def clip_rsl(request: HttpRequest, clip_id: str) -> HttpResponse:
    """``/rights/clips/{id}/rsl.xml``: the same as RSL."""
    try:
        return _public(rsl_document([clip_policy(parse_public_id(Prefix.CLIP, clip_id))]), MEDIA_TYPE)
    except DomainError as error:
        return problem_response(error, request)


@require_safe
def licence(request: HttpRequest, licence_id: str) -> HttpResponse:
    """``/licences/{id}``, the address that a delivered video carries: leads to the check of its certificate."""
    try:
        key = parse_public_id(Prefix.LICENCE, licence_id)
        found = Certificate.objects.filter(dataset__order__licences=key).order_by("-dataset__version").first()
        if found is None:
            raise NOT_FOUND("No certificate was issued for a licence with this id. Compare it letter by letter.")
        return redirect(f"/verify/{found.code}")
    except DomainError as error:
        return problem_response(error, request)


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


class RightsMiddleware:
    """AIPREF, TDMRep and a link to the RSL document on every answer: an offer's on what is on sale, else the site's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say what may be done with the answer."""
        response = self.get_response(request)
        policy = self._policy(request, response) or _site_policy()
        own = policy.policy_url or settings.OFFCUT.public_url
        said = {aipref.HEADER: content_usage(policy), **tdm_rule(policy, request.path).headers()}
        said["Link"] = f'<{own}{RSL_PATH}>; rel="license"; type="{MEDIA_TYPE}"'
        for name, value in said.items():
            response.setdefault(name, value)
        return response

    @staticmethod
    def _policy(request: HttpRequest, response: HttpResponse) -> RightsPolicy | None:
        if response.status_code not in _SHOWN or not request.path.startswith((MEDIA, f"{CLIP_PAGES}/")):
            return None
        try:
            if request.path.startswith(MEDIA):
                return media_policy(media_link_open(token=request.path.removeprefix(MEDIA)))
            return clip_policy(parse_public_id(Prefix.CLIP, request.path.removeprefix(f"{CLIP_PAGES}/")))
        except DomainError:
            return None
