"""Clauses at the desk as pages: all of them, one version beside the one in force, drafting and the second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.accounts.policy import Actor, allowed
from core.errors import DomainError
from licensing.domain.desk_actions import CLAUSE_PUBLISH
from licensing.domain.diff import Run, word_diff
from licensing.domain.states import ClauseState
from licensing.domain.wording import Language
from licensing.models import ClauseVersion
from licensing.selectors.terms import (
    clause_data,
    clause_for,
    clause_versions_visible_to,
    desk_clause_get,
    newest_approved_of,
)
from licensing.services.publishing import clause_approve, clause_draft, clause_retire, clause_return, clause_submit
from marketplace.web import said
from marketplace.web.formats import language
from marketplace.web.pages import done, see, told
from marketplace.web.views.desk import desk_page

ADDRESS: Final = "/desk/clauses"
WORDS: Final = ("title", "summary", "text")
OPEN: Final = (ClauseState.DRAFT, ClauseState.IN_REVIEW)
STATE: Final[Mapping[str, said.Badge]] = {
    ClauseState.DRAFT: said.Badge(gettext_lazy("Draft"), "", "…"),
    ClauseState.IN_REVIEW: said.Badge(gettext_lazy("Waits for a second person"), "warn", "!"),
    ClauseState.APPROVED: said.Badge(pgettext_lazy("a version", "Approved"), "ok", "✓"),
    ClauseState.RETIRED: said.Badge(gettext_lazy("Retired"), "", "–"),
}
MOVED: Final[Mapping[str, tuple[Callable[..., ClauseVersion], said.Words]]] = {
    "submit": (clause_submit, gettext_lazy("Handed over. Somebody else has to approve it.")),
    "approve": (clause_approve, gettext_lazy("Approved. New terms use it from now on; older ones keep theirs.")),
    "retire": (clause_retire, gettext_lazy("Retired. Whoever agreed on it keeps it.")),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One clause: the version in force, and the one that is drafted or waits."""

    in_force: ClauseVersion
    title: str
    waiting: ClauseVersion | None
    badge: said.Badge | None


@require_safe
@desk_page
def clauses(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show every clause with the version in force and what is drafted of it."""
    in_force: dict[str, ClauseVersion] = {}
    waiting: dict[str, ClauseVersion] = {}
    for row in clause_versions_visible_to(actor).order_by("number", "version"):
        if row.state == ClauseState.APPROVED:
            in_force[row.code] = row
        elif row.state in OPEN:
            waiting[row.code] = row
    rows = [
        Listed(row, _title(row), found := waiting.get(code), STATE[found.state] if found else None)
        for code, row in in_force.items()
    ]
    return render(request, "marketplace/desk_clauses.html", {"section": "clauses", "rows": rows})


@require_safe
@desk_page
def clause(request: HttpRequest, actor: Actor, clause_code: str, clause_version: int) -> HttpResponse:
    """Show one version in both languages, beside the one in force, with what can be done about it."""
    return _page(request, actor, desk_clause_get(actor, clause_code, clause_version))


@require_POST
@desk_page
def draft(request: HttpRequest, actor: Actor, clause_code: str, clause_version: int) -> HttpResponse:
    """Draft the next version with other words; on a refusal what was typed stays in its fields."""
    found = desk_clause_get(actor, clause_code, clause_version)
    kept = clause_data(found) if found.state == ClauseState.DRAFT else {}
    try:
        row = clause_draft(actor=actor, code=found.code, changes={**kept, **_typed(request.POST)})
    except DomainError as error:
        told(request, error)
        return _page(request, actor, found, _typed(request.POST), status=422)
    return done(request, _("Drafted. Read it once more, then hand it over."), f"{ADDRESS}/{row.code}/{row.version}")


@require_POST
@desk_page
def move(request: HttpRequest, actor: Actor, clause_code: str, clause_version: int) -> HttpResponse:
    """Hand a draft over, approve or return somebody else's, or retire what was replaced."""
    step, address = request.POST.get("step", ""), f"{ADDRESS}/{clause_code}/{clause_version}"
    try:
        if step in MOVED:
            service, words = MOVED[step]
            service(actor=actor, code=clause_code, version=clause_version)
        else:
            words = _("Given back.")
            note = request.POST.get("note", "").strip()[:4000]
            clause_return(actor=actor, code=clause_code, version=clause_version, note=note)
    except DomainError as error:
        told(request, error)
        return see(address)
    return done(request, str(words), address)


def _title(row: ClauseVersion) -> str:
    return f"{row.number}. {row.title_fr if language() is Language.FR else row.title_en}"


def _typed(form: QueryDict) -> dict[str, Any]:
    """The words of both languages as they were typed; browsers send line ends of their own."""
    return {
        name: {str(item): form.get(f"{name}_{item}", "").replace("\r\n", "\n").strip() for item in Language}
        for name in WORDS
    }


def _changed(before: ClauseVersion, after: ClauseVersion) -> list[tuple[str, list[Run]]]:
    """The differences of the text, word by word, in each language."""
    return [
        (str(item), word_diff(getattr(before, f"text_{item}"), getattr(after, f"text_{item}"))) for item in Language
    ]


def _page(
    request: HttpRequest, actor: Actor, row: ClauseVersion, typed: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    newest = newest_approved_of(row)
    versions = list(clause_versions_visible_to(actor).filter(code=row.code).order_by("-version"))
    stored, reader = clause_for(row), language()
    says = typed or {name: {str(item): getattr(row, f"{name}_{item}") for item in Language} for name in WORDS}
    values = stored.spoken(stored.defaults, reader)
    context = {
        "section": "clauses",
        "row": row,
        "title": _title(row),
        "badge": STATE[row.state],
        "in_force": newest,
        "changed": _changed(newest, row) if newest is not None and newest.pk != row.pk else (),
        "versions": [(one, STATE[one.state]) for one in versions],
        "parameters": [(one.label.of(reader), values[one.name]) for one in stored.parameters],
        "rungs": [(rung.rank, rung.summary.of(reader)) for rung in stored.fallbacks],
        "words": [(name, [(str(item), says[name][str(item)]) for item in Language]) for name in WORDS],
        "may_publish": allowed(actor, CLAUSE_PUBLISH),
        "may_draft": row.state == ClauseState.DRAFT
        or (newest is not None and newest.pk == row.pk and not any(one.state in OPEN for one in versions)),
        "replaced": row.state == ClauseState.APPROVED and newest is not None and newest.pk != row.pk,
        "mine": row.author_id is not None and row.author_id == actor.user_id,
    }
    return render(request, "marketplace/desk_clause.html", context, status=status)
