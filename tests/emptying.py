"""Between tests with real transactions, the test database becomes what it was after its migrations, in milliseconds.

Django's own `flush` empties every table one by one and makes content types anew; our append-only tables refuse it.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from django.db import connection, transaction

KEPT: Final = ("django_migrations", "django_content_type", "auth_permission")
"""What migrations fill, and no test changes."""


class Emptying:
    """The test database as its migrations left it."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.copy: sqlite3.Connection | None = None
        self.full_now = ""
        if connection.vendor == "sqlite":
            # Another thread may give it back: a test that ran out of time is ended by one.
            self.copy = sqlite3.connect(":memory:", check_same_thread=False)
            connection.connection.backup(self.copy)
        else:
            tables = [name for name in connection.introspection.table_names() if name not in KEPT]
            self.full_now = " UNION ALL ".join(
                f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")"  # noqa: S608 - our own tables
                for name in tables
            )
            assert self._full() == [], "migrations write rows: give them back too"

    def _full(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(self.full_now)
            return [name for (name,) in cursor.fetchall()]

    def again(self) -> None:
        """Give the database back as it was."""
        connection.ensure_connection()
        if self.copy is not None:
            self.copy.backup(connection.connection)
            return
        full = self._full()
        with transaction.atomic(), connection.cursor() as cursor:
            # Neither foreign keys nor the triggers of append-only tables have a say in this role.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for name in full:
                cursor.execute(f'DELETE FROM "{name}"')  # noqa: S608 - our own tables
