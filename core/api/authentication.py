"""Who is asking: a bearer key or a signed-in session, as an ``Actor``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from typing_extensions import override

from core.accounts.models import User
from core.accounts.policy import Actor
from core.accounts.selectors import actor_for, actor_of_token, membership_in_force, token_of
from core.accounts.services import token_touch
from core.ids import Prefix, parse_public_id

ORGANISATION_IN_SESSION = "organisation"
_BAD_KEY = "This key is unknown, expired or revoked. Make a new one; nothing was changed."


def actor_of_key(text: str) -> tuple[User, Actor] | None:
    """Return the person and actor behind a key; None when the key is not live."""
    token = token_of(text)
    actor = actor_of_token(token) if token is not None else None
    if token is None or actor is None:
        return None
    token_touch(token=token)
    return token.user, actor


def actor_of_session(request: HttpRequest) -> Actor | None:
    """Return the actor of a signed-in session; None for a visitor."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    chosen = request.session.get(ORGANISATION_IN_SESSION)
    organisation_id = parse_public_id(Prefix.ORGANISATION, chosen) if chosen else None
    membership = membership_in_force(user, organisation_id)
    return actor_for(membership) if membership else None


def actor_of_request(request: HttpRequest) -> Actor | None:
    """Return the actor of a plain Django request: bearer key first, then session."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = actor_of_key(key.strip())
        return found[1] if found else None
    return actor_of_session(request)


class BearerKey(BaseAuthentication):
    """``Authorization: Bearer oc_live_…``."""

    @override
    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return person and actor, or None when no bearer key was sent."""
        parts = get_authorization_header(request).decode("latin-1").split()
        if not parts or parts[0].lower() != "bearer":
            return None
        found = actor_of_key(parts[1]) if len(parts) == 2 else None
        if found is None:
            raise AuthenticationFailed(_BAD_KEY)
        return found

    @override
    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a refusal is a 401."""
        return 'Bearer realm="offcut"'


class Session(SessionAuthentication):
    """The page's own session cookie; writes need the CSRF token."""

    @override
    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return person and actor of a signed-in session."""
        found = super().authenticate(request)
        if found is None:
            return None
        actor = actor_of_session(request._request)  # noqa: SLF001 - DRF's documented name for the Django request
        return (found[0], actor) if actor else None


class BearerKeyScheme(OpenApiAuthenticationExtension):
    """Describes the bearer key in the OpenAPI document."""

    target_class = "core.api.authentication.BearerKey"
    name = "bearer"

    @override
    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "oc_live_…"}


class SessionScheme(OpenApiAuthenticationExtension):
    """Describes the session cookie in the OpenAPI document."""

    target_class = "core.api.authentication.Session"
    name = "session"

    @override
    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
