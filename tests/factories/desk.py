"""People at the desk, its policy in force, and what goes through it, for tests."""

from __future__ import annotations

from typing import Any

from django.test import Client

from core.accounts.actions import Role
from core.accounts.policy import Actor
from licensing.domain.desk_policy import DeskPolicy
from licensing.models import Agreement
from licensing.selectors.policies import policy_in_force
from licensing.services.agreements import agreement_amend, agreement_submit
from licensing.services.policies import policy_propose, policy_publish
from tests.factories.core import key_of
from tests.factories.licensing import creator, drafted, reviewer


def asked(actor: Actor, path: str, body: object | None = None) -> Any:
    """Ask the API as somebody; with a body, send it."""
    headers = {"Authorization": f"Bearer {key_of(actor)}"}
    if body is None:
        return Client().get(f"/api/v1{path}", headers=headers)
    return Client().post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def lead() -> Actor:
    """Return a lead of the desk."""
    return reviewer(Role.LEAD)


def in_force(**said: object) -> DeskPolicy:
    """Put a policy in force, by two people."""
    row = policy_propose(actor=lead(), draft=said)
    policy_publish(actor=lead(), version=row.version)
    return policy_in_force()


def submitted(clause: str, actor: Actor | None = None, **parameters: object) -> Agreement:
    """Submit careful terms with one clause changed."""
    studio = actor or creator()
    draft = drafted(studio)
    agreement_amend(actor=studio, agreement_id=draft.id, clause_code=clause, parameters=parameters)
    return agreement_submit(actor=studio, agreement_id=draft.id)
