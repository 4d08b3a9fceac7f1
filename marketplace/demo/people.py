"""Three sample people: a creator, a buyer and a reviewer, each in an organisation of their own."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.accounts.actions import OrganisationKind, Role
from core.accounts.models import Membership, User
from core.accounts.policy import Actor
from core.accounts.services import member_add, organisation_create


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    name: str
    email: str
    password: str
    organisation: str


@dataclass(frozen=True, slots=True)
class People:
    """The three of the story."""

    creator: Person
    buyer: Person
    reviewer: Person

    def all(self) -> tuple[Person, Person, Person]:
        """Return them in the order they appear."""
        return self.creator, self.buyer, self.reviewer


_CAST: Final = (
    ("creator", "Camille Renard", "creator@demo.example", "Studio Renard", OrganisationKind.STUDIO),
    ("buyer", "Priya Nair", "buyer@demo.example", "Northlight AI", OrganisationKind.BUYER),
    ("reviewer", "Jonas Weber", "reviewer@demo.example", "Offcut desk", OrganisationKind.PLATFORM),
)


def people_ensure(*, keys: Path) -> People:
    """Make the three people unless they exist; their random passwords stay in ``keys`` (mode 0600)."""
    passwords = _passwords(keys / "demo_people.json")
    found = {
        part: _ensure(Person(name, email, passwords[part], organisation), kind)
        for part, name, email, organisation, kind in _CAST
    }
    return People(**found)


def _ensure(person: Person, kind: OrganisationKind) -> Person:
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(
            person.email, person.password, name=person.name, is_staff=kind is OrganisationKind.PLATFORM
        )
    elif not user.check_password(person.password):
        user.set_password(person.password)
        user.save(update_fields=["password"])
    if not Membership.objects.filter(user=user).exists():
        organisation = organisation_create(actor=Actor.system(), name=person.organisation, kind=kind, owner=user)
        if kind is OrganisationKind.PLATFORM:
            member_add(actor=Actor.system(), organisation_id=organisation.id, user=user, role=Role.LEAD)
    return person


def _passwords(path: Path) -> dict[str, str]:
    if path.is_file():
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    made = {part: secrets.token_urlsafe(12) for part, *_ in _CAST}
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(made, file)
    return made
