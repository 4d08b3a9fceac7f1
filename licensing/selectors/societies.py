"""Reading what studios answered about collecting societies."""

from __future__ import annotations

from uuid import UUID

from core.accounts.policy import Actor, require
from licensing.domain.actions import TERMS_VIEW
from licensing.domain.societies import UNANSWERED, Societies
from licensing.models import SocietyAnswer


def societies_of(organisation_id: UUID) -> Societies:
    """Return a studio's newest answer; unanswered when there is none."""
    row = SocietyAnswer.objects.filter(organisation_id=organisation_id).order_by("-id").first()
    return UNANSWERED if row is None else Societies(tuple(row.societies), row.authorisation)


def own_societies(actor: Actor) -> Societies:
    """Return the answer of the actor's own studio; creators only."""
    require(actor, TERMS_VIEW)
    return UNANSWERED if actor.organisation_id is None else societies_of(actor.organisation_id)
