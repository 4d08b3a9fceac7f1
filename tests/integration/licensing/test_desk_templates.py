"""Contract templates at the desk: what each is made of, what changed, and who stands on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.accounts.actions import OrganisationKind, Role
from core.accounts.models import User
from core.accounts.policy import Actor
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.editions import CURRENT
from licensing.domain.template import TEMPLATE_VERSION
from licensing.models import ContractVersion
from licensing.services.publishing import clause_approve, clause_draft, clause_submit
from tests.factories.core import actor_as
from tests.factories.licensing import in_review
from tests.factories.marketplace import studio_signed

pytestmark = pytest.mark.django_db

TEMPLATES = "/api/v1/desk/templates"


def desk(role: Role = Role.AUDITOR) -> Actor:
    return actor_as(OrganisationKind.PLATFORM, role)


def asked(actor: Actor, path: str = "") -> Any:
    client = Client()
    client.force_login(User.objects.get(memberships__organisation=actor.organisation_id))
    return client.get(f"{TEMPLATES}{path}")


def another_published() -> None:
    """Two people publish another version of a clause."""
    changes = {"summary": {"en": "How long training goes on.", "fr": "Combien de temps dure l'entraînement."}}
    row = clause_draft(actor=desk(Role.LEAD), code="TERM", changes=changes)
    clause_submit(actor=desk(Role.LEAD), code="TERM", version=row.version)
    clause_approve(actor=desk(Role.LEAD), code="TERM", version=row.version)


def test_approving_a_clause_version_is_what_publishes_a_template() -> None:
    reader, studio = desk(), studio_signed()
    in_review(studio, "AUDIT", per_year=3)
    another_published()
    newest, shipped = asked(reader).json()["data"]
    assert (newest["version"], newest["in_force"], newest["until"]) == (TEMPLATE_VERSION + 1, True, None)
    assert newest["changed"] == [{"code": "TERM", "version": CATALOGUE["TERM"].version + 1}]
    assert newest["agreements"] == {"signed": 0, "ended": 0, "open": 0}
    assert (shipped["version"], shipped["in_force"], shipped["until"]) == (TEMPLATE_VERSION, False, newest["since"])
    assert (shipped["changed"], shipped["agreements"]) == ([], {"signed": 1, "ended": 0, "open": 1})
    assert shipped["clause_count"] == newest["clause_count"] == len(CATALOGUE)
    assert newest["sha256"] == ContractVersion.objects.get(version=TEMPLATE_VERSION + 1).sha256


def test_a_template_holds_all_of_its_words_in_both_languages_and_they_make_its_hash() -> None:
    studio_signed()
    another_published()
    reader = desk()
    newest, shipped = (asked(reader, f"/{number}").json() for number in (TEMPLATE_VERSION + 1, TEMPLATE_VERSION))
    assert [clause["position"] for clause in newest["clauses"]] == list(range(1, len(CATALOGUE) + 1))
    for template, version in ((shipped, 0), (newest, 1)):
        [term] = [clause for clause in template["clauses"] if clause["code"] == "TERM"]
        assert term["version"] == CATALOGUE["TERM"].version + version
        assert template["sha256"] == CURRENT.contract_sha256([clause["sha256"] for clause in template["clauses"]])
    texts = [clause["text"] for clause in newest["clauses"]]
    texts += [text for part in newest["before"] + newest["after"] for text in part["paragraphs"]]
    assert all(text["en"].strip() and text["fr"].strip() for text in texts)
    around = [text["en"] for part in newest["before"] + newest["after"] for text in part["paragraphs"]]
    assert any("{licensor}" in text for text in around)
    assert around[-1].startswith("Notice")


def test_only_those_who_look_after_clauses_read_templates() -> None:
    studio_signed()
    for role in (Role.FINANCE, Role.FOOTAGE, Role.OPERATIONS):
        assert asked(desk(role)).json()["code"] == "role_missing"
    for role in (Role.OWNER, Role.LEAD, Role.CONTRACT):
        assert asked(desk(role), f"/{TEMPLATE_VERSION}").status_code == 200
    assert asked(desk(), "/0").status_code == asked(desk(), "/99999999999").status_code == 404
    assert asked(actor_as()).status_code == 403
