"""Reading the audit trail: who may, page by page, what was touched, and a recomputation that uses none of our code."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from core.accounts.actions import OrganisationKind, Role, Scope
from core.accounts.models import Organisation, User
from core.accounts.policy import Actor
from core.audit import chains
from core.audit.models import AuditEvent, AuditHead
from core.audit.services import record, verify_chain
from core.clock import now
from core.ids import Prefix, public_id
from tests.architecture.source import ROOT
from tests.factories.core import actor_as, key_of

pytestmark = pytest.mark.django_db

AUDIT = "/api/v1/desk/audit"


def key_in(key: UUID | None) -> UUID:
    assert key is not None
    return key


def desk(role: Role = Role.AUDITOR) -> Actor:
    return actor_as(OrganisationKind.PLATFORM, role)


def reading(actor: Actor, path: str = "", /, **query: str) -> Any:
    client = Client()  # signed in, because making a key is an event
    client.force_login(User.objects.get(pk=key_in(actor.user_id)))
    return client.get(f"{AUDIT}{path}", query)


def told(actor: Actor, path: str = "", /, **query: str) -> Any:
    answer = reading(actor, path, **query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def happened(times: int, actor: Actor | None = None, subject: str = "cas_1") -> Actor:
    somebody = actor or actor_as()
    for number in range(times):
        record(actor=somebody, action="case.noted", subject=subject, before={"n": number}, after={"n": number + 1})
    return somebody


def touched(statement: str) -> None:
    """Act as somebody with full power over the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER core_auditevent_no_update")
            cursor.execute("DROP TRIGGER core_auditevent_no_delete")
        else:
            cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER USER")
        cursor.execute(statement)


def test_an_event_says_who_did_what_in_which_role_and_how_it_was_before() -> None:
    reader = desk()
    studio = happened(1, actor_as(role=Role.MANAGER))
    [event] = told(reader)["data"]
    organisation = Organisation.objects.get(pk=key_in(studio.organisation_id))
    assert event["actor"] == {
        "id": public_id(Prefix.USER, key_in(studio.user_id)),
        "name": None,
        "system": False,
        "organisation": {"id": organisation.public_id, "name": organisation.name, "kind": "studio"},
    }
    assert (event["role"], event["action"], event["subject"]) == ("manager", "case.noted", "cas_1")
    assert (event["before"], event["after"], event["sequence"]) == ({"n": 0}, {"n": 1}, 1)
    assert (event["chain"], event["intact"]) == (organisation.public_id, True)
    assert event["at"] <= now().isoformat()


def test_names_are_told_of_colleagues_and_the_system_has_none() -> None:
    reader = desk()
    colleague = actor_as(role=Role.LEAD, organisation=Organisation.objects.get(pk=key_in(reader.organisation_id)))
    happened(1, colleague)
    record(actor=Actor.system(), action="job.given_up", subject="job_1")
    system, person = told(reader)["data"]
    assert person["actor"]["name"].startswith("Person ")
    assert (system["actor"]["system"], system["actor"]["name"], system["chain"]) == (True, None, "platform")
    assert (system["actor"]["id"], system["role"], system["organisation"]) == (None, None, None)


@pytest.mark.parametrize("role", [Role.CONTRACT, Role.FOOTAGE, Role.FINANCE, Role.OPERATIONS])
@pytest.mark.parametrize("path", ["", "/verify", "/export"])
def test_other_roles_of_the_desk_read_nothing_of_it(role: Role, path: str) -> None:
    answer = reading(desk(role), path)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


@pytest.mark.parametrize("path", ["", "/verify", "/export"])
def test_an_organisation_does_not_read_even_its_own_chain(path: str) -> None:
    owner = happened(1)
    answer = reading(owner, path)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    keyless = key_of(desk(), frozenset(Scope) - {Scope.DESK_ADMIN})
    answer = Client().get(f"{AUDIT}{path}", headers={"Authorization": f"Bearer {keyless}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_conditions_narrow_the_list_down() -> None:
    reader, first, second = desk(), happened(2), happened(3, subject="cas_2")
    record(actor=second, action="agreement.signed", subject="agr_1")
    record(actor=Actor.system(), action="casework.done", subject="cas_1")
    third = public_id(Prefix.USER, key_in(second.user_id))

    def count(**query: str) -> int:
        return len(told(reader, **query)["data"])

    assert (count(), count(subject="cas_1"), count(subject="cas_2")) == (7, 3, 3)
    assert (count(action="case"), count(action="case.noted"), count(action="cas")) == (5, 5, 0)
    assert (count(actor=third), count(actor="system"), count(actor=third, action="case")) == (4, 1, 3)
    owner = Organisation.objects.get(pk=key_in(first.organisation_id)).public_id
    assert (count(organisation=owner), count(organisation="platform")) == (2, 1)
    before, after = ((now() + timedelta(seconds=seconds)).isoformat() for seconds in (-60, 60))
    assert (count(since=before, until=after), count(since=after), count(until=before)) == (7, 0, 0)
    for wrong in ({"actor": "somebody"}, {"organisation": "org_x"}, {"since": "yesterday"}, {"cursor": "x"}):
        assert reading(reader, **wrong).status_code == 422


def test_pages_hold_every_event_once_while_others_are_appended() -> None:
    reader, studio = desk(), happened(23)
    there = set(AuditEvent.objects.values_list("pk", flat=True))
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = told(reader, limit="5", **cursor)
        seen += [event["id"] for event in page["data"]]
        happened(3, studio)
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == len(set(seen))
    assert set(seen) == {public_id(Prefix.EVENT, key) for key in there}


def test_the_check_counts_and_tells_every_last_digest() -> None:
    reader, studio = desk(), happened(4)
    record(actor=Actor.system(), action="job.given_up", subject="job_1")
    found = told(reader, "/verify")
    assert (found["whole"], found["events"], found["chains"], found["has_more"]) == (True, 5, 2, False)
    platform, own = found["heads"]
    assert (platform["chain"], platform["organisation"], platform["events"]) == ("platform", None, 1)
    assert own["organisation"]["id"] == own["chain"]
    assert own["digest"] == AuditHead.objects.get(chain=key_in(studio.organisation_id)).digest


@pytest.mark.parametrize(
    ("statement", "sequence", "reason"),
    [
        ("UPDATE core_auditevent SET body = replace(body, 'noted', 'voted') WHERE sequence = 3", 3, "event_changed"),
        ("UPDATE core_auditevent SET body = 'x' WHERE sequence = 3", 3, "event_changed"),
        ("UPDATE core_auditevent SET action = 'case.woken' WHERE sequence = 2", 2, "event_changed"),
        ("UPDATE core_auditevent SET subject = 'cas_9' WHERE sequence = 2", 2, "event_changed"),
        ("UPDATE core_auditevent SET previous = digest WHERE sequence = 4", 4, "event_changed"),
        ("DELETE FROM core_auditevent WHERE sequence = 2", 2, "event_missing"),
        ("DELETE FROM core_auditevent WHERE sequence > 3", 4, "end_cut_off"),
        ("UPDATE core_audithead SET digest = '0'", 6, "end_cut_off"),
        ("DELETE FROM core_audithead", 5, "end_unknown"),
    ],
)
def test_what_was_touched_is_named(statement: str, sequence: int, reason: str) -> None:
    reader, _ = desk(), happened(5)
    touched(statement)
    found = told(reader, "/verify")
    [head] = found["heads"]
    assert (found["whole"], head["fault"]["sequence"], head["fault"]["reason"]) == (False, sequence, reason)
    changed = [event for event in told(reader)["data"] if not event["intact"]]
    assert [event["id"] for event in changed] == ([head["fault"]["event_id"]] if reason == "event_changed" else [])
    assert [fault.sequence for fault in verify_chain()] == [sequence]


@pytest.mark.parametrize(("events", "some_chains"), [(1, 500), (3, 500), (4, 500), (100, 1), (2, 2)])
def test_a_check_in_parts_finds_the_same(events: int, some_chains: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        happened(4)
    last = "(SELECT chain FROM core_audithead ORDER BY chain DESC LIMIT 1)"
    touched(f"DELETE FROM core_auditevent WHERE sequence = 3 AND chain = {last}")  # noqa: S608 - our own words
    whole = chains.part_check()
    monkeypatch.setattr(chains, "CHAINS_AT_ONCE", some_chains)
    place: chains.Place | None = chains.BEGINNING
    done, read = list[chains.CheckedChain](), 0
    while place is not None:
        part = chains.part_check(place, events)
        assert part.events <= events
        done += part.chains
        read, place = read + part.events, part.goes_on
    assert (tuple(done), read, len(done)) == (whole.chains, whole.events, 3)


def test_a_check_goes_on_where_it_stopped_and_trusts_no_other_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, _ = desk(), happened(5)
    monkeypatch.setattr(chains.part_check, "__defaults__", (chains.BEGINNING, 3))
    first = told(reader, "/verify")
    assert (first["events"], first["chains"], first["has_more"]) == (3, 0, True)
    second = told(reader, "/verify", cursor=first["next_cursor"])
    assert (second["events"], second["chains"], second["has_more"], second["whole"]) == (2, 1, False, True)
    forged = first["next_cursor"].replace(".3.", ".4.")
    foreign = told(reader, limit="1")["next_cursor"]
    for cursor in (forged, foreign, "x"):
        answer = reading(reader, "/verify", cursor=cursor)
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_unreadable")
    assert reading(reader, cursor=first["next_cursor"]).status_code == 422


def exported(reader: Actor, /, **query: str) -> str:
    answer = reading(reader, "/export", **query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def test_an_export_recomputes_to_the_same_digests() -> None:
    reader = desk()
    for times in (3, 2):
        happened(times, subject='“cas”, "1"\n;')
    record(actor=Actor.system(), action="job.given_up", subject="job_1", after={"error": "é \ud7ff ; \u2028 = 1"})
    lines = [json.loads(line) for line in exported(reader).split("\n") if line]
    rows = list(csv.DictReader(io.StringIO(exported(reader, format="csv"), newline="")))
    assert [{name: str(value) for name, value in line.items()} for line in lines] == rows
    ends: dict[str, str] = {}
    for line in lines:
        previous = ends.get(line["chain"], "0" * 64)
        text = "\n".join([previous, str(line["sequence"]), line["body"]])
        ends[line["chain"]] = hashlib.sha256(text.encode()).hexdigest()
        assert (line["previous"], line["digest"]) == (previous, ends[line["chain"]])
    assert ends == {str(head.chain): head.digest for head in AuditHead.objects.all()}
    assert [head["digest"] for head in told(reader, "/verify")["heads"]] == [ends[chain] for chain in sorted(ends)]


def test_an_export_of_a_part_holds_what_was_asked_for() -> None:
    reader, first, _ = desk(), happened(2), happened(3, subject="cas_2")
    owner = Organisation.objects.get(pk=key_in(first.organisation_id)).public_id
    assert len(exported(reader, organisation=owner).splitlines()) == 2
    assert len(exported(reader, subject="cas_2", format="csv").splitlines()) == 4
    assert reading(reader, "/export", format="xml").status_code == 422


def run_apart(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the script of the documentation, without the product."""
    script = [sys.executable, "-I", str(ROOT / "docs" / "verify_audit.py"), str(path)]
    return subprocess.run(script, cwd=path.parent, capture_output=True, text=True, check=False)


def test_the_script_in_the_documentation_agrees_and_finds_what_was_changed(tmp_path: Path) -> None:
    reader, studio = desk(), happened(4)
    kept = tmp_path / "audit.jsonl"
    kept.write_text(exported(reader), encoding="utf-8")
    head = AuditHead.objects.get(chain=key_in(studio.organisation_id))
    assert run_apart(kept).stdout.split() == [str(head.chain), "4", head.digest]
    lines = exported(reader).splitlines(keepends=True)
    for damaged, place in (
        ([*lines[:2], lines[2].replace("noted", "voted"), lines[3]], 3),
        ([*lines[:2], lines[2].replace('"action":"case.noted"', '"action":"case.woken"'), lines[3]], 3),
        ([*lines[:1], *lines[2:]], 3),
    ):
        kept.write_text("".join(damaged), encoding="utf-8")
        found = run_apart(kept)
        assert (found.returncode, f"event {place}:" in found.stderr) == (1, True)
