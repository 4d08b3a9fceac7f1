"""Who may do what, as data: roles, scopes, kinds of organisation, and the ``Action`` each floor declares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class OrganisationKind(StrEnum):
    """What an organisation is here for."""

    STUDIO = "studio"
    BUYER = "buyer"
    PLATFORM = "platform"


class Role(StrEnum):
    """What a person does in an organisation."""

    OWNER = "owner"
    MANAGER = "manager"
    UPLOADER = "uploader"
    ACCOUNTANT = "accountant"
    ENGINEER = "engineer"
    LEGAL = "legal"
    PROCUREMENT = "procurement"
    VIEWER = "viewer"
    CONTRACT = "contract"
    FOOTAGE = "footage"
    FINANCE = "finance"
    OPERATIONS = "operations"
    LEAD = "lead"
    AUDITOR = "auditor"


class Scope(StrEnum):
    """What a token may be used for; a session holds every scope its role allows."""

    LIBRARY_READ = "library:read"
    LIBRARY_WRITE = "library:write"
    TERMS_WRITE = "terms:write"
    EARNINGS_READ = "earnings:read"
    CATALOG_READ = "catalog:read"
    QUOTES_WRITE = "quotes:write"
    ORDERS_WRITE = "orders:write"
    DATASETS_READ = "datasets:read"
    LICENCES_READ = "licences:read"
    ORG_ADMIN = "org:admin"
    DESK_REVIEW = "desk:review"
    DESK_ADMIN = "desk:admin"


ROLES_OF: Final[dict[OrganisationKind, frozenset[Role]]] = {
    OrganisationKind.STUDIO: frozenset({Role.OWNER, Role.MANAGER, Role.UPLOADER, Role.ACCOUNTANT}),
    OrganisationKind.BUYER: frozenset({Role.OWNER, Role.ENGINEER, Role.LEGAL, Role.PROCUREMENT, Role.VIEWER}),
    OrganisationKind.PLATFORM: frozenset(
        {Role.OWNER, Role.CONTRACT, Role.FOOTAGE, Role.FINANCE, Role.OPERATIONS, Role.LEAD, Role.AUDITOR}
    ),
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done: its name, the scope a token needs, who may do it."""

    name: str
    scope: Scope
    kinds: frozenset[OrganisationKind]
    roles: frozenset[Role]


ORGANISATION_ADMINISTER: Final = Action(
    "organisation.administer", Scope.ORG_ADMIN, frozenset(OrganisationKind), frozenset({Role.OWNER})
)
