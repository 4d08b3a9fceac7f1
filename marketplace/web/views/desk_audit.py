"""The audit trail at the desk: what happened, and a check that nobody touched it since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.accounts.policy import Actor, require
from core.api.audit import AuditQuery, asked_in
from core.api.audit_check import cursor_at, place_in
from core.api.pagination import LIMIT_DEFAULT, Page, keyset
from core.audit.chains import BEGINNING, CheckedChain, Part
from core.audit.domain import AUDIT_VIEW
from core.audit.models import AuditEvent
from core.audit.selectors import Line, chains_checked, events_visible_to, lines_of, organisations_named
from core.ids import Prefix, public_id
from licensing.domain.wording import whole_text
from marketplace.web.audit import FAULTS, ROLES, facts_text
from marketplace.web.formats import language
from marketplace.web.said import Words
from marketplace.web.views.desk import desk_page

_CONDITIONS: Final = tuple(AuditQuery().fields)


@dataclass(frozen=True, slots=True)
class Row:
    """An event with its words."""

    line: Line
    role: Words
    chain: str
    person: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Head:
    """A chain that was checked: whose it is, and what is wrong with it, if anything is."""

    checked: CheckedChain
    chain: str
    name: str
    words: Words


@dataclass(frozen=True, slots=True)
class Check:
    """What a part of a check found; ``goes_on`` is the cursor of the next, ``events`` how many were read."""

    part: Part
    heads: list[Head]
    broken: list[Head]
    goes_on: str
    events: str


@require_safe
@desk_page
def audit(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show events, newest first, as the conditions in the address ask for; check the chains where it asks for that."""
    typed = {name: request.GET[name].strip() for name in _CONDITIONS if request.GET.get(name, "").strip()}
    query = AuditQuery(data=typed)
    require(actor, AUDIT_VIEW)
    page: Page[AuditEvent] = Page((), None)
    if query.is_valid():
        page = keyset(
            events_visible_to(actor, asked_in(query.validated_data)),
            cursor=request.GET.get("cursor"),
            limit=LIMIT_DEFAULT,
        )
    context = {
        "section": "audit",
        "typed": typed,
        "wrong": set(query.errors),
        "rows": [_row(line) for line in lines_of(actor, page.data)],
        "next": urlencode({**typed, "cursor": page.next_cursor}) if page.next_cursor else "",
        "newest": urlencode(typed) if request.GET.get("cursor") else None,
        "export": urlencode(typed),
        "check": _check(actor, request.GET["check"]) if request.GET.get("check") else None,
    }
    return render(request, "marketplace/desk_audit.html", context, status=422 if query.errors else 200)


def _row(line: Line) -> Row:
    entry = line.entry
    return Row(
        line=line,
        role=ROLES.get(entry.role or "", ""),
        chain=line.chain.public_id if line.chain else "platform",
        person=public_id(Prefix.USER, entry.person) if entry.person else "system",
        before=facts_text(entry.before),
        after=facts_text(entry.after),
    )


def _check(actor: Actor, cursor: str) -> Check:
    part = chains_checked(actor, BEGINNING if cursor == "begin" else place_in(cursor))
    owners = organisations_named(checked.chain for checked in part.chains)
    heads = []
    for checked in part.chains:
        owner = owners.get(checked.chain)
        words = FAULTS[checked.fault.reason] if checked.fault else ""
        heads.append(Head(checked, owner.public_id if owner else "platform", owner.name if owner else "Offcut", words))
    broken = [head for head in heads if head.checked.fault]
    goes_on = cursor_at(part.goes_on) if part.goes_on else ""
    return Check(part, heads, broken, goes_on, whole_text(part.events, language()))
