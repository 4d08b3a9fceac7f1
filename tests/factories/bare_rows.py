"""Rows without a story: any value in every column, no reference and no check obeyed, gone with the transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction

_BEGIN: Final = datetime(2026, 11, 22, tzinfo=UTC)
_NUMBERS: Final = count(1)

Values = Mapping[str, Any]


@contextmanager
def lawless(*, but: str) -> Iterator[None]:
    """A transaction that is undone, without checks, and of triggers only those that say ``but``."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            for name, sql in cursor.fetchall():
                if but not in sql:
                    cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute(
                "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint WHERE contype = 'c' "
                "AND connamespace = current_schema()::regnamespace"
            )
            for table, name in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            cursor.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
                "WHERE NOT tgisinternal AND position(%s in prosrc) = 0",
                [but],
            )
            for table, name in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
        try:
            yield
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
            transaction.set_rollback(True)


def model_of(table: str) -> type[models.Model]:
    """The model that is kept in a table."""
    return next(model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table)


def fresh(table: str) -> dict[str, Any]:
    """A value for each column, unlike those of any other row, as the database takes them."""
    number = next(_NUMBERS)
    fields = model_of(table)._meta.concrete_fields
    return {str(field.column): field.get_db_prep_save(_sample(field, number), connection) for field in fields}


def rows_of(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a statement answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def row_of(table: str, row: Values) -> dict[str, Any] | None:
    """The row with this id as it stands."""
    columns = ", ".join(f'"{column}"' for column in row)
    found = rows_of(f"SELECT {columns} FROM {table} WHERE id = %s", row["id"])  # noqa: S608 - names
    return dict(zip(row, found[0], strict=True)) if found else None


def put(table: str, values: Values, verb: str = "INSERT") -> None:
    """Insert a row; on PostgreSQL without any trigger, those of references among them."""
    columns, places = ", ".join(f'"{name}"' for name in values), ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"{verb} INTO {table} ({columns}) VALUES ({places})", list(values.values()))
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")


def _sample(field: models.Field[Any, Any], number: int) -> object:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    samples: dict[type[models.Field[Any, Any]], object] = {
        models.UUIDField: UUID(int=number),
        models.BooleanField: False,
        models.DateTimeField: _BEGIN + timedelta(minutes=number),
        models.DateField: _BEGIN.date() + timedelta(days=number),
        models.JSONField: {"number": number},
        models.BinaryField: bytes([number % 256]),
        models.IntegerField: number,
        models.CharField: str(number)[-(field.max_length or 9) :],
        models.TextField: str(number),
    }
    return next(sample for kind, sample in samples.items() if isinstance(field, kind))
