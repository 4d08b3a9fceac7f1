"""The question every creator is asked once: who administers your rights?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.accounts.policy import Actor, allowed
from core.errors import DomainError
from licensing.domain.actions import TERMS_VIEW, TERMS_WRITE
from licensing.domain.societies import STANDING_WORDS, Societies, Standing
from licensing.selectors.societies import own_societies
from licensing.services.societies import societies_answer
from marketplace.web import said
from marketplace.web.formats import language
from marketplace.web.pages import done, see, told
from marketplace.web.views.studio import studio_page


def question_for(actor: Actor) -> dict[str, Any] | None:
    """Return the question with the studio's answer, as its card shows it; None to whom it is not told."""
    if not allowed(actor, TERMS_VIEW):
        return None
    return _question(own_societies(actor), may_answer=allowed(actor, TERMS_WRITE))


def _question(answer: Societies, *, may_answer: bool) -> dict[str, Any]:
    return {
        "choices": [(code, words, code in answer.members) for code, words in said.CMO.items() if code != "undeclared"],
        "authorisation": answer.authorisation,
        "answered": [said.CMO[code] for code in answer.members],
        "follows": STANDING_WORDS[answer.standing].of(language()),
        "stops": answer.standing in {Standing.UNANSWERED, Standing.UNAUTHORISED},
        "may_answer": may_answer,
    }


@require_POST
@studio_page
def answer(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Store the studio's answer."""
    form = request.POST
    try:
        societies_answer(
            actor=actor,
            societies=form.getlist("societies"),
            authorisation=form.get("authorisation", "")[:80].strip(),
        )
    except DomainError as error:
        told(request, error)
        return see("/studio/terms#societies-title")
    return done(request, _("Your answer is stored. Your offers follow within seconds."), "/studio/terms")
