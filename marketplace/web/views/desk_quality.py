"""Second looks as a page: what passed by itself and was drawn, and what somebody says about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.accounts.policy import Actor, allowed
from core.errors import DomainError
from core.ids import Prefix
from licensing.domain.actions import CASE_REVIEW
from licensing.domain.reasons import CONTRACT_REASONS, newest
from licensing.models import QualityReview
from licensing.selectors.agreements import has_interest
from licensing.selectors.quality import quality_waiting
from licensing.selectors.reasons import reasons_published
from licensing.services.quality import quality_answer
from marketplace.web.contract import Compared, compared
from marketplace.web.formats import language
from marketplace.web.pages import done, key_of, see, told
from marketplace.web.views.desk import desk_page

SHOWN = 10
ADDRESS = "/desk/quality"


@dataclass(frozen=True, slots=True)
class Look:
    """One submission to look at again."""

    row: QualityReview
    changes: list[Compared]
    changed_since: bool
    barred: bool


@require_safe
@desk_page
def quality(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what was drawn and waits, the oldest first."""
    waiting = quality_waiting(actor)
    context = {
        "section": "desk",
        "total": waiting.count(),
        "looks": [_look(actor, row) for row in waiting[:SHOWN]],
        "reasons": [
            (code, reason.words.of(language()))
            for code, reason in newest(reasons_published(), CONTRACT_REASONS).items()
        ],
        "may_answer": allowed(actor, CASE_REVIEW),
    }
    return render(request, "marketplace/quality.html", context)


def _look(actor: Actor, row: QualityReview) -> Look:
    agreement = row.routing.agreement
    clauses = {clause for clause, _kind in row.routing.changes}
    changes = [one for one in compared(agreement, language()) if one.row.clause_version.code in clauses]
    barred = actor.user_id is None or has_interest(actor.user_id, agreement)
    return Look(row, changes, agreement.revision != row.routing.revision, barred)


@require_POST
@desk_page
def answer(request: HttpRequest, actor: Actor, quality_review_id: str) -> HttpResponse:
    """Say whether it should have passed by itself."""
    form = request.POST
    try:
        quality_answer(
            actor=actor,
            review_id=key_of(Prefix.QUALITY_REVIEW, quality_review_id),
            outcome=form.get("outcome", ""),
            reason=form.get("reason", ""),
            note=form.get("note", "")[:4000],
        )
    except DomainError as error:
        told(request, error)
        return see(ADDRESS)
    return done(request, _("Written down. It is counted with the policy it passed under."), ADDRESS)
