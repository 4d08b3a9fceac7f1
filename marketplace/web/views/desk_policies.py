"""The desk's policy as a page: what is in force, trying a draft, proposing it, a second person publishing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.accounts.policy import Actor, allowed
from core.errors import DomainError
from core.ids import Prefix, public_id
from licensing.domain.desk_actions import POLICY_PUBLISH
from licensing.domain.desk_policy import BOUNDS, PolicyState
from licensing.domain.publishing_errors import POLICY_INVALID
from licensing.domain.quality import SampleCount
from licensing.domain.replay import Otherwise, Replay
from licensing.models import PolicyVersion
from licensing.selectors.policies import policy_in_force, policy_versions_visible_to
from licensing.selectors.quality import sample_counts
from licensing.selectors.terms import catalogue_in_force
from licensing.services.policies import policy_propose, policy_publish, policy_try, policy_withdraw
from marketplace.web import said
from marketplace.web.contract import clause_choices
from marketplace.web.pages import done, see, told
from marketplace.web.views.desk import desk_page

ADDRESS: Final = "/desk/policies"
SHOWN: Final = 20
STATE: Final[Mapping[str, said.Badge]] = {
    PolicyState.PROPOSED: said.Badge(gettext_lazy("Proposed: somebody else has to publish it"), "info", "…"),
    PolicyState.PUBLISHED: said.Badge(gettext_lazy("Published"), "", "✓"),
    PolicyState.WITHDRAWN: said.Badge(gettext_lazy("Withdrawn"), "", "–"),
}
IN_FORCE: Final = said.Badge(gettext_lazy("In force"), "ok", "✓")
ROUTES: Final = (gettext_lazy("by itself"), gettext_lazy("one person"), gettext_lazy("two people"))
OBJECTION: Final[Mapping[str, said.Words]] = {
    **said.DECISION,
    "disagree": gettext_lazy("disagreed in the sample"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version, ready to be read."""

    row: PolicyVersion
    badge: said.Badge
    named: list[str]
    """Titles of the clauses that need two people."""
    sample: SampleCount


@require_safe
@desk_page
def policies(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show every version, the newest first, how its sample came out, and a form for the next."""
    return _page(request, actor, policy_in_force().says)


@require_POST
@desk_page
def draft(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Try a draft on the last 30 days, or propose it; on a refusal what was typed stays in its fields."""
    typed: dict[str, Any] = {**policy_in_force().says, **_typed(request.POST)}
    try:
        drafted = _numbers(typed)
        if request.POST.get("action") == "propose":
            policy_propose(actor=actor, draft=drafted)
            return done(request, _("Proposed. Somebody else has to publish it."), ADDRESS)
        tried = policy_try(actor=actor, draft=drafted)
    except DomainError as error:
        told(request, error)
        return _page(request, actor, typed, status=422)
    return _page(request, actor, typed, tried)


@require_POST
@desk_page
def move(request: HttpRequest, actor: Actor, version: int) -> HttpResponse:
    """Publish somebody else's proposal, or take one back."""
    publish = request.POST.get("step") == "publish"
    try:
        (policy_publish if publish else policy_withdraw)(actor=actor, version=version)
    except DomainError as error:
        told(request, error)
        return see(ADDRESS)
    text = _("Published. What is submitted from now on goes by it.") if publish else _("Taken back.")
    return done(request, text, ADDRESS)


def _typed(form: QueryDict) -> dict[str, Any]:
    """What the form says; nothing when it was not sent."""
    if not form:
        return {}
    return {**{name: form.get(name, "").strip() for name in BOUNDS}, "two_people": sorted(form.getlist("two_people"))}


def _numbers(typed: Mapping[str, Any]) -> dict[str, Any]:
    drafted = dict(typed)
    for name in BOUNDS:
        text = str(typed[name])
        if not (text.isdecimal() and len(text) <= len("1000")):
            raise POLICY_INVALID(f"{name} is a whole number. Nothing was stored.", pointer=f"/{name}")
        drafted[name] = int(text)
    return drafted


def _told(one: Otherwise, titles: Mapping[str, str]) -> dict[str, object]:
    """A submission that people did not let pass: which, what it changed, and what they said."""
    return {
        "case": public_id(Prefix.CASE, one.case_id) if one.case_id else "",
        "agreement": public_id(Prefix.AGREEMENT, one.agreement_id),
        "clauses": "; ".join(titles.get(code, code) for code in one.clauses),
        "words": OBJECTION[one.objection],
    }


def _page(
    request: HttpRequest, actor: Actor, typed: Mapping[str, Any], tried: Replay | None = None, status: int = 200
) -> HttpResponse:
    titles = clause_choices(catalogue_in_force())
    counts, in_force = sample_counts(actor), policy_in_force().version
    rows = list(policy_versions_visible_to(actor).order_by("-version"))
    context = {
        "section": "policies",
        "versions": [
            Version(
                row,
                IN_FORCE if row.version == in_force else STATE[row.state],
                [titles.get(code, code) for code in row.two_people],
                counts.get(row.version, SampleCount()),
            )
            for row in rows
        ],
        "clauses": [(code, title, code in typed["two_people"]) for code, title in titles.items()],
        "naming": bool(typed["two_people"]),
        "typed": {name: str(value) for name, value in typed.items()},
        "bounds": {name: {"least": least, "most": most} for name, (least, most) in BOUNDS.items()},
        "tried": tried,
        "routes": [(words, tried.really[n], tried.draft[n]) for n, words in enumerate(ROUTES)] if tried else (),
        "otherwise": [_told(one, titles) for one in tried.otherwise[:SHOWN]] if tried else (),
        "may_publish": allowed(actor, POLICY_PUBLISH),
        "waits": any(row.state == PolicyState.PROPOSED for row in rows),
        "me": actor.user_id,
    }
    return render(request, "marketplace/policies.html", context, status=status)
