"""Signing in and keys over HTTP."""

from __future__ import annotations

import pytest
from django.test import Client

from core.accounts.actions import OrganisationKind, Role, Scope
from core.accounts.models import ApiToken
from core.accounts.services import member_add
from core.errors import DomainError
from tests.factories.core import PASSWORD, MembershipFactory, OrganisationFactory, UserFactory, actor_as, key_of

pytestmark = pytest.mark.django_db


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_password_buys_a_key_that_works_until_it_is_revoked(client: Client) -> None:
    membership = MembershipFactory.create()
    answer = client.post(
        "/api/v1/auth/token", {"email": membership.user.email, "password": PASSWORD}, content_type="application/json"
    )
    assert answer.status_code == 201
    made = answer.json()
    assert made["organisation"] == {
        "id": membership.organisation.public_id,
        "name": membership.organisation.name,
        "kind": "studio",
    }
    headers = bearer(made["token"])
    me = client.get("/api/v1/me", headers=headers)
    assert (me.status_code, me.json()["email"], me.json()["role"]) == (200, membership.user.email, "owner")
    assert client.delete(f"/api/v1/tokens/{made['id']}", headers=headers).status_code == 200
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_the_text_of_a_key_is_nowhere_in_the_database() -> None:
    text = key_of(actor_as())
    row = ApiToken.objects.get()
    secret = text.split("_")[3]
    assert secret not in " ".join(str(value) for value in vars(row).values())


@pytest.mark.parametrize(
    "body",
    [
        {"email": "nobody@example.org", "password": PASSWORD},
        {"email": "somebody@example.org", "password": "wrong password"},
    ],
)
def test_an_unknown_address_and_a_wrong_password_get_the_same_refusal(client: Client, body: dict[str, str]) -> None:
    MembershipFactory.create(user=UserFactory.create(email="somebody@example.org"))
    answer = client.post("/api/v1/auth/token", body, content_type="application/json")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["title"]) == ("sign_in_failed", "The e-mail address or password is not right")
    assert problem["request_id"] == answer["X-Request-Id"]


def test_malformed_input_names_each_value_by_pointer(client: Client) -> None:
    answer = client.post("/api/v1/auth/token", {"email": "not an address"}, content_type="application/json")
    assert answer.status_code == 422
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/email", "/password"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer oc_live_nonsense"}, {"Authorization": "Bearer"}])
def test_without_a_live_key_the_answer_is_401(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth_required")
    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_key_cannot_hold_more_than_its_maker(client: Client) -> None:
    actor = actor_as()
    narrow = key_of(actor, frozenset({Scope.LIBRARY_READ}))
    answer = client.post(
        "/api/v1/tokens",
        {"label": "wide", "scopes": ["library:read", "org:admin"]},
        content_type="application/json",
        headers=bearer(narrow),
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert ApiToken.objects.count() == 1


def test_somebody_elses_key_is_not_found(client: Client) -> None:
    theirs = key_of(actor_as())
    token = ApiToken.objects.get()
    answer = client.delete(f"/api/v1/tokens/{token.public_id}", headers=bearer(key_of(actor_as())))
    assert answer.status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    assert client.get("/api/v1/me", headers=bearer(theirs)).status_code == 200


def test_losing_a_membership_ends_its_keys_at_once(client: Client) -> None:
    membership = MembershipFactory.create()
    actor = actor_as(organisation=membership.organisation)
    key = key_of(actor)
    membership.organisation.memberships.exclude(pk=membership.pk).delete()
    assert client.get("/api/v1/me", headers=bearer(key)).status_code == 401


def test_a_role_must_exist_in_that_kind_of_organisation() -> None:
    owner = actor_as(OrganisationKind.BUYER)
    assert owner.organisation_id is not None
    with pytest.raises(DomainError) as refusal:
        member_add(actor=owner, organisation_id=owner.organisation_id, user=UserFactory.create(), role=Role.UPLOADER)
    assert refusal.value.code == "role_unsuitable"


def test_only_an_owner_adds_members_and_only_to_their_own_organisation() -> None:
    viewer = actor_as(OrganisationKind.BUYER, Role.VIEWER)
    assert viewer.organisation_id is not None
    with pytest.raises(DomainError) as refusal:
        member_add(actor=viewer, organisation_id=viewer.organisation_id, user=UserFactory.create(), role=Role.VIEWER)
    assert refusal.value.code == "role_missing"
    with pytest.raises(DomainError) as refusal:
        member_add(
            actor=actor_as(),
            organisation_id=OrganisationFactory.create().pk,
            user=UserFactory.create(),
            role=Role.OWNER,
        )
    assert refusal.value.code == "not_found"


def test_a_page_of_keys_leads_to_the_next(client: Client) -> None:
    actor = actor_as()
    key = key_of(actor)
    for _ in range(4):
        key_of(actor)
    first = client.get("/api/v1/tokens?limit=3", headers=bearer(key)).json()
    second = client.get("/api/v1/tokens", {"limit": 3, "cursor": first["next_cursor"]}, headers=bearer(key)).json()
    ids = [row["id"] for row in first["data"] + second["data"]]
    assert (len(ids), ids, second["has_more"]) == (5, sorted(ids, reverse=True), False)
    broken = client.get("/api/v1/tokens", {"cursor": first["next_cursor"] + "x"}, headers=bearer(key))
    assert (broken.status_code, broken.json()["code"]) == (422, "cursor_unreadable")
