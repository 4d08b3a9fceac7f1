"""Signing in, knowing oneself, keys."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.throttling import ScopedRateThrottle

from core.accounts.actions import Scope
from core.accounts.models import ApiToken, Membership, User
from core.accounts.policy import ROLE_MISSING
from core.accounts.selectors import actor_for, membership_in_force, tokens_visible_to
from core.accounts.services import (
    SIGN_IN_FAILED,
    IssuedToken,
    person_sign_in,
    token_issue,
    token_revoke,
)
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.api.problems import RATE_LIMITED
from core.ids import NOT_FOUND, Prefix

_LABEL_LENGTH: Final = 80


class OrganisationOut(serializers.Serializer[Any]):
    """An organisation, briefly."""

    id = PublicIdField(Prefix.ORGANISATION)
    name = serializers.CharField()
    kind = serializers.CharField()


class SignIn(serializers.Serializer[Any]):
    """An address and a password, for a program that wants a key."""

    email = serializers.EmailField()
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    label = serializers.CharField(max_length=_LABEL_LENGTH, default="command line")  # type: ignore[assignment]  # our word, also DRF's


class TokenOut(serializers.Serializer[Any]):
    """A key, without its text."""

    id = PublicIdField(Prefix.TOKEN)
    label = serializers.CharField()  # type: ignore[assignment]  # our word, also DRF's
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class IssuedTokenOut(serializers.Serializer[Any]):
    """A new key; ``token`` is shown this once."""

    id = PublicIdField(Prefix.TOKEN, source="token.id")
    token = serializers.CharField(source="text")
    expires_at = serializers.DateTimeField(source="token.expires_at")
    organisation = OrganisationOut(source="token.organisation")
    scopes = serializers.ListField(child=serializers.CharField(), source="token.scopes")


class TokenNew(serializers.Serializer[Any]):
    """What a new key may do."""

    label = serializers.CharField(max_length=_LABEL_LENGTH)  # type: ignore[assignment]  # our word, also DRF's
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=[str(scope) for scope in Scope]), min_length=1)
    days = serializers.IntegerField(min_value=1, max_value=365, default=90)


class MeOut(serializers.Serializer[Any]):
    """Who is asking, and on whose behalf."""

    id = PublicIdField(Prefix.USER, source="user.id")
    name = serializers.CharField(source="user.name")
    email = serializers.EmailField(source="user.email")
    language = serializers.CharField(source="user.language")
    organisation = OrganisationOut()
    role = serializers.CharField()


class AuthToken(Resource):
    """Where the command line gets its key."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "sign_in"

    @operation(
        summary="Sign in for a key",
        input=SignIn,
        output=IssuedTokenOut,
        status=201,
        public=True,
        problems=(SIGN_IN_FAILED, RATE_LIMITED),
    )
    def post(self, call: Call) -> IssuedToken:
        """Check an address and password; answer with a key that holds every scope of the person's role."""
        membership = person_sign_in(email=call.data["email"], password=call.data["password"])
        actor = actor_for(membership)
        return token_issue(actor=actor, label=call.data["label"], scopes=actor.scopes)


class Me(Resource):
    """The asking person."""

    @operation(summary="Who am I", output=MeOut)
    def get(self, call: Call) -> Membership:
        """Return the person, the organisation they act for and their role in it."""
        user = call.request.user
        membership = membership_in_force(user, call.actor.organisation_id) if isinstance(user, User) else None
        if membership is None:
            raise NOT_FOUND("You belong to no organisation yet.")
        return membership


class TokenCollection(Resource):
    """The asking person's keys."""

    @operation(summary="List my keys", output=TokenOut, paginated=True)
    def get(self, call: Call) -> Page[ApiToken]:
        """Return the keys of the acting person in the present organisation, newest first."""
        keys: QuerySet[ApiToken] = tokens_visible_to(call.actor)
        return call.page(keys)

    @operation(summary="Make a key", input=TokenNew, output=IssuedTokenOut, status=201, problems=(ROLE_MISSING,))
    def post(self, call: Call) -> IssuedToken:
        """Make a key with some of one's own scopes. Its text is in this answer only."""
        scopes = frozenset(Scope(scope) for scope in call.data["scopes"])
        return token_issue(actor=call.actor, label=call.data["label"], scopes=scopes, days=call.data["days"])


class TokenDetail(Resource):
    """One key."""

    @operation(summary="Revoke a key", output=TokenOut)
    def delete(self, call: Call) -> ApiToken:
        """Make a key useless from the next request on."""
        return token_revoke(actor=call.actor, token_id=call.id("token_id", Prefix.TOKEN))
