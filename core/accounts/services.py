"""Changing accounts: organisations, members, tokens, sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth import authenticate
from django.db import transaction

from core.accounts.actions import ORGANISATION_ADMINISTER, ROLES_OF, OrganisationKind, Role, Scope
from core.accounts.models import ApiToken, Membership, Organisation, User
from core.accounts.policy import ROLE_MISSING, Actor, require
from core.accounts.selectors import membership_in_force, tokens_visible_to
from core.accounts.tokens import token_make
from core.audit.services import record
from core.clock import now
from core.errors import ErrorCode, Kind
from core.ids import NOT_FOUND, Prefix, public_id

SIGN_IN_FAILED = ErrorCode("sign_in_failed", Kind.UNAUTHENTICATED, "The e-mail address or password is not right")
ROLE_UNSUITABLE = ErrorCode("role_unsuitable", Kind.INVALID, "That role does not exist in this kind of organisation")

TOKEN_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token and its text, which is shown this once."""

    token: ApiToken
    text: str


def organisation_create(*, actor: Actor, name: str, kind: OrganisationKind, owner: User) -> Organisation:
    """Open an organisation with its first owner."""
    with transaction.atomic():
        organisation = Organisation.objects.create(name=name, kind=kind)
        Membership.objects.create(user=owner, organisation=organisation, role=Role.OWNER)
        record(
            actor=actor,
            action="organisation.created",
            subject=organisation.public_id,
            organisation_id=organisation.id,
            after={"name": name, "kind": str(kind)},
        )
    return organisation


def member_add(*, actor: Actor, organisation_id: UUID, user: User, role: Role) -> Membership:
    """Give a person a role in an organisation."""
    require(actor, ORGANISATION_ADMINISTER, organisation_id)
    with transaction.atomic():
        organisation = Organisation.objects.get(pk=organisation_id)
        if role not in ROLES_OF[OrganisationKind(organisation.kind)]:
            raise ROLE_UNSUITABLE(f"A {organisation.kind} has no role {role}. Nothing changed.")
        membership, _ = Membership.objects.update_or_create(
            user=user, organisation=organisation, defaults={"role": role}
        )
        record(
            actor=actor,
            action="member.added",
            subject=user.public_id,
            organisation_id=organisation_id,
            after={"role": str(role)},
        )
    return membership


def token_issue(*, actor: Actor, label: str, scopes: frozenset[Scope], days: int = TOKEN_DAYS) -> IssuedToken:
    """Make a key for the acting person; it can hold no scope that the actor lacks."""
    if actor.user_id is None or actor.organisation_id is None or not scopes <= actor.scopes:
        raise ROLE_MISSING("A key cannot hold more than you hold yourself. No key was made.")
    made = token_make()
    with transaction.atomic():
        token = ApiToken.objects.create(
            user_id=actor.user_id,
            organisation_id=actor.organisation_id,
            label=label,
            lookup=made.lookup,
            digest=made.digest,
            scopes=sorted(scopes),
            expires_at=now() + timedelta(days=days),
        )
        record(actor=actor, action="token.issued", subject=token.public_id, after={"label": label})
    return IssuedToken(token, made.text)


def token_revoke(*, actor: Actor, token_id: UUID) -> ApiToken:
    """Make a key useless from the next request on."""
    with transaction.atomic():
        token = tokens_visible_to(actor).select_for_update(of=("self",)).filter(pk=token_id).first()
        if token is None:
            raise NOT_FOUND(f"You have no key {public_id(Prefix.TOKEN, token_id)}.")
        if token.revoked_at is None:
            token.revoked_at = now()
            token.save(update_fields=["revoked_at"])
            record(actor=actor, action="token.revoked", subject=token.public_id)
    return token


def token_touch(*, token: ApiToken) -> None:
    """Note that a key was used; at most once a minute, so that reading stays reading."""
    moment = now()
    if token.last_used_at is None or moment - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=moment)


def person_sign_in(*, email: str, password: str) -> Membership:
    """Check an address and password; return the membership to act under.

    The refusal is the same whether the address is unknown or the password wrong.
    """
    user = authenticate(username=email.strip().lower(), password=password)
    membership = membership_in_force(user, None) if isinstance(user, User) else None
    if membership is None:
        raise SIGN_IN_FAILED("Check both and try again; your data is untouched.")
    return membership
