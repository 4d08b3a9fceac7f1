"""Reading accounts: who is this key, which organisations does a person act for."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.db.models import QuerySet

from core.accounts.actions import OrganisationKind, Role, Scope
from core.accounts.models import ApiToken, Membership, User
from core.accounts.policy import Actor
from core.accounts.tokens import digest_of, lookup_of
from core.clock import now


def memberships_of(user: User) -> QuerySet[Membership]:
    """Return a person's memberships with their organisations, oldest first."""
    return Membership.objects.filter(user=user).select_related("organisation").order_by("id")


def actor_for(membership: Membership) -> Actor:
    """Return the actor a signed-in person is in one organisation, with every scope of a session."""
    return Actor(
        membership.user_id,
        membership.organisation_id,
        OrganisationKind(membership.organisation.kind),
        Role(membership.role),
        frozenset(Scope),
    )


def membership_in_force(user: User, organisation_id: UUID | None) -> Membership | None:
    """Return the membership to act under: the chosen organisation's, else the oldest."""
    memberships = memberships_of(user)
    if organisation_id is not None:
        memberships = memberships.filter(organisation_id=organisation_id)
    return memberships.first()


def token_of(text: str) -> ApiToken | None:
    """Return the live token behind a presented key, or None when unknown, expired or revoked."""
    lookup = lookup_of(text)
    if lookup is None:
        return None
    token = (
        ApiToken.objects.filter(lookup=lookup, revoked_at=None, expires_at__gt=now(), user__is_active=True)
        .select_related("user", "organisation")
        .first()
    )
    if token is None or not secrets.compare_digest(token.digest, digest_of(text)):
        return None
    return token


def actor_of_token(token: ApiToken) -> Actor | None:
    """Return the actor a token stands for; None when its owner has left the organisation."""
    membership = membership_in_force(token.user, token.organisation_id)
    if membership is None:
        return None
    session = actor_for(membership)
    scopes = frozenset(Scope(scope) for scope in token.scopes)
    return Actor(session.user_id, session.organisation_id, session.organisation_kind, session.role, scopes)


def tokens_visible_to(actor: Actor) -> QuerySet[ApiToken]:
    """Return the actor's own tokens in the present organisation."""
    if actor.user_id is None or actor.organisation_id is None:
        return ApiToken.objects.none()
    return ApiToken.objects.filter(user_id=actor.user_id, organisation_id=actor.organisation_id)
