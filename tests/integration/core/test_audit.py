"""T50: the audit chain tells at which event somebody touched it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from core.accounts.policy import Actor
from core.audit.models import AuditEvent, AuditHead
from core.audit.services import record, verify_chain
from tests.factories.core import actor_as


def ten_events() -> Actor:
    actor = actor_as()
    for number in range(10):
        record(actor=actor, action="thing.changed", subject=f"thing {number}", after={"n": number})
    return actor


def without_triggers(statement: str) -> None:
    """Act as somebody with full power over the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER core_auditevent_no_update")
            cursor.execute("DROP TRIGGER core_auditevent_no_delete")
        else:
            cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER USER")
        cursor.execute(statement)


@pytest.mark.django_db
def test_an_untouched_chain_is_whole() -> None:
    ten_events()
    ten_events()
    assert verify_chain() == []


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE core_auditevent SET body = '{}'", "DELETE FROM core_auditevent"])
def test_the_database_refuses_to_change_or_delete_an_event(statement: str) -> None:
    ten_events()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.count() == 10


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "sequence"),
    [
        ("UPDATE core_auditevent SET body = '{}' WHERE sequence = 7", 7),
        ("DELETE FROM core_auditevent WHERE sequence = 4", 4),
        ("DELETE FROM core_auditevent WHERE sequence > 8", 9),
        ("UPDATE core_auditevent SET sequence = 100 WHERE sequence = 3", 3),
    ],
)
def test_whoever_gets_past_the_triggers_is_found_at_the_exact_event(statement: str, sequence: int) -> None:
    ten_events()
    without_triggers(statement)
    faults = verify_chain()
    assert [fault.sequence for fault in faults] == [sequence]


@pytest.mark.django_db
def test_each_organisation_has_its_own_chain() -> None:
    first, second = ten_events(), ten_events()
    chains = AuditHead.objects.filter(chain__in=[first.organisation_id, second.organisation_id])
    assert [head.sequence for head in chains] == [10, 10]
