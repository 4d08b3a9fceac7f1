"""The audit trail and the contract templates as pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from core.accounts.models import Organisation, User
from core.accounts.policy import Actor
from core.audit import chains
from core.audit.models import AuditEvent
from core.audit.services import record
from core.ids import Prefix, public_id
from licensing.domain.template import TEMPLATE_VERSION
from tests.factories.core import actor_as
from tests.factories.marketplace import studio_signed
from tests.integration.core.test_audit_trail import happened, key_in, touched

pytestmark = pytest.mark.django_db


def desk(role: Role = Role.AUDITOR) -> Actor:
    return actor_as(OrganisationKind.PLATFORM, role)


def shown(actor: Actor, path: str = "/desk/audit", /, **query: str) -> Any:
    client = Client()
    client.force_login(User.objects.get(pk=key_in(actor.user_id)))
    return client.get(path, query)


def page(actor: Actor, path: str = "/desk/audit", /, **query: str) -> str:
    answer = shown(actor, path, **query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_touched_event_is_named_by_the_check_and_marked_in_the_list() -> None:
    reader, studio = desk(), happened(5)
    assert "5 events were recomputed and nothing was touched." in page(reader, check="begin")
    assert "changed since" not in page(reader)
    touched("UPDATE core_auditevent SET body = replace(body, 'noted', 'voted') WHERE sequence = 3")
    text = page(reader, check="begin")
    name = Organisation.objects.get(pk=key_in(studio.organisation_id)).name
    assert "1 chain is broken." in text
    assert f"<strong>{name}</strong><span>Event 3: an event was changed</span>" in text
    assert "nothing was touched" not in text
    assert text.count("changed since") == 1


def test_a_check_of_many_events_goes_on_with_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, _ = desk(), happened(5)
    monkeypatch.setattr(chains.part_check, "__defaults__", (chains.BEGINNING, 3))
    answer = shown(reader, check="begin")
    check = answer.context["check"]
    assert "3 events were recomputed so far and nothing was touched. There are more." in answer.content.decode()
    assert "2 events were recomputed and nothing was touched." in page(reader, check=check.goes_on)
    assert shown(reader, check="forged").status_code == 422


def test_conditions_are_kept_in_the_links_and_wrong_ones_are_explained() -> None:
    reader, studio = desk(), happened(60)
    record(actor=Actor.system(), action="job.given_up", subject="job_1", after={"error": "<b>disk</b>"})
    first = shown(reader, action="case")
    assert first.content.decode().count("case.noted</code></td>") == 50
    assert first.context["next"].startswith("action=case&cursor=")
    older = page(reader, action="case", cursor=first.context["next"].partition("cursor=")[2].replace("%3A", ":"))
    assert older.count("case.noted</code></td>") == 10
    own = public_id(Prefix.ORGANISATION, AuditEvent.objects.filter(chain=key_in(studio.organisation_id))[0].chain)
    assert "job.given_up" not in page(reader, organisation=own)
    system = page(reader, actor="system")
    assert "error: &lt;b&gt;disk&lt;/b&gt;" in system
    assert "format=csv&amp;actor=system" in system
    wrong = shown(reader, actor="somebody", action="case")
    assert wrong.status_code == 422
    assert 'aria-describedby="actor-wrong"' in wrong.content.decode()
    assert 'value="case"' in wrong.content.decode()
    assert "/api/v1/desk/audit/export" not in wrong.content.decode()


def test_the_links_to_both_are_there_for_those_who_may_read_them() -> None:
    studio_signed()
    for role, links in ((Role.AUDITOR, (1, 1)), (Role.CONTRACT, (1, 0)), (Role.FINANCE, (0, 0))):
        text = page(desk(role), "/verify")
        assert tuple(text.count(f'href="/desk/{name}"') for name in ("templates", "audit")) == links, role
    assert shown(desk(Role.CONTRACT)).status_code == shown(desk(Role.FINANCE), "/desk/templates").status_code == 403


def test_a_template_is_shown_in_both_languages_side_by_side() -> None:
    studio_signed()
    reader = desk()
    text = page(reader, "/desk/templates")
    assert f'href="/desk/templates/{TEMPLATE_VERSION}"' in text
    text = page(reader, f"/desk/templates/{TEMPLATE_VERSION}")
    assert text.count('class="side" lang="en"') == text.count('class="side" lang="fr"') == 40
    assert shown(reader, "/desk/templates/77").status_code == 404
