"""Who and what a studio's clips show: listing people and places, asking for releases, recording paper ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.accounts.policy import Actor, allowed
from core.clock import now
from core.errors import DomainError
from core.ids import Prefix
from licensing.domain.actions import RELEASE_REVOKE, RELEASE_WRITE
from licensing.domain.consent import REASONS_FOR, AiAnswer, NodeKind, NoReleaseReason, reach_of
from licensing.domain.consent_words import ISSUES
from licensing.domain.errors import RELEASE_INVALID
from licensing.domain.release import Given
from licensing.domain.wording import Language
from licensing.models import ConsentNode, Release
from licensing.selectors.consent import node_get, node_of, nodes_visible_to, release_get
from licensing.services.consent import Span, node_add, node_change, node_remove
from licensing.services.releases import (
    Asked,
    Paper,
    release_attach,
    release_cancel,
    release_create,
    release_record,
    release_revoke,
    release_send,
)
from marketplace.web import said, said_people
from marketplace.web.formats import language
from marketplace.web.pages import done, key_of, see, told
from marketplace.web.views.studio import studio_page
from media_ingest.models import Clip, DerivativeKind
from media_ingest.selectors import clip_get
from media_ingest.services.links import clip_link

SHOWN: Final = 60
PICTURES: Final = 6
LARGEST_SCAN: Final = 20 * 2**20
PEOPLE: Final = "/studio/people"


@dataclass(frozen=True, slots=True)
class Listed:
    """One person, place or mark as the page shows it."""

    node: ConsentNode
    kind: said.Words
    clips: int
    pictures: tuple[tuple[str, str], ...]
    """Links to clips with their stills."""
    reasons: tuple[tuple[str, said.Words], ...]
    text: str
    fix: str
    tone: str


def listed_of(nodes: Iterable[ConsentNode]) -> list[Listed]:
    """These nodes with pictures, and what each still needs."""
    moment, reader = now(), language()
    shown = []
    for node in nodes:
        _cleared, code = reach_of(node_of(node), moment)
        issue = None if code is None else ISSUES[code]
        clips = [place.clip for place in node.places.all()]
        pictures = [(clip.public_id, clip_link(clip, DerivativeKind.POSTER) or "") for clip in clips[:PICTURES]]
        shown.append(
            Listed(
                node=node,
                kind=said_people.NODE_KINDS[node.kind],
                clips=len(clips),
                pictures=tuple(pictures),
                reasons=tuple((str(one), said_people.NO_RELEASE[one]) for one in REASONS_FOR[NodeKind(node.kind)]),
                text="" if issue is None else issue.words.of(reader),
                fix="" if issue is None else issue.fix.of(reader),
                tone="ok" if issue is None else "warn",
            )
        )
    return shown


@require_safe
@studio_page
def people(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show everybody and everything listed, and, for one clip, a form to list more."""
    clip = clip_get(actor, key_of(Prefix.CLIP, request.GET["clip"])) if request.GET.get("clip") else None
    rows = nodes_visible_to(actor).order_by("-id")
    if clip is not None:
        rows = rows.filter(places__clip=clip)
    if request.GET.get("before"):
        rows = rows.filter(pk__lt=key_of(Prefix.CONSENT_NODE, request.GET["before"]))
    found = list(rows[: SHOWN + 1])
    context = {
        "section": "people",
        "listed": listed_of(found[:SHOWN]),
        "older": _older(found, clip),
        "clip": clip,
        "poster": clip_link(clip, DerivativeKind.POSTER) if clip else None,
        "siblings": len(_siblings(clip)) - 1 if clip else 0,
        "kinds": said_people.NODE_KINDS,
        "may_write": allowed(actor, RELEASE_WRITE),
    }
    return render(request, "marketplace/people.html", context)


def _older(found: Sequence[ConsentNode], clip: Clip | None) -> str:
    """Where the list goes on; empty at its end."""
    if len(found) <= SHOWN:
        return ""
    of_clip = {} if clip is None else {"clip": clip.public_id}
    return f"{PEOPLE}?{urlencode({**of_clip, 'before': found[SHOWN - 1].public_id})}"


def _siblings(clip: Clip) -> list[Clip]:
    """The usable clips of the same recording, this one first."""
    return [clip, *(one for one in clip.asset.clips.order_by("start_ms") if one.usable and one.pk != clip.pk)]


@require_POST
@studio_page
def add(request: HttpRequest, actor: Actor, clip_id: str) -> HttpResponse:
    """List somebody or something on a clip, or on all clips of its recording."""
    clip = clip_get(actor, key_of(Prefix.CLIP, clip_id))
    back = f"{PEOPLE}?clip={clip.public_id}"
    form = request.POST
    if form.get("kind") not in set(NodeKind):
        return see(back)
    meant = _siblings(clip) if form.get("all") == "yes" else [clip]
    try:
        node_add(
            actor=actor,
            kind=NodeKind(form["kind"]),
            label=form.get("label", ""),
            spans=[Span(one.pk) for one in meant],
        )
    except DomainError as error:
        told(request, error)
        return see(back)
    return done(request, _("Listed."), back)


@require_POST
@studio_page
def change(request: HttpRequest, actor: Actor, node_id: str) -> HttpResponse:
    """Say why a node needs no release, take that back, or take the node off."""
    key, form = key_of(Prefix.CONSENT_NODE, node_id), request.POST
    try:
        if form.get("move") == "remove":
            node_remove(actor=actor, node_id=key)
        elif form.get("reason") in set(NoReleaseReason):
            node_change(actor=actor, node_id=key, reason=NoReleaseReason(form["reason"]))
        else:
            node_change(actor=actor, node_id=key, no_reason=True)
    except DomainError as error:
        told(request, error)
        return see(PEOPLE)
    return done(request, _("Saved."), PEOPLE)


def _asked(node: ConsentNode, form: QueryDict) -> Asked:
    try:
        said_day = form.get("last_day", "")
        last_day = date.fromisoformat(said_day) if said_day else None
    except ValueError:
        raise RELEASE_INVALID("Write the last day as 2030-12-31, or leave it empty. Nothing was stored.") from None
    return Asked(
        kind=NodeKind(node.kind),
        subject=form.get("subject", ""),
        occasion=form.get("occasion", ""),
        language=Language.FR if form.get("language") == "fr" else Language.EN,
        last_day=last_day,
        shows_pictures=form.get("shows_pictures") == "yes",
    )


@require_POST
@studio_page
def ask(request: HttpRequest, actor: Actor, node_id: str) -> HttpResponse:
    """Draft a release for a node, hang it there, and show its signing link, this once."""
    node = node_get(actor, key_of(Prefix.CONSENT_NODE, node_id))
    try:
        drafted = release_create(actor=actor, asked=_asked(node, request.POST))
        release_attach(actor=actor, release_id=drafted.pk, node_ids=[node.pk])
    except DomainError as error:
        told(request, error)
        return see(PEOPLE)
    return _with_link(request, actor, drafted)


@require_POST
@studio_page
def paper(request: HttpRequest, actor: Actor, node_id: str) -> HttpResponse:
    """Record a paper release or a permit for a node; of its scan only the SHA-256 is kept here."""
    node = node_get(actor, key_of(Prefix.CONSENT_NODE, node_id))
    try:
        made = release_record(actor=actor, asked=_asked(node, request.POST), paper=_paper(node, request))
        release_attach(actor=actor, release_id=made.pk, node_ids=[node.pk])
    except DomainError as error:
        told(request, error)
        return see(PEOPLE)
    return done(request, _("Recorded. Keep the paper: only its fingerprint is stored here."), PEOPLE)


def _paper(node: ConsentNode, request: HttpRequest) -> Paper:
    form, scan = request.POST, request.FILES.get("scan")
    if not isinstance(scan, UploadedFile) or not scan.size or scan.size > LARGEST_SCAN:
        raise RELEASE_INVALID("Choose the scan of the paper, at most 20 MB. Nothing was stored.")
    try:
        signed_on = date.fromisoformat(form.get("signed_on", ""))
    except ValueError:
        raise RELEASE_INVALID("Write the day it was signed as 2026-05-31. Nothing was stored.") from None
    digest = hashlib.sha256()
    for part in scan.chunks():
        digest.update(part)
    answer = "silent" if node.kind == NodeKind.PERMIT else form.get("ai_training", "")
    given = None
    if answer in set(AiAnswer):
        minor = node.kind == NodeKind.MINOR
        given = Given(
            name=form.get("name", ""),
            ai=AiAnswer(answer),
            guardian_of=form.get("subject", "") if minor else "",
            guardian_relation=form.get("guardian_relation", "") if minor else "",
        )
    return Paper(given, signed_on, (scan.name or "")[:200], digest.hexdigest())


@require_safe
@studio_page
def release(request: HttpRequest, actor: Actor, release_id: str) -> HttpResponse:
    """Show one release: where it stands, what was signed, and what can be done."""
    found = release_get(actor, key_of(Prefix.RELEASE, release_id))
    return render(request, "marketplace/release.html", _context(actor, found))


def _context(actor: Actor, found: Release) -> dict[str, Any]:
    return {
        "section": "people",
        "release": found,
        "badge": said_people.RELEASE_STATES[found.state],
        "kind": said_people.NODE_KINDS[found.kind],
        "ai": said_people.AI_ANSWERS[found.ai],
        "signature": getattr(found, "signature", None),
        "may_write": allowed(actor, RELEASE_WRITE),
        "may_revoke": allowed(actor, RELEASE_REVOKE),
    }


@require_POST
@studio_page
def move(request: HttpRequest, actor: Actor, release_id: str) -> HttpResponse:
    """Send a release again, drop it, or record that it was taken back."""
    found = release_get(actor, key_of(Prefix.RELEASE, release_id))
    back = f"/studio/releases/{found.public_id}"
    wanted = request.POST.get("move")
    if wanted == "send":
        return _with_link(request, actor, found)
    try:
        if wanted == "cancel":
            release_cancel(actor=actor, release_id=found.pk)
        elif wanted == "revoke":
            release_revoke(actor=actor, release_id=found.pk)
    except DomainError as error:
        told(request, error)
    return see(back)


def _with_link(request: HttpRequest, actor: Actor, found: Release) -> HttpResponse:
    """Make a signing link and show it: it is stored nowhere, so the page is the only place to copy it from."""
    try:
        sent = release_send(actor=actor, release_id=found.pk)
    except DomainError as error:
        told(request, error)
        return see(f"/studio/releases/{found.public_id}")
    context = _context(actor, release_get(actor, found.pk))
    context["link"] = f"{settings.OFFCUT.public_url}/release/{sent.token}"
    page = render(request, "marketplace/release.html", context)
    page["Cache-Control"] = "no-store, private"
    return page
