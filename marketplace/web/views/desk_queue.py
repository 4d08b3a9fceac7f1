"""The reviewers' queues: what waits and in what order, what one put aside, what can still be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.accounts.policy import Actor, allowed
from core.clock import now
from core.errors import DomainError
from core.ids import Prefix
from core.money import Money
from licensing.domain.actions import CASE_REVIEW
from licensing.domain.states import WAITING, Queue
from licensing.models import ReviewCase, ReviewDecision
from licensing.selectors.agreements import cases_visible_to, live_amendments
from licensing.selectors.cases import cases_found, decisions_undoable, queues
from licensing.selectors.quality import quality_waiting
from licensing.selectors.queueing import Ranked, cases_put_aside, cases_waiting
from licensing.services.claims import case_next
from licensing.services.snoozing import case_snooze, case_wake
from marketplace.web import said
from marketplace.web.pages import done, key_of, see, told
from marketplace.web.views.desk import SNOOZES, clock_badge, desk_page

SHOWN: Final = 100
FOUND: Final = 50
KEYS: Final[Mapping[str, said.Words]] = {
    "j": gettext_lazy("next case"),
    "k": gettext_lazy("previous case"),
    " ": gettext_lazy("take the next"),
    "u": gettext_lazy("undo"),
    "/": gettext_lazy("search"),
    "?": gettext_lazy("these keys"),
}
"""What each single key of the queues does."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case in the queue."""

    case: ReviewCase
    badge: said.Badge
    due: said.Badge
    changes: int
    value: Sequence[Money]


@dataclass(frozen=True, slots=True)
class Undoable:
    """A decision of one's own that can still be taken back."""

    decision: ReviewDecision
    words: said.Words


@require_safe
@desk_page
def desk(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what waits, the most urgent first, what can still be undone, what was decided last, and what is searched."""
    asked = " ".join(request.GET.get("q", "").split())[:80]
    decided = cases_visible_to(actor).exclude(state__in=WAITING).order_by("-decided_at", "-id")[:10]
    context = {
        "section": "desk",
        "second_looks": quality_waiting(actor).count(),
        "queues": [(one, said.QUEUE[one.queue]) for one in queues(actor)],
        "waiting": [_waiting(one) for one in cases_waiting(actor)[:SHOWN]],
        "aside": [(one.case, one.case.snoozes.all()[0].until) for one in cases_put_aside(actor)],
        "decided": [(case, said.CASE[case.state]) for case in decided],
        "undoable": [Undoable(row, said.DECISION[row.decision]) for row in decisions_undoable(actor)],
        "may_take": allowed(actor, CASE_REVIEW),
        "me": actor.user_id,
        "keys": KEYS,
        "asked": asked,
        "found": [(case, said.CASE[case.state]) for case in cases_found(actor, asked)[:FOUND]] if asked else [],
    }
    return render(request, "marketplace/desk.html", context)


def _waiting(one: Ranked) -> Waiting:
    case = one.case
    return Waiting(case, said.CASE[case.state], clock_badge(case), len(live_amendments(case.agreement)), one.value)


@require_POST
@desk_page
def take(request: HttpRequest, actor: Actor, queue: str) -> HttpResponse:
    """Claim the most urgent case of a queue."""
    try:
        found = case_next(actor=actor, queue=Queue(queue)) if queue in list(Queue) else None
    except DomainError as error:
        told(request, error)
        return see("/desk")
    if found is None:
        return done(request, _("Nothing in this queue waits for you."), "/desk")
    return see(f"/desk/cases/{found.public_id}")


@require_POST
@desk_page
def snooze(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Put a case aside for some hours; the queue goes on without it."""
    hours = request.POST.get("hours", "")
    until = now() + timedelta(hours=int(hours) if hours in SNOOZES else 0)
    try:
        case_snooze(actor=actor, case_id=key_of(Prefix.CASE, case_id), until=until)
    except DomainError as error:
        told(request, error)
        return see(f"/desk/cases/{case_id}")
    return done(request, _("Put aside. It comes back by itself; its deadline stays."), "/desk")


@require_POST
@desk_page
def wake(request: HttpRequest, actor: Actor, case_id: str) -> HttpResponse:
    """Have a case back that was put aside."""
    try:
        case_wake(actor=actor, case_id=key_of(Prefix.CASE, case_id))
    except DomainError as error:
        told(request, error)
    return see("/desk")
