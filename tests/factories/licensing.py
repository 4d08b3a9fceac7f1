"""Terms, agreements and reviewers for tests, made the way the product makes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from core.accounts.actions import OrganisationKind, Role
from core.accounts.models import Organisation
from core.accounts.policy import Actor
from licensing.models import Agreement, ReviewCase, TermsProfile
from licensing.services.agreements import agreement_amend, agreement_draft, agreement_submit
from licensing.services.catalogue import catalogue_load
from licensing.services.claims import case_claim
from licensing.services.profiles import terms_profile_create
from licensing.services.review import case_decide
from licensing.services.signing import agreement_sign
from tests.factories.core import OrganisationFactory, actor_as

NO_SOCIETY: Mapping[str, Mapping[str, object]] = {"CMO_STATUS": {"societies": ["none"]}}


def creator(organisation: Organisation | None = None, role: Role = Role.OWNER) -> Actor:
    """Return somebody of a studio."""
    return actor_as(OrganisationKind.STUDIO, role, organisation)


def reviewer(role: Role = Role.CONTRACT) -> Actor:
    """Return a contract reviewer of the platform."""
    platform = Organisation.objects.filter(kind=OrganisationKind.PLATFORM).first()
    platform = platform or OrganisationFactory.create(kind=OrganisationKind.PLATFORM, name="Offcut")
    return actor_as(OrganisationKind.PLATFORM, role, platform)


def terms(
    actor: Actor, preset: str = "careful", name: str = "My terms", **changes: Mapping[str, object]
) -> TermsProfile:
    """Return terms of a creator who is in no collecting society."""
    catalogue_load()
    return terms_profile_create(actor=actor, name=name, preset=preset, changes={**NO_SOCIETY, **changes})


def drafted(actor: Actor, language: str = "en") -> Agreement:
    """Return a draft of the careful terms."""
    return agreement_draft(actor=actor, terms_profile_id=terms(actor).id, language=language)


def in_review(actor: Actor, clause: str, language: str = "en", **parameters: object) -> ReviewCase:
    """Return the case of an agreement with one amended clause that policy does not pass."""
    draft = drafted(actor, language)
    agreement_amend(actor=actor, agreement_id=draft.id, clause_code=clause, parameters=parameters)
    agreement_submit(actor=actor, agreement_id=draft.id)
    return ReviewCase.objects.get(agreement_id=draft.id)


def approved_by(actor: Actor, case: ReviewCase) -> ReviewCase:
    """Claim and approve a case."""
    claimed = case_claim(actor=actor, case_id=case.id)
    return case_decide(
        actor=actor, case_id=case.id, decision="approve", version=claimed.version, undo_within=timedelta(0)
    )


def signed(actor: Actor, preset: str = "careful") -> Agreement:
    """Return a signed agreement on a preset, with no amendment."""
    draft = agreement_draft(actor=actor, terms_profile_id=terms(actor, preset).id)
    agreement_submit(actor=actor, agreement_id=draft.id)
    return agreement_sign(actor=actor, agreement_id=draft.id, signatory_name="Ada Nord")
