"""Whatever says that it is append-only is: no statement changes, removes or replaces one of its frozen rows.

The tables are found by their triggers, so that a new one is tried too; nothing here is a list of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories.bare_rows import Values, fresh, lawless, put, row_of, rows_of

pytestmark = pytest.mark.django_db

SAYS: Final = "is append-only"
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has REPLACE and rowid")

FROZEN: Final[dict[str, dict[str, Any]]] = {
    "licensing_agreement": {"state": "signed"},
    "licensing_clauseversion": {"state": "approved"},
    "licensing_ratecarddraft": {"state": "published"},
    "marketplace_quote": {"state": "open"},
}
"""How a row is frozen, in tables where others are not."""
LOOSE: Final[dict[str, dict[str, Any]]] = {
    "licensing_agreement": {"state": "draft"},
    "licensing_clauseversion": {"state": "draft"},
    "licensing_ratecarddraft": {"state": "draft"},
    "marketplace_quote": {"state": "draft"},
}
LIVE: Final = {
    "marketplace_licence": {"state"},
    "marketplace_notice": {"state", "reminders"},
    "marketplace_quote": {"state", "created_by_id"},
    "marketplace_withdrawal": {"state"},
}
"""What may be written into a frozen row, whatever it is: what became of it, and links that are set once they exist."""
SHAPE: Final[dict[str, dict[str, Any]]] = {
    "licensing_clauseversion_one_open": {"state": "draft"},
    "licensing_policyversion_one_proposed": {"state": "proposed"},
    "licensing_ratecard_valid_from": {"organisation_id": None},
    "licensing_reasonversion_one_proposed": {"state": "proposed"},
    "licensing_reviewdecision_once": {"undone_at": None},
    "licensing_usecaseapproval_one_stands": {"state": "approved"},
    "marketplace_account_platform_once": {"owner_id": None},
    "marketplace_payment_one_standing": {"state": "claimed"},
    "marketplace_repayment_one_standing": {"state": "claimed"},
    "marketplace_withdrawal_by_creator_once": {"cause": "creator"},
}
"""What a row is like for which a unique index with a condition counts."""
NEVER_FROZEN: Final = frozenset({"licensing_clauseversion_one_open"})
"""Indexes over rows that are not frozen yet."""


@dataclass(frozen=True)
class Key:
    """One way in which two rows of a table cannot both be."""

    table: str
    name: str
    columns: tuple[str, ...]

    def kept(self) -> dict[str, Any]:
        """A frozen row."""
        return {**fresh(self.table), **FROZEN.get(self.table, {}), **SHAPE.get(self.name, {})}

    def rival(self, kept: Values) -> dict[str, Any]:
        """Another row with this key."""
        same = {column: kept[column] for column in self.columns}
        return {**fresh(self.table), **FROZEN.get(self.table, {}), **SHAPE.get(self.name, {}), **same}


def tables() -> list[str]:
    """Every table of which a trigger says that it is append-only."""
    if connection.vendor == "sqlite":
        found = rows_of("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND instr(sql, %s) > 0", SAYS)
    else:
        found = rows_of(
            "SELECT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE position(%s in prosrc) > 0",
            SAYS,
        )
    return sorted({table for (table,) in found})


def keys(table: str) -> Iterator[Key]:
    """Its primary key and every unique index."""
    for (index,) in rows_of('SELECT name FROM pragma_index_list(%s) WHERE "unique" ORDER BY name', table):
        columns = tuple(column for (column,) in rows_of("SELECT name FROM pragma_index_info(%s)", index))
        if index not in NEVER_FROZEN:
            yield Key(table, index, columns)


def refused(statement: str, *values: Any) -> bool:
    """Whether the database refuses a statement because of a frozen row; what it did is undone."""
    try:
        with transaction.atomic():
            rows_of(statement, *values)
            transaction.set_rollback(True)
    except DatabaseError as error:
        if SAYS not in str(error):
            raise
        return True
    return False


def put_refused(table: str, values: Values, verb: str) -> bool:
    try:
        with transaction.atomic():
            put(table, values, verb)
            transaction.set_rollback(True)
    except DatabaseError as error:
        if SAYS not in str(error):
            raise
        return True
    return False


@contextmanager
def unprotected(table: str) -> Iterator[None]:
    """For a control: the table without what keeps its rows from being replaced."""
    with transaction.atomic():
        for event in ("insert", "update"):
            rows_of(f"DROP TRIGGER IF EXISTS {table}_kept_{event}")
            rows_of(f"DROP TRIGGER IF EXISTS {table}_no_replace_{event}")
        yield
        transaction.set_rollback(True)


def test_tables_are_found() -> None:
    found = set(tables())
    assert len(found) >= 33, sorted(found)
    assert {name.split("_")[0] for name in found} == {"core", "licensing", "marketplace", "media"}
    assert set(FROZEN) == set(LOOSE) <= found


def test_no_frozen_row_is_updated_or_deleted() -> None:
    faults = []
    with lawless(but=SAYS):
        for table in tables():
            row, other = {**fresh(table), **FROZEN.get(table, {})}, fresh(table)
            put(table, row)
            upsert = f"INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT (id) DO UPDATE SET id = %s"  # noqa: S608 - a table's name
            for said, statement, values in (
                ("UPDATE", f"UPDATE {table} SET id = %s WHERE id = %s", (other["id"], row["id"])),  # noqa: S608 - a table's name
                ("DELETE", f"DELETE FROM {table} WHERE id = %s", (row["id"],)),  # noqa: S608 - a table's name
                ("ON CONFLICT DO UPDATE", upsert, (other["id"],)),
            ):
                if not refused(statement, *values):
                    faults.append(f"{table}: {said}")
    assert faults == []


def test_only_columns_that_tell_what_became_of_a_frozen_row_take_any_value() -> None:
    """A column that a condition forgets shows up here."""
    found: dict[str, set[str]] = {}
    with lawless(but=SAYS):
        for table in tables():
            row, other = {**fresh(table), **FROZEN.get(table, {})}, fresh(table)
            put(table, row)
            for column, value in other.items():
                changed = not value if isinstance(value, bool) else value
                if not refused(f'UPDATE {table} SET "{column}" = %s WHERE id = %s', changed, row["id"]):  # noqa: S608 - names
                    found.setdefault(table, set()).add(column)
    assert found == LIVE


@sqlite_only
def test_no_frozen_row_is_replaced_by_any_of_its_keys() -> None:
    """With a control for each: without its triggers the same statement does replace the row."""
    faults = []
    with lawless(but=SAYS):
        for key in (key for table in tables() for key in keys(table)):
            kept = key.kept()
            put(key.table, kept)
            rival = key.rival(kept)
            faults += [
                f"{key.name}: {verb}"
                for verb in ("INSERT OR REPLACE", "REPLACE")
                if not put_refused(key.table, rival, verb)
            ]
            before = row_of(key.table, kept)
            with unprotected(key.table):
                put(key.table, rival, "REPLACE")
                assert row_of(key.table, kept) != before, f"{key}: nothing was replaced, so nothing was tried"
            if row_of(key.table, kept) != before:
                faults.append(f"{key}: gone")
    assert faults == []


@sqlite_only
def test_no_frozen_row_is_replaced_by_another_that_is_changed() -> None:
    faults = []
    with lawless(but=SAYS):
        for key in (key for table in tables() for key in keys(table)):
            kept = key.kept()
            shape = {column: value for column, value in SHAPE.get(key.name, {}).items() if column not in key.columns}
            loose = {**fresh(key.table), **shape, **LOOSE.get(key.table, {})}
            put(key.table, kept)
            put(key.table, loose)
            changes = ", ".join(f'"{column}" = %s' for column in key.columns)
            values = [kept[column] for column in key.columns]
            if not refused(f"UPDATE OR REPLACE {key.table} SET {changes} WHERE id = %s", *values, loose["id"]):  # noqa: S608 - names
                faults.append(key.name)
    assert faults == []


@sqlite_only
def test_no_frozen_row_is_replaced_by_the_number_that_sqlite_gave_it() -> None:
    faults = []
    with lawless(but=SAYS):
        for table in tables():
            kept, loose = {**fresh(table), **FROZEN.get(table, {})}, {**fresh(table), **LOOSE.get(table, {})}
            put(table, kept)
            put(table, loose)
            ((number,),) = rows_of(f"SELECT rowid FROM {table} WHERE id = %s", kept["id"])  # noqa: S608 - a table's name
            if not put_refused(table, {"rowid": number, **fresh(table)}, "REPLACE"):
                faults.append(f"{table}: REPLACE")
            if not refused(f"UPDATE OR REPLACE {table} SET rowid = %s WHERE id = %s", number, loose["id"]):  # noqa: S608 - a table's name
                faults.append(f"{table}: UPDATE OR REPLACE")
    assert faults == []


def test_rows_that_are_not_frozen_are_changed_removed_and_replaced() -> None:
    with lawless(but=SAYS):
        for table, values in LOOSE.items():
            loose = {**fresh(table), **values}
            put(table, loose)
            if connection.vendor == "sqlite":
                assert not put_refused(table, {**fresh(table), **values, "id": loose["id"]}, "REPLACE")
            else:
                assert not refused(f"TRUNCATE {table} CASCADE")
            assert not refused(f"DELETE FROM {table} WHERE id = %s", loose["id"])  # noqa: S608 - a table's name


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_no_table_with_a_frozen_row_is_truncated() -> None:
    faults = []
    with lawless(but=SAYS):
        for table in tables():
            with transaction.atomic():
                put(table, {**fresh(table), **FROZEN.get(table, {})})
                faults += [
                    statement
                    for statement in (f"TRUNCATE {table} CASCADE", f"TRUNCATE {table} RESTART IDENTITY CASCADE")
                    if not refused(statement)
                ]
                transaction.set_rollback(True)
    assert faults == []
