"""Storing what a studio answers about collecting societies; its offers follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from core.accounts.models import Organisation
from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.ids import Prefix, public_id
from core.jobs.services import publish
from licensing.domain.actions import TERMS_WRITE
from licensing.domain.errors import INVALID_PARAMETER
from licensing.domain.societies import Societies
from licensing.models import SocietyAnswer
from licensing.selectors.societies import societies_of
from licensing.selectors.terms import catalogue_in_force

SOCIETIES_ANSWERED: Final = "licensing.societies.answered"


def _answer(societies: Sequence[str], authorisation: str) -> Societies:
    """The answer as the clause in force takes it; refused with `invalid_parameter` otherwise."""
    references = [authorisation] if authorisation.strip() else []
    values = catalogue_in_force()["CMO_STATUS"].parse({"societies": [*societies], "authorisation": references})
    members, given = values["societies"], values["authorisation"]
    if not isinstance(members, tuple) or not isinstance(given, tuple) or not members:
        raise INVALID_PARAMETER(
            "Choose a society, or say that you are in none. Nothing was stored.", pointer="/societies"
        )
    return Societies(members, given[0] if given and members != ("none",) else "")


def societies_answer(*, actor: Actor, societies: Sequence[str], authorisation: str = "") -> Societies:
    """Answer for one's studio; the newest answer counts, and what is on offer follows within seconds.

    A member without an authorisation for generative AI training sells nothing. The same answer again changes nothing.
    """
    require(actor, TERMS_WRITE)
    if actor.user_id is None or actor.organisation_id is None:
        raise ROLE_MISSING("Somebody of the studio has to answer. Nothing was stored.")
    answer = _answer(societies, authorisation)
    with transaction.atomic():
        Organisation.objects.select_for_update(of=("self",)).get(pk=actor.organisation_id)
        before = societies_of(actor.organisation_id)
        if before == answer:
            return answer
        SocietyAnswer.objects.create(
            organisation_id=actor.organisation_id,
            answered_by_id=actor.user_id,
            societies=[*answer.members],
            authorisation=answer.authorisation,
        )
        organisation = public_id(Prefix.ORGANISATION, actor.organisation_id)
        event = record(
            actor=actor,
            action="societies.answered",
            subject=organisation,
            organisation_id=actor.organisation_id,
            before={"societies": [*before.members], "authorisation": before.authorisation},
            after={"societies": [*answer.members], "authorisation": answer.authorisation},
        )
        publish(
            topic=SOCIETIES_ANSWERED,
            subject=f"{organisation}:{event.public_id}",
            payload={"organisation_id": str(actor.organisation_id)},
        )
    return answer
