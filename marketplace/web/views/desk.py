"""One case at the reviewers' desk: claimed by whom, what a change says and does, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db.models import Count, F, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.accounts.actions import OrganisationKind
from core.accounts.policy import Actor, allowed
from core.clock import now
from core.errors import DomainError
from core.ids import Prefix
from licensing.domain.actions import CASE_LEAD, CASE_REVIEW
from licensing.domain.deadlines import SOON, due_words
from licensing.domain.reasons import CONTRACT_REASONS, newest
from licensing.domain.states import WAITING, CaseState
from licensing.domain.wording import Language
from licensing.models import Agreement, ReviewCase
from licensing.selectors.agreements import case_get, has_interest
from licensing.selectors.cases import verdicts_standing
from licensing.selectors.reasons import reasons_published
from licensing.services.claims import case_claim, case_heartbeat, case_note, case_release
from licensing.services.counters import Proposal
from licensing.services.review import case_decide, decision_undo
from marketplace.orders.selectors.effects import agreement_effect
from marketplace.web import said
from marketplace.web.contract import compared
from marketplace.web.formats import language
from marketplace.web.pages import done, key_of, page_for, see, told
from media_ingest.domain.states import AssetState
from media_ingest.models import Clip

desk_page = page_for(OrganisationKind.PLATFORM)

SNOOZES: Final[dict[str, said.Words]] = {
    "1": gettext_lazy("for an hour"),
    "4": gettext_lazy("for four hours"),
    "24": gettext_lazy("until tomorrow"),
    "72": gettext_lazy("for three days"),
}
"""Hours a case can be put aside for, as the page offers them."""
KEYS: Final[Mapping[str, said.Words]] = {
    "j": gettext_lazy("next change"),
    "k": gettext_lazy("previous change"),
    "]": gettext_lazy("next difference"),
    "[": gettext_lazy("previous difference"),
    "d": gettext_lazy("side by side or in one text"),
    "t": gettext_lazy("other language"),
    " ": gettext_lazy("claim this case"),
    "a": gettext_lazy("approve"),
    "c": gettext_lazy("ask for changes"),
    "r": gettext_lazy("refuse"),
    "p": gettext_lazy("propose what is chosen"),
    "e": gettext_lazy("pass to a lead"),
    "n": gettext_lazy("note"),
    "s": gettext_lazy("put aside"),
    "/": gettext_lazy("search"),
    "?": gettext_lazy("these keys"),
}
"""What each single key of a case does; the reader may choose other keys, which the browser remembers."""


def due_badge(due: datetime) -> said.Badge:
    """Return how long is left, in words and a colour."""
    left = due - now()
    tone, icon = ("danger", "!") if left < timedelta(0) else ("warn", "!") if left < SOON else ("", "…")
    return said.Badge(due_words(due, now(), language()), tone, icon)


def clock_badge(case: ReviewCase) -> said.Badge:
    """Return how a case's clock stands: how long is left, or that it waits for the creator."""
    if case.paused_at is not None and case.state == CaseState.RETURNED:
        return said.Badge(due_words(case.due_at, now(), language(), case.paused_at), "info", "‖")
    return due_badge(case.due_at)


@require_safe
@desk_page
def case(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Show one case: each change beside the standard text, what it does to open quotes, who decided what."""
    found = case_get(actor, key_of(Prefix.CASE, case_id))
    return render(request, "marketplace/case.html", _context(actor, found, request.GET))


def _context(actor: Actor, found: ReviewCase, asked: Mapping[str, str]) -> dict[str, Any]:
    agreement = found.agreement
    text = asked.get("text", "")
    shown = Language(text) if text in list(Language) else Language(agreement.language)
    mine = found.state == CaseState.CLAIMED and found.claimed_by_id == actor.user_id
    held = found.lease_until is not None and found.lease_until > now()
    barred = actor.user_id is None or has_interest(actor.user_id, agreement)
    decided = verdicts_standing(found).filter(reviewer_id=actor.user_id).exists()
    leads_only = found.escalated_at is not None and not allowed(actor, CASE_LEAD)
    may_review = allowed(actor, CASE_REVIEW) and not leads_only
    return {
        "section": "desk",
        "case": found,
        "agreement": agreement,
        "badge": said.CASE[found.state],
        "due": clock_badge(found) if found.state in WAITING or found.paused_at else None,
        "shown": shown,
        "other": Language.FR if shown is Language.EN else Language.EN,
        "inline": asked.get("diff") == "inline",
        "snoozes": SNOOZES,
        "keys": KEYS,
        "put_aside": next((row.until for row in found.snoozes.all()), None),
        "changes": compared(agreement, shown),
        "clips": reach_of(agreement),
        "effect": agreement_effect(agreement),
        "reasons": [
            (code, reason.words.of(language()), reason.fix.of(language()))
            for code, reason in newest(reasons_published(), CONTRACT_REASONS).items()
        ],
        "decisions": [(row, said.DECISION[row.decision]) for row in found.decisions.all()],
        "notes": found.notes.all(),
        "mine": mine,
        "taken": found.state == CaseState.CLAIMED and not mine and held,
        "may_claim": found.state in WAITING and may_review and not barred and not decided,
        "may_snooze": found.state in WAITING and may_review,
        "may_note": allowed(actor, CASE_REVIEW),
        "barred": barred,
        "leads_only": leads_only and found.state in WAITING,
        "decided_already": decided and found.state in WAITING,
    }


def reach_of(agreement: Agreement) -> dict[str, int]:
    """Return how many clips the agreement covers, and their time."""
    clips = Clip.objects.filter(asset__organisation_id=agreement.organisation_id, asset__state=AssetState.READY)
    sums = clips.aggregate(n=Count("pk"), duration_ms=Sum(F("end_ms") - F("start_ms")))
    return {"n": sums["n"], "duration_ms": sums["duration_ms"] or 0}


def _address(case_id: str) -> str:
    return f"/desk/cases/{case_id}"


def _step(request: HttpRequest, actor: Actor, case_id: str, service: Callable[..., ReviewCase]) -> HttpResponse:
    try:
        service(actor=actor, case_id=key_of(Prefix.CASE, case_id))
    except DomainError as error:
        told(request, error)
    return see(_address(case_id))


@require_POST
@desk_page
def claim(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Take a case for ten minutes."""
    return _step(request, actor, case_id, case_claim)


@require_POST
@desk_page
def heartbeat(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Keep a claimed case for another ten minutes; asked by the page while somebody is at work."""
    return _step(request, actor, case_id, case_heartbeat)


@require_POST
@desk_page
def release(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Give a case back undecided."""
    return _step(request, actor, case_id, case_release)


@require_POST
@desk_page
def note(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Write something down for colleagues."""
    return _step(request, actor, case_id, partial(case_note, text=request.POST.get("text", "")))


@require_POST
@desk_page
def decide(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Decide a claimed case; on a refusal what was typed and chosen stays."""
    form = request.POST
    key = key_of(Prefix.CASE, case_id)
    version = form.get("version", "")
    try:
        found = case_decide(
            actor=actor,
            case_id=key,
            decision=form.get("decision", ""),
            reason=form.get("reason", ""),
            note=form.get("note", "").strip(),
            version=int(version) if version.isdecimal() else None,
            counter=[_fallback(chosen) for chosen in form.getlist("fallback") if chosen],
        )
    except DomainError as error:
        told(request, error)
        typed = {
            "note": form.get("note", ""),
            "reason": form.get("reason", ""),
            "fallbacks": form.getlist("fallback"),
        }
        return render(request, "marketplace/case.html", _context(actor, case_get(actor, key), {}) | typed, status=422)
    text = (
        _("Noted. Somebody else goes on with it; you can undo this for a minute.")
        if found.state in WAITING
        else _("Decided. It takes effect in a minute; until then you can undo it.")
    )
    return done(request, text, "/desk")


def _fallback(chosen: str) -> Proposal:
    """A rung of a clause's ladder as the form names it: `TERM:2`."""
    clause, _colon, rank = chosen.partition(":")
    return Proposal(clause, fallback=int(rank) if rank.isdecimal() else None)


@require_POST
@desk_page
def undo(request: HttpRequest, actor: Actor, decision_id: str) -> HttpResponse:
    """Take one's own decision back before it takes effect."""
    try:
        found = decision_undo(actor=actor, decision_id=key_of(Prefix.DECISION, decision_id))
    except DomainError as error:
        told(request, error)
        return see("/desk")
    return done(request, _("Undone. The case is yours again."), _address(found.public_id))
