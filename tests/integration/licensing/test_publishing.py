"""A clause version is drafted by one person and approved by another; then it is in force and never changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from core.accounts.actions import Role
from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.errors import DomainError
from licensing.domain.catalogue import CATALOGUE
from licensing.domain.clause_reading import clause_read
from licensing.domain.clauses import clause_facts
from licensing.domain.states import ClauseState
from licensing.domain.wording import Language
from licensing.models import ClauseVersion, ContractVersion
from licensing.selectors.agreements import agreement_get, agreement_text
from licensing.selectors.terms import (
    catalogue_in_force,
    clause_data,
    clause_for,
    clause_version_get,
    contract_in_force,
    effective_values,
    newest_chosen,
)
from licensing.services.agreements import agreement_amend, agreement_draft
from licensing.services.catalogue import catalogue_load
from licensing.services.profiles import terms_profile_create, terms_profile_restate
from licensing.services.publishing import clause_approve, clause_draft, clause_retire, clause_return, clause_submit
from tests.factories.licensing import NO_SOCIETY, creator, reviewer

pytestmark = pytest.mark.django_db

EN = "A Licence opens the Footage to new training for {training_access_months}, and then no more."
FR = "Une Licence ouvre les Rushes à de nouveaux entraînements pendant {training_access_months}, puis plus."


@contextmanager
def refused(code: str, pointer: str | None = None) -> Iterator[None]:
    with pytest.raises(DomainError) as error:
        yield
    assert error.value.code == code
    assert pointer is None or error.value.extra["pointer"] == pointer


@pytest.fixture(autouse=True)
def loaded() -> None:
    catalogue_load()


def drafted(actor: Actor, **changes: object) -> ClauseVersion:
    return clause_draft(actor=actor, code="TERM", changes=changes or {"text": {"en": EN, "fr": FR}})


def approved(**changes: object) -> ClauseVersion:
    row = drafted(reviewer(Role.LEAD), **changes)
    clause_submit(actor=reviewer(Role.LEAD), code=row.code, version=row.version)
    return clause_approve(actor=reviewer(Role.LEAD), code=row.code, version=row.version)


def test_what_ships_is_read_back_from_the_database_exactly() -> None:
    stored = {row.code: clause_for(row) for row in ClauseVersion.objects.all()}
    assert stored == dict(CATALOGUE)
    assert catalogue_in_force() == dict(CATALOGUE)


def test_two_people_publish_a_version_and_new_terms_use_it() -> None:
    maker = creator()
    before = terms_profile_create(actor=maker, name="Before", preset="careful", changes=NO_SOCIETY)
    old = agreement_draft(actor=maker, terms_profile_id=before.id)
    row = approved()
    assert (row.version, row.state) == (CATALOGUE["TERM"].version + 1, ClauseState.APPROVED)
    assert row.author_id != row.reviewer_id
    assert row.approved_at is not None
    assert clause_version_get("TERM") == row
    assert catalogue_in_force()["TERM"].text.en == EN.replace("'", "’")
    after = terms_profile_create(actor=maker, name="After", preset="careful", changes=NO_SOCIETY)
    new = agreement_draft(actor=maker, terms_profile_id=after.id)
    assert "opens the Footage to new training for 24 months" in agreement_text(agreement_get(maker, new.id)).text.en
    assert "opens the Footage to new training" not in agreement_text(agreement_get(maker, old.id)).text.en
    told = AuditEvent.objects.filter(body__contains='"clause.approved"').get()
    assert json.loads(told.body)["after"]["sha256"] == row.sha256


def test_the_author_cannot_approve_and_nothing_changes() -> None:
    author = reviewer(Role.LEAD)
    row = drafted(author)
    clause_submit(actor=author, code="TERM", version=row.version)
    with refused("second_person"):
        clause_approve(actor=author, code="TERM", version=row.version)
    row.refresh_from_db()
    assert (row.state, row.reviewer_id, row.approved_at) == (ClauseState.IN_REVIEW, None, None)
    assert clause_version_get("TERM").version == CATALOGUE["TERM"].version
    assert ContractVersion.objects.count() == 1


def test_a_draft_that_was_not_submitted_cannot_be_approved() -> None:
    row = drafted(reviewer(Role.LEAD))
    with refused("illegal_transition"):
        clause_approve(actor=reviewer(Role.LEAD), code="TERM", version=row.version)


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"text": {"en": EN}}, "language_missing", "/text/fr"),
        ({"text": {"en": EN, "fr": " "}}, "language_missing", "/text/fr"),
        ({"title": {"fr": "Durée"}}, "language_missing", "/title/en"),
        ({"summary": {"en": "How long."}}, "language_missing", "/summary/fr"),
        ({"text": {"en": "For ever.", "fr": FR}}, "value_without_text", "/text/en"),
        ({"text": {"en": EN, "fr": "Toujours."}}, "value_without_text", "/text/fr"),
        ({"text": {"en": EN + " {grace_days}", "fr": FR}}, "placeholder_without_value", "/text/en"),
        ({"text": {"en": EN, "fr": FR + " {grace_days}"}}, "placeholder_without_value", "/text/fr"),
        ({"text": {"en": EN, "fr": FR, "de": "Immer."}}, "clause_invalid", None),
        ({"fallbacks": [{"rank": 2, "summary": {"en": "a", "fr": "b"}, "values": {}}]}, "clause_invalid", None),
        (
            {"fallbacks": [{"rank": 1, "summary": {"en": "a"}, "values": {}}]},
            "language_missing",
            "/fallbacks/0/summary/fr",
        ),
        ({"needs": [["gone", [True], "training_access_months"]]}, "clause_invalid", "/needs/0"),
        ({"parameters": []}, "value_without_text", None),
        ({"title": {"en": "Term", "fr": "Durée"}}, "clause_unchanged", None),
    ],
)
def test_what_is_not_whole_in_both_languages_is_refused(
    changes: Mapping[str, object], code: str, pointer: str | None
) -> None:
    if code == "clause_unchanged":
        changes = {"title": {item: getattr(CATALOGUE["TERM"].title, item) for item in ("en", "fr")}}
    if changes == {"parameters": []}:
        code = "placeholder_without_value"
    with refused(code, pointer):
        drafted(reviewer(Role.LEAD), **changes)
    assert not ClauseVersion.objects.exclude(state=ClauseState.APPROVED).exists()


def parameters(code: str) -> list[dict[str, Any]]:
    stored: list[dict[str, Any]] = json.loads(json.dumps(clause_facts(CATALOGUE[code])["parameters"]))
    return stored


def test_a_value_without_words_is_refused_and_so_is_one_that_machines_no_longer_find() -> None:
    more = parameters("TERM")
    more.append({**more[0], "name": "grace_months"})
    with refused("value_without_text", "/text/en"):
        drafted(reviewer(Role.LEAD), parameters=more)
    renamed = [{**item, "name": "months"} for item in parameters("TERM")]
    text = {"en": EN.replace("training_access_months", "months"), "fr": FR.replace("training_access_months", "months")}
    with refused("machine_changed"):
        drafted(reviewer(Role.LEAD), parameters=renamed, text=text)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("default", 25),
        ("default", "24"),
        ("kind", "number"),
        ("band", [0, 1]),
        ("unit", {"en": "month|months"}),
        ("low", None),
    ],
)
def test_a_parameter_that_does_not_hold_together_is_refused(member: str, value: object) -> None:
    wrong = [{**item, member: value} for item in parameters("TERM")]
    with pytest.raises(DomainError) as error:
        drafted(reviewer(Role.LEAD), parameters=wrong)
    assert error.value.code in {"clause_invalid", "language_missing"}
    assert str(error.value.extra["pointer"]).startswith("/parameters/0/")


def test_a_version_may_add_a_value_and_older_terms_keep_reading() -> None:
    maker = creator()
    profile = terms_profile_create(actor=maker, name="Mine", preset="careful", changes=NO_SOCIETY)
    more = parameters("TERM")
    more.append(
        {"kind": "whole", "name": "grace_days", "label": {"en": "Grace", "fr": "Sursis"},
         "unit": {"en": "day|days", "fr": "jour|jours"}, "low": 0, "high": 60, "default": 10, "band": [0, 30]}
    )  # fmt: skip
    text = {"en": EN + " Grace: {grace_days}.", "fr": FR + " Sursis : {grace_days}."}
    row = approved(parameters=more, text=text)
    clause = clause_for(row)
    values = clause.parse({"grace_days": 21})
    assert clause.read(clause.render(values, Language.FR), Language.FR) == values
    restated = terms_profile_restate(actor=maker, profile_id=profile.id, changes={"TERM": {"grace_days": 20}})
    assert newest_chosen(restated).values["TERM"]["grace_days"] == 20
    assert effective_values(newest_chosen(restated))["TERM"]["training_access_months"] == 24


def test_drafting_again_replaces_the_draft_and_review_closes_it() -> None:
    first = drafted(reviewer(Role.LEAD))
    second = drafted(reviewer(Role.CONTRACT), summary={"en": "How long.", "fr": "Combien de temps."})
    assert (second.id, second.version) == (first.id, first.version)
    assert second.text_en == CATALOGUE["TERM"].text.en
    clause_submit(actor=reviewer(Role.LEAD), code="TERM", version=first.version)
    with refused("clause_in_review"):
        drafted(reviewer(Role.LEAD))
    clause_return(actor=reviewer(Role.LEAD), code="TERM", version=first.version, note="Say it shorter.")
    assert drafted(reviewer(Role.LEAD)).state == ClauseState.DRAFT


def test_only_what_was_replaced_is_retired_and_it_stays_readable() -> None:
    lead = reviewer(Role.LEAD)
    with refused("clause_in_force"):
        clause_retire(actor=lead, code="TERM", version=CATALOGUE["TERM"].version)
    approved()
    row = clause_retire(actor=lead, code="TERM", version=CATALOGUE["TERM"].version)
    assert row.state == ClauseState.RETIRED
    assert clause_for(row) == CATALOGUE["TERM"]
    with refused("illegal_transition"):
        clause_retire(actor=lead, code="TERM", version=row.version)


def test_loading_what_ships_again_leaves_the_desks_versions_in_force() -> None:
    row = approved()
    contract = contract_in_force()
    assert catalogue_load() == contract
    assert clause_version_get("TERM") == row
    assert ContractVersion.objects.count() == 2


@pytest.mark.parametrize("role", [Role.FOOTAGE, Role.FINANCE, Role.AUDITOR])
def test_other_roles_draft_nothing(role: Role) -> None:
    with refused("role_missing"):
        drafted(reviewer(role))
    with refused("role_missing"):
        drafted(creator())
    assert not ClauseVersion.objects.exclude(state=ClauseState.APPROVED).exists()


def test_data_written_and_read_is_the_same_clause() -> None:
    for row in ClauseVersion.objects.all():
        again = clause_read(clause_data(row), code=row.code, number=row.number, version=row.version)
        assert again.canonical_sha256() == row.sha256


def test_an_amendment_changes_the_clause_its_contract_is_made_of() -> None:
    maker = creator()
    profile = terms_profile_create(actor=maker, name="Mine", preset="careful", changes=NO_SOCIETY)
    draft = agreement_draft(actor=maker, terms_profile_id=profile.id)
    older = clause_version_get("TERM")
    approved()
    agreement_amend(actor=maker, agreement_id=draft.id, clause_code="TERM", parameters={"training_access_months": 12})
    amended = agreement_get(maker, draft.id)
    assert [row.clause_version for row in amended.amendments.all()] == [older]
    assert "12 months" in agreement_text(amended).text.en
    assert "opens the Footage to new training" not in agreement_text(amended).text.en
    with refused("unknown_clause"):
        agreement_amend(actor=maker, agreement_id=draft.id, clause_code="NOTHING")
