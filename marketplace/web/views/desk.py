"""The reviewers' desk: what waits, claimed by whom, what a change says and does, and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.accounts.actions import OrganisationKind
from core.accounts.policy import Actor, allowed
from core.clock import now
from core.errors import DomainError
from core.ids import Prefix
from licensing.domain.actions import CASE_REVIEW
from licensing.domain.deadlines import due_words
from licensing.domain.reasons import REASONS
from licensing.domain.states import WAITING, CaseState
from licensing.domain.wording import Language
from licensing.models import Agreement, ReviewCase
from licensing.selectors.agreements import case_get, cases_visible_to, has_interest, live_amendments
from licensing.services.review import case_claim, case_decide
from marketplace.orders.domain.states import QuoteState
from marketplace.orders.models import Quote
from marketplace.web import said
from marketplace.web.contract import compared
from marketplace.web.formats import language
from marketplace.web.pages import done, key_of, page_for, see, told
from media_ingest.domain.states import AssetState
from media_ingest.models import Clip

desk_page = page_for(OrganisationKind.PLATFORM)

_SOON: Final = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case in the queue."""

    case: ReviewCase
    badge: said.Badge
    due: said.Badge
    changes: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What a decision touches: the studio's footage, and offers that are open."""

    clips: int
    duration_ms: int
    quotes: int


@require_safe
@desk_page
def desk(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what waits, the most urgent first, and what was decided last."""
    cases = cases_visible_to(actor)
    waiting = cases.filter(state__in=WAITING).order_by("due_at", "id")[:100]
    decided = cases.exclude(state__in=WAITING).order_by("-decided_at", "-id")[:10]
    context = {
        "section": "desk",
        "waiting": [_waiting(case) for case in waiting],
        "decided": [(case, said.CASE[case.state]) for case in decided],
        "me": actor.user_id,
    }
    return render(request, "marketplace/desk.html", context)


def _waiting(case: ReviewCase) -> Waiting:
    return Waiting(case, said.CASE[case.state], due_badge(case.due_at), len(live_amendments(case.agreement)))


def due_badge(due: datetime) -> said.Badge:
    """Return how long is left, in words and a colour."""
    left = due - now()
    tone, icon = ("danger", "!") if left < timedelta(0) else ("warn", "!") if left < _SOON else ("", "…")
    return said.Badge(due_words(due, now(), language()), tone, icon)


@require_safe
@desk_page
def case(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Show one case: each change beside the standard text, what it touches, who decided what."""
    found = case_get(actor, key_of(Prefix.CASE, case_id))
    return render(request, "marketplace/case.html", _context(actor, found, request.GET.get("text", "")))


def _context(actor: Actor, found: ReviewCase, text: str) -> dict[str, Any]:
    agreement = found.agreement
    shown = Language(text) if text in list(Language) else Language(agreement.language)
    mine = found.state == CaseState.CLAIMED and found.claimed_by_id == actor.user_id
    held = found.lease_until is not None and found.lease_until > now()
    barred = actor.user_id is None or has_interest(actor.user_id, agreement)
    decided = any(row.reviewer_id == actor.user_id for row in found.decisions.all())
    return {
        "section": "desk",
        "case": found,
        "agreement": agreement,
        "badge": said.CASE[found.state],
        "due": due_badge(found.due_at) if found.state in WAITING else None,
        "shown": shown,
        "other": Language.FR if shown is Language.EN else Language.EN,
        "changes": [compared(agreement, row, shown) for row in live_amendments(agreement)],
        "reach": reach_of(agreement),
        "reasons": [(code, reason.words.of(language()), reason.fix.of(language())) for code, reason in REASONS.items()],
        "decisions": [(row, said.DECISION[row.decision]) for row in found.decisions.all()],
        "mine": mine and held,
        "taken": found.state == CaseState.CLAIMED and not mine and held,
        "may_claim": found.state in WAITING and allowed(actor, CASE_REVIEW) and not barred and not decided,
        "barred": barred,
        "decided_already": decided and found.state in WAITING,
    }


def reach_of(agreement: Agreement) -> Reach:
    """Return what the agreement covers."""
    clips = Clip.objects.filter(asset__organisation_id=agreement.organisation_id, asset__state=AssetState.READY)
    sums = clips.aggregate(n=Count("pk"), duration_ms=Sum(F("end_ms") - F("start_ms")))
    quotes = Quote.objects.filter(state=QuoteState.OPEN, lines__licensor_id=agreement.organisation_id)
    return Reach(sums["n"], sums["duration_ms"] or 0, quotes.distinct().count())


@require_POST
@desk_page
def claim(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Take a case for ten minutes."""
    try:
        case_claim(actor=actor, case_id=key_of(Prefix.CASE, case_id))
    except DomainError as error:
        told(request, error)
    return see(f"/desk/cases/{case_id}")


@require_POST
@desk_page
def decide(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Decide a claimed case; on a refusal the note stays in its field."""
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
        )
    except DomainError as error:
        told(request, error)
        typed = {"note": form.get("note", ""), "reason": form.get("reason", "")}
        return render(request, "marketplace/case.html", _context(actor, case_get(actor, key), "") | typed, status=422)
    text = (
        _("Approved once; a second person has to approve it too.")
        if found.state in WAITING
        else _("Decided. The creator sees it now.")
    )
    return done(request, text, "/desk")
