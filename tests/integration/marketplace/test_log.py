"""The transparency log on a real database: once, in order, without gaps, and nobody can change it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.jobs.runner import run_due
from marketplace.transparency.adapters.jws import Jwk
from marketplace.transparency.adapters.notes import head_verify
from marketplace.transparency.domain import merkle, sparse
from marketplace.transparency.domain.checkpoint import Head
from marketplace.transparency.domain.entry import LogEvent, commitment, entry_read, thing
from marketplace.transparency.domain.topics import SEAL
from marketplace.transparency.models import LogEntry, LogHead, LogNode, LogPending, LogTip, MapNode
from marketplace.transparency.selectors.proofs import (
    Presence,
    consistency_of,
    entries_from,
    head_latest,
    inclusion_of,
    presence_of,
)
from marketplace.transparency.services import sealing
from marketplace.transparency.services.checking import log_check
from marketplace.transparency.services.keys import public_keys, seconds_now
from marketplace.transparency.services.recording import Happened, events_record
from marketplace.transparency.services.sealing import log_seal

pytestmark = pytest.mark.django_db

FACTS = {"clip": "clp_1", "licence": "lic_1", "licensee": "org_1", "order": "ord_1"}


def happened(number: int, event: LogEvent = LogEvent.ISSUED, **more: Any) -> Happened:
    """Return an event of a made-up licence."""
    subject = f"lic_{number}"
    return Happened(event, subject, (f"clp_{number}", subject), 1_795_310_000 + number, facts=FACTS, **more)


def sealed(count: int, start: int = 0) -> LogHead:
    """Log that many events."""
    with transaction.atomic():
        events_record([happened(number) for number in range(start, start + count)])
    return log_seal()


def keys() -> list[Jwk]:
    """Return the public keys of this installation."""
    return public_keys()


def shown(presence: Presence) -> bool | None:
    """Return what the proof of a presence proves, by the signed head alone."""
    head = head_verify(presence.head.text, keys())
    return sparse.held_by(head.map_root, thing(presence.subject), presence.proof)


def test_an_event_is_logged_once_however_often_it_is_noted_and_sealed() -> None:
    for _ in range(3):
        sealed(5)
    with transaction.atomic():
        events_record([happened(1), happened(1), happened(5)])
        events_record([happened(5)])
    head = log_seal()
    assert [entry.position for entry in LogEntry.objects.order_by("position")] == list(range(6))
    assert head.size == 6
    assert LogPending.objects.count() == 0
    assert list(log_check()) == []


def test_noting_leaves_a_job_that_seals() -> None:
    with transaction.atomic():
        events_record([happened(1)])
    assert run_due([SEAL]) == 1
    assert head_latest().size == 1


def test_what_is_rolled_back_is_not_logged() -> None:
    try:
        with transaction.atomic():
            events_record([happened(1)])
            raise KeyError
    except KeyError:
        pass
    assert log_seal().size == 0
    assert list(log_check()) == []


def test_an_empty_log_has_a_head_and_proves_absence() -> None:
    head = log_seal()
    assert (head.size, head.root) == (0, merkle.folded(()).hex())
    presence = presence_of("clp_1")
    assert (presence.present, shown(presence)) == (False, False)


def test_every_entry_is_proven_by_every_head_that_covers_it() -> None:
    heads = [sealed(count, start) for count, start in ((1, 0), (2, 1), (4, 3), (6, 7))]
    for head in heads:
        said = head_verify(head.text, keys())
        for index in range(said.size):
            found = inclusion_of(index=index, size=said.size)
            assert merkle.proof_holds(
                data=found.entry.encode(), index=index, size=said.size, path=found.path, root_hash=said.root
            )
    for first in heads:
        for second in heads:
            if first.size <= second.size:
                grown = consistency_of(first=first.size, second=second.size)
                assert merkle.consistency_holds(
                    first=first.size,
                    second=second.size,
                    first_root=head_verify(first.text, keys()).root,
                    second_root=head_verify(second.text, keys()).root,
                    path=grown.path,
                )


def test_a_clip_never_licensed_is_proven_absent_and_a_licensed_one_cannot_be() -> None:
    sealed(20)
    for number in range(40):
        presence = presence_of(f"clp_{number}")
        assert (presence.present, shown(presence)) == (number < 20, number < 20)
    before = presence_of("clp_21")
    sealed(1, 21)
    assert shown(before) is False, "it was absent under the old head, and that stays proven"
    assert shown(presence_of("clp_21")) is True


def test_the_map_leads_to_the_latest_entry_about_a_licence() -> None:
    sealed(3)
    with transaction.atomic():
        events_record([happened(1, LogEvent.TERMINATED)])
    log_seal()
    for name in ("clp_1", "lic_1"):
        latest = presence_of(name).latest
        assert latest is not None
        assert (latest.index, entry_read(latest.entry.encode()).event) == (3, LogEvent.TERMINATED)


def test_an_entry_tells_no_name_and_its_salt_opens_it() -> None:
    sealed(1)
    entry = LogEntry.objects.get()
    assert not any(value in entry.body for value in FACTS.values())
    assert entry_read(entry.body.encode()).commitment == commitment(bytes.fromhex(entry.salt), FACTS)
    sealed(1, 1)
    assert len({row.salt for row in LogEntry.objects.all()}) == 2


@pytest.mark.parametrize("model", [LogEntry, LogNode, MapNode, LogHead, LogTip])
def test_the_database_refuses_to_change_or_delete_anything_logged(model: Any) -> None:
    sealed(4)
    for change in (lambda rows: rows.update(created_at="2026-01-01T00:00:00Z"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(model.objects.all())


@pytest.mark.parametrize("position", [0, 3, 5])
def test_the_database_refuses_any_position_but_the_next(position: int) -> None:
    sealed(4)
    with pytest.raises(DatabaseError), transaction.atomic():
        LogEntry.objects.create(position=position, key="x", event="issued", subject="x", body="{}")
    number = head_latest().number
    for wrong in (number, number + 2):
        with pytest.raises(DatabaseError), transaction.atomic():
            LogHead.objects.create(number=wrong, size=4, root="", map_root="", signed_at=0, kid="", text="")


def test_a_quiet_log_is_signed_again_each_day_and_not_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    first = sealed(2)
    assert log_seal().number == first.number
    monkeypatch.setattr(sealing, "seconds_now", lambda: seconds_now() + 86_400)
    again = log_seal()
    assert (again.number, again.size, again.root) == (first.number + 1, first.size, first.root)
    assert again.signed_at > first.signed_at


def test_many_events_are_sealed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 7)
    head = sealed(24)
    assert head.size == 24
    assert [row.size for row in LogHead.objects.order_by("number")] == [7, 14, 21, 24]
    assert list(log_check()) == []


def test_the_check_finds_a_head_that_lies() -> None:
    head = sealed(3)
    lie = Head(head_verify(head.text, keys()).origin, 3, b"\1" * 32, sparse.EMPTY, head.signed_at)
    from marketplace.transparency.adapters.notes import head_sign  # noqa: PLC0415 - only the liar needs it
    from marketplace.transparency.services.keys import signing_key_ensure  # noqa: PLC0415 - the same

    LogHead.objects.create(
        number=head.number + 1,
        size=3,
        root=lie.root.hex(),
        map_root=lie.map_root.hex(),
        signed_at=head.signed_at,
        kid=head.kid,
        text=head_sign(lie, signing_key_ensure()[-1]),
    )
    assert [line.split(" is ")[1] for line in log_check()] == ["not the head of the first 3 entries"]
    LogHead.objects.create(
        number=head.number + 2, size=3, root=head.root, map_root=head.map_root, signed_at=1, kid="", text=head.text
    )
    assert "says something else" in list(log_check())[-1]


@pytest.mark.parametrize(
    ("table", "statement", "found"),
    [
        (
            "marketplace_logentry",
            "UPDATE marketplace_logentry SET body = replace(body, 'issued', 'expired')",
            "the log's tree is not the tree",
        ),
        ("marketplace_logentry", "UPDATE marketplace_logentry SET body = '{}'", "entry 0 of the log was changed"),
        (
            "marketplace_logentry",
            "UPDATE marketplace_logentry SET position = position + 10",
            "the log lacks an entry after 0",
        ),
        (
            "marketplace_lognode",
            "UPDATE marketplace_lognode SET digest = replace(digest, 'a', 'b')",
            "the log's tree is not the tree",
        ),
        ("marketplace_mapnode", "UPDATE marketplace_mapnode SET position = position + 1", "is missing or was changed"),
        (
            "marketplace_loghead",
            "UPDATE marketplace_loghead SET root = replace(root, '1', '2')",
            "is not the head of the first",
        ),
        (
            "marketplace_loghead",
            "UPDATE marketplace_loghead SET text = replace(text, 'time 1', 'time 2')",
            "does not verify",
        ),
    ],
)
def test_whatever_is_changed_behind_the_triggers_is_found(table: str, statement: str, found: str) -> None:
    """Somebody with the rights of the database's owner drops the trigger first."""
    for start in (0, 3, 6):
        sealed(3, start)
    assert list(log_check()) == []
    with connection.cursor() as cursor:
        on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {table}_no_update{on_table}")
        cursor.execute(statement)
    assert any(found in line for line in log_check())


def test_queries_and_rows_of_one_more_entry_and_of_a_proof_do_not_grow_with_the_log() -> None:
    """Counted, not timed: statements, nodes written and nodes read, in a log of 40 and of 1,240 entries."""
    counted = []
    for size in (40, 1_200):
        sealed(size, LogEntry.objects.count())
        before = Counter({model: model.objects.count() for model in (LogNode, MapNode)})
        with CaptureQueriesContext(connection) as appending:
            sealed(1, LogEntry.objects.count())
        made = Counter({model: model.objects.count() for model in (LogNode, MapNode)}) - before
        with CaptureQueriesContext(connection) as proving:
            inclusion_of(index=17)
            consistency_of(first=23)
        with CaptureQueriesContext(connection) as absence:
            presence_of("clp_never")
        counted.append((len(appending), made[LogNode], made[MapNode], len(proving), len(absence)))
    small, large = counted
    assert large[0] <= small[0] + 8, counted
    assert large[1] <= 12, counted
    assert large[2] <= 2 * 17, counted
    assert large[3] == small[3], counted
    assert large[4] <= small[4] + 8, counted


def test_entries_are_read_in_order_and_in_parts() -> None:
    sealed(5)
    assert [entry.position for entry in entries_from(1, 3)] == [1, 2, 3]
    assert list(entries_from(5, 3)) == []


def test_the_body_of_an_entry_has_one_spelling() -> None:
    sealed(1)
    entry = entry_read(LogEntry.objects.get().body.encode())
    assert replace(entry).data().decode() == LogEntry.objects.get().body


def test_an_empty_log_says_so_to_whoever_asks() -> None:
    absence = "/api/v1/log/absence/clp_01kaq000000000000000000009"
    for path in ("/api/v1/log/head", absence):
        answer = Client().get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "log_empty")
    log_seal()
    assert Client().get(absence).json()["present"] is False
