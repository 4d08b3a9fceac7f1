"""What was approved or published cannot be changed by SQL, whoever writes it, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from core.ids import uuid7
from licensing.domain.states import ClauseState
from licensing.models import ClauseVersion, RateCard
from licensing.services.catalogue import catalogue_load
from licensing.services.rates import ratecard_load
from tests.factories.core import UserFactory

pytestmark = pytest.mark.django_db

CLAUSE, CARD = "licensing_clauseversion", "licensing_ratecard"
LATER = "2031-01-01 00:00:00+00"
COLUMNS = [
    "id", "created_at", "code", "number", "version", "state", "critical", "title_en", "title_fr", "summary_en",
    "summary_fr", "text_en", "text_fr", "facts", "sha256", "approved_at", "author_id", "reviewer_id",
]  # fmt: skip


@contextmanager
def refused_by_the_database() -> Iterator[None]:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        yield


def sql(statement: str, *values: str | int | bool | UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def key(value: UUID) -> str | UUID:
    return value.hex if connection.vendor == "sqlite" else value


def other(column: str) -> str | int | bool | UUID:
    """A value that the column's type takes and the approved row does not hold."""
    values: dict[str, str | int | bool | UUID] = {
        "id": key(uuid7()),
        "number": 41,
        "version": 9,
        "critical": True,
        "facts": "{}",
        "state": "draft",
        "approved_at": LATER,
        "created_at": LATER,
    }
    return values.get(column, "other")


@pytest.fixture
def term() -> ClauseVersion:
    catalogue_load()
    return ClauseVersion.objects.get(code="TERM", state=ClauseState.APPROVED)


def test_the_columns_below_are_all_there_are() -> None:
    assert sorted(COLUMNS) == sorted(str(field.column) for field in ClauseVersion._meta.concrete_fields)


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_of_an_approved_clause_version_is_changed_by_sql(term: ClauseVersion, column: str) -> None:
    value = key(UserFactory.create().pk) if column in {"author_id", "reviewer_id"} else other(column)
    with refused_by_the_database():
        sql(f"UPDATE {CLAUSE} SET {column} = %s WHERE id = %s", value, key(term.pk))  # noqa: S608 - a column's name
    if column != "state":
        with refused_by_the_database():
            retired = f"UPDATE {CLAUSE} SET state = 'retired', {column} = %s WHERE id = %s"  # noqa: S608 - a column's name
            sql(retired, value, key(term.pk))
    assert ClauseVersion.objects.get(pk=term.pk).facts == term.facts


def test_an_approved_clause_version_is_not_deleted_and_may_only_be_retired(term: ClauseVersion) -> None:
    with refused_by_the_database():
        sql("DELETE FROM licensing_clauseversion WHERE id = %s", key(term.pk))
    sql("UPDATE licensing_clauseversion SET state = 'retired' WHERE id = %s", key(term.pk))
    for statement in (
        "DELETE FROM licensing_clauseversion WHERE id = %s",
        "UPDATE licensing_clauseversion SET state = 'approved' WHERE id = %s",
    ):
        with refused_by_the_database():
            sql(statement, key(term.pk))
    term.refresh_from_db()
    assert term.state == ClauseState.RETIRED


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite replaces rows without running DELETE's triggers")
@pytest.mark.parametrize("kept", ["id", "code, version"])
def test_an_approved_clause_version_is_not_replaced_on_sqlite(term: ClauseVersion, kept: str) -> None:
    columns = ", ".join(COLUMNS)
    new = ", ".join(
        {
            "text_en": "'other'",
            "id": "id" if kept == "id" else "'x'",
            "version": "version" if kept != "id" else "7",
        }.get(column, column)
        for column in COLUMNS
    )
    replace = f"INSERT OR REPLACE INTO {CLAUSE} ({columns}) SELECT {new} FROM {CLAUSE} WHERE id = %s"  # noqa: S608 - columns' names
    with refused_by_the_database():
        sql(replace, key(term.pk))
    draft = ClauseVersion.objects.create(
        code="TERM", number=13, version=8, state=ClauseState.DRAFT, critical=False, facts={}, sha256="x"
    )
    with refused_by_the_database():
        sql("UPDATE OR REPLACE licensing_clauseversion SET version = %s WHERE id = %s", term.version, key(draft.pk))
    assert ClauseVersion.objects.get(pk=term.pk).text_en == term.text_en


def test_a_draft_is_still_changed_and_deleted(term: ClauseVersion) -> None:
    draft = ClauseVersion.objects.create(
        code="TERM", number=13, version=8, state=ClauseState.DRAFT, critical=False, facts={}, sha256="x"
    )
    sql("UPDATE licensing_clauseversion SET text_en = 'other' WHERE id = %s", key(draft.pk))
    sql("DELETE FROM licensing_clauseversion WHERE id = %s", key(draft.pk))
    assert not ClauseVersion.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(("column", "value"), [("card", "{}"), ("valid_from", LATER), ("version", "2026-12")])
def test_a_published_rate_card_is_not_changed_by_sql(column: str, value: str) -> None:
    row = ratecard_load()
    with refused_by_the_database():
        sql(f"UPDATE {CARD} SET {column} = %s WHERE id = %s", value, key(row.pk))  # noqa: S608 - a column's name
    with refused_by_the_database():
        sql("DELETE FROM licensing_ratecard WHERE id = %s", key(row.pk))
    assert RateCard.objects.get(pk=row.pk).card == row.card
