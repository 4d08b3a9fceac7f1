"""Asking the buyer's legal people to approve a use case, and their answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.accounts.policy import Actor
from core.errors import DomainError
from core.ids import Prefix
from licensing.services.approvals import use_case_decide, use_case_request_approval
from marketplace.web.pages import done, key_of, see, told
from marketplace.web.views.market import buyer_page

_PAGE = "/market/use-cases"


@require_POST
@buyer_page
def request_approval(request: HttpRequest, actor: Actor, use_case_id: str) -> HttpResponse:
    """Ask for approval of the newest version."""
    try:
        use_case_request_approval(actor=actor, use_case_id=key_of(Prefix.USE_CASE, use_case_id))
    except DomainError as error:
        told(request, error)
        return see(_PAGE)
    return done(request, _("Asked. An owner or somebody of your legal team answers here."), _PAGE)


@require_POST
@buyer_page
def decide(request: HttpRequest, actor: Actor, use_case_id: str) -> HttpResponse:
    """Approve or refuse the version that was read."""
    form = request.POST
    version = form.get("version", "")
    try:
        use_case_decide(
            actor=actor,
            use_case_id=key_of(Prefix.USE_CASE, use_case_id),
            version=int(version) if version.isdecimal() else 0,
            decision=form.get("decision", ""),
            reason=form.get("reason", ""),
        )
    except DomainError as error:
        told(request, error)
        return see(_PAGE)
    return done(request, _("Noted. Whoever asked sees your answer here."), _PAGE)
