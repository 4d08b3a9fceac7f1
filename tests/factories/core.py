"""People and organisations for tests."""

from __future__ import annotations

from typing import Any

import factory
from factory.django import DjangoModelFactory

from core.accounts.actions import OrganisationKind, Role, Scope
from core.accounts.models import Membership, Organisation, User
from core.accounts.policy import Actor
from core.accounts.selectors import actor_for
from core.accounts.services import token_issue

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    """A person who can sign in with ``PASSWORD``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")

    @classmethod
    def _create(cls, model_class: type[User], *_: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(password=PASSWORD, **kwargs)


class OrganisationFactory(DjangoModelFactory[Organisation]):
    """A studio, unless told otherwise."""

    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = OrganisationKind.STUDIO


class MembershipFactory(DjangoModelFactory[Membership]):
    """An owner of a new organisation."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.OWNER


def actor_as(
    kind: OrganisationKind = OrganisationKind.STUDIO, role: Role = Role.OWNER, organisation: Organisation | None = None
) -> Actor:
    """Return the actor of a new person with this role, in a new organisation unless one is given."""
    membership = MembershipFactory.create(organisation=organisation or OrganisationFactory.create(kind=kind), role=role)
    return actor_for(membership)


def key_of(actor: Actor, scopes: frozenset[Scope] | None = None) -> str:
    """Return the text of a new API key of an actor."""
    return token_issue(actor=actor, label="test", scopes=actor.scopes if scopes is None else scopes).text
