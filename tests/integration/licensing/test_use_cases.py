"""Use cases over HTTP: stated once, versioned, seen by their buyer only."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id, public_id
from licensing.models import UseCase, UseCaseVersion
from licensing.selectors.pricing import need_of, needs_standing, newest_version, use_case_get
from tests.factories.core import actor_as, key_of

pytestmark = pytest.mark.django_db
VALUES = {"purposes": ["finetune"], "model_classes": ["video_gen"], "accepts": ["NO_REPLICA"]}


@pytest.fixture
def buyer() -> Actor:
    return actor_as(OrganisationKind.BUYER)


def sent(client: Client, actor: Actor, path: str, body: object | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key_of(actor)}"}
    if body is None:
        return client.get(f"/api/v1{path}", headers=headers)
    return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def test_a_buyer_states_a_need_from_a_preset(client: Client, buyer: Actor) -> None:
    answer = sent(client, buyer, "/use_cases", {"name": "Spring model", "preset": "text_to_video"})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["name"], body["version"], body["scope"]) == ("Spring model", 1, "generative")
    assert body["values"]["purposes"] == ["finetune", "pretrain"]
    assert body["values"]["territory"] == {"allow": None, "deny": []}
    assert sent(client, buyer, f"/use_cases/{body['id']}").json() == body
    assert sent(client, buyer, "/use_cases").json()["data"] == [body]


def test_values_go_over_the_preset(client: Client, buyer: Actor) -> None:
    body = {"name": "France", "preset": "research", "values": {"term_months": 36, "territory": {"allow": ["FR"]}}}
    values = sent(client, buyer, "/use_cases", body).json()["values"]
    assert (values["term_months"], values["commercial"]) == (36, False)
    assert values["storage"] == values["territory"] == {"allow": ["FR"], "deny": []}


def test_saying_the_same_again_stores_nothing_and_something_else_is_refused(client: Client, buyer: Actor) -> None:
    first = sent(client, buyer, "/use_cases", {"name": "Demo", "values": VALUES})
    again = sent(client, buyer, "/use_cases", {"name": " Demo ", "values": VALUES})
    assert first.json() == again.json()
    other = sent(client, buyer, "/use_cases", {"name": "Demo", "preset": "robotics"})
    assert (other.status_code, other.json()["code"]) == (409, "use_case_name_taken")
    assert (UseCase.objects.count(), UseCaseVersion.objects.count()) == (1, 1)


def test_a_new_version_leaves_the_older_one_as_it_was(client: Client, buyer: Actor) -> None:
    stated = sent(client, buyer, "/use_cases", {"name": "Demo", "values": VALUES}).json()
    path = f"/use_cases/{stated['id']}/versions"
    changed = sent(client, buyer, path, {"values": {"term_months": 60}})
    assert (changed.status_code, changed.json()["version"], changed.json()["values"]["term_months"]) == (201, 2, 60)
    assert sent(client, buyer, path, {"values": {"term_months": 60}}).json()["version"] == 2
    first = UseCaseVersion.objects.get(number=1)
    assert first.values["term_months"] == 24
    assert first.sha256 == stated["sha256"]
    with pytest.raises(DatabaseError), transaction.atomic():
        UseCaseVersion.objects.filter(pk=first.pk).update(number=3)


def test_a_need_names_its_buyer_when_it_is_matched(client: Client, buyer: Actor) -> None:
    stated = sent(client, buyer, "/use_cases", {"name": "Demo", "values": VALUES}).json()
    use_case = use_case_get(buyer, parse_public_id(Prefix.USE_CASE, stated["id"]))
    assert buyer.organisation_id is not None
    assert need_of(newest_version(use_case)).organisation == public_id(Prefix.ORGANISATION, buyer.organisation_id)


@pytest.mark.parametrize(
    ("body", "code", "place"),
    [
        ({"name": "x", "values": {}}, "use_case_invalid", "/purposes"),
        ({"name": "x", "preset": "everything"}, "use_case_invalid", "/preset"),
        ({"name": "x", "values": VALUES | {"people": "all"}}, "use_case_invalid", "/people"),
        ({"values": VALUES}, "invalid", "/name"),
        ({"name": "x", "values": VALUES, "colour": 1}, "invalid", "/colour"),
    ],
)
def test_a_wrong_use_case_is_refused_with_its_place(
    client: Client, buyer: Actor, body: object, code: str, place: str
) -> None:
    answer = sent(client, buyer, "/use_cases", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert place in [error["pointer"] for error in answer.json()["errors"]]
    assert not UseCase.objects.exists()


def test_a_use_case_belongs_to_its_buyer(client: Client, buyer: Actor) -> None:
    path = f"/use_cases/{sent(client, buyer, '/use_cases', {'name': 'Demo', 'values': VALUES}).json()['id']}"
    assert client.get(f"/api/v1{path}").status_code == 401
    other = actor_as(OrganisationKind.BUYER)
    assert sent(client, other, path).status_code == 404
    assert sent(client, other, f"{path}/versions", {"preset": "robotics"}).status_code == 404
    assert sent(client, other, "/use_cases").json()["data"] == []
    assert sent(client, actor_as(OrganisationKind.STUDIO), path).json()["code"] == "role_missing"
    viewer = actor_as(OrganisationKind.BUYER, Role.VIEWER)
    assert sent(client, viewer, "/use_cases", {"name": "Demo", "values": VALUES}).json()["code"] == "role_missing"
    assert UseCaseVersion.objects.count() == 1


def test_what_is_needed_today_reads_the_newest_versions_of_those_asked_about_only(client: Client, buyer: Actor) -> None:
    stated = [sent(client, buyer, "/use_cases", {"name": name, "values": VALUES}).json() for name in ("A", "B")]
    for months in (36, 60):
        sent(client, buyer, f"/use_cases/{stated[0]['id']}/versions", {"values": {"term_months": months}})
    one, two = (parse_public_id(Prefix.USE_CASE, body["id"]) for body in stated)
    with CaptureQueriesContext(connection) as asked:
        (need,) = needs_standing([one]).values()
    assert need.term_months == 60
    assert len(asked) == 1
    with connection.cursor() as cursor:
        cursor.execute(asked[0]["sql"])
        assert len(cursor.fetchall()) == 1
    assert needs_standing([one, two]).keys() == {one, two}
    assert needs_standing([]) == {}
