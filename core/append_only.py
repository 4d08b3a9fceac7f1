"""Migration operations that make the database itself refuse to change, remove or replace rows of a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.db.backends.ddl_references import Statement
from django.db.migrations.operations.base import Operation
from typing_extensions import override

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

_COLUMN: Final = re.compile(r'"\w+"')
"""A column, as Django writes it in the condition of an index."""


class AppendOnly(Operation):
    """Refuse UPDATE and DELETE on ``table``, for all rows or those where ``when`` (SQL on OLD) holds."""

    reversible = True

    def __init__(self, table: str, when: str = "", events: tuple[str, ...] = ("UPDATE", "DELETE")) -> None:
        self.table = table
        self.when = when
        self.events = events

    @override
    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models are unchanged: triggers live in the database only."""

    def _name(self, event: str) -> str:
        return f"{self.table}_no_{event.lower()}"

    @override
    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers."""
        message = f"{self.table} is append-only"
        condition = f"WHEN ({self.when})" if self.when else ""
        for event in self.events:
            name = self._name(event)
            if schema_editor.connection.vendor == "sqlite":
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {self.table} {condition} "
                    f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
                )
            else:
                schema_editor.execute(
                    f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                    f"BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$"
                )
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {self.table} FOR EACH ROW {condition} "
                    f"EXECUTE FUNCTION {name}()"
                )

    @override
    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers."""
        for event in self.events:
            name = self._name(event)
            if schema_editor.connection.vendor == "sqlite":
                schema_editor.execute(f"DROP TRIGGER {name}")
            else:
                schema_editor.execute(f"DROP TRIGGER {name} ON {self.table}")
                schema_editor.execute(f"DROP FUNCTION {name}()")

    @override
    def describe(self) -> str:
        """Say what the operation does."""
        return f"Make {self.table} append-only"


class Kept(AppendOnly):
    """Refuse what removes frozen rows of ``table`` without running its triggers of DELETE; ``when`` as for that event.

    On SQLite that is REPLACE, by whichever unique key, the hidden rowid among them: the keys are those the table has
    when the operation runs, so it stands behind all that make them, and again when another is added. On PostgreSQL it
    is TRUNCATE, also by CASCADE. Both stay possible while no row is frozen. On SQLite a second row with a key of a
    frozen one is refused in these words too, before the unique key refuses it: INSERT OR IGNORE is an error then.
    """

    def __init__(self, table: str, when: str = "") -> None:
        super().__init__(table, when, ("INSERT", "UPDATE"))

    @override
    def _name(self, event: str) -> str:
        return f"{self.table}_kept_{event.lower()}"

    @override
    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers."""
        frozen = self.when.replace("OLD.", "kept.") or "TRUE"
        refused = f"{self.table} is append-only"
        if schema_editor.connection.vendor == "sqlite":
            keys = _unique_keys(schema_editor, self.table)
            for event, another in (("INSERT", ""), ("UPDATE", "kept.rowid <> OLD.rowid AND ")):
                # One subquery for each key, so that each is answered by its own index.
                taken = " OR ".join(
                    f"EXISTS (SELECT 1 FROM {self.table} AS kept WHERE {another}({frozen}) AND {key})"  # noqa: S608 - a table's name
                    for key in keys
                )
                schema_editor.execute(
                    f"CREATE TRIGGER {self._name(event)} BEFORE {event} ON {self.table} WHEN {taken} "
                    f"BEGIN SELECT RAISE(ABORT, '{refused}'); END"
                )
            return
        name = self._name("TRUNCATE")
        held = f"SELECT 1 FROM {self.table} AS kept WHERE {frozen}"  # noqa: S608 - a table's name
        schema_editor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF EXISTS ({held}) THEN RAISE EXCEPTION '{refused}' "
            f"USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {self.table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )

    @override
    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers."""
        if schema_editor.connection.vendor == "sqlite":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        name = self._name("TRUNCATE")
        schema_editor.execute(f"DROP TRIGGER {name} ON {self.table}")
        schema_editor.execute(f"DROP FUNCTION {name}()")

    @override
    def describe(self) -> str:
        """Say what the operation does."""
        return f"Keep frozen rows of {self.table} from being replaced or truncated"


class Lifted(Operation):
    """Takes triggers away before their table is altered (SQLite builds it anew without them); back puts them again."""

    reversible = True

    def __init__(self, made: AppendOnly) -> None:
        self.made = made

    @override
    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models are unchanged: triggers live in the database only."""

    @override
    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers."""
        self.made.database_backwards(app_label, schema_editor, from_state, to_state)

    @override
    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers."""
        self.made.database_forwards(app_label, schema_editor, from_state, to_state)

    @override
    def describe(self) -> str:
        """Say what the operation does."""
        return f"Undo for now: {self.made.describe()}"


def _unique_keys(schema_editor: BaseDatabaseSchemaEditor, table: str) -> list[str]:
    """SQL for each unique key of a SQLite table that holds when ``kept`` and NEW have the same; rowid first."""
    for waiting in list(schema_editor.deferred_sql):
        if isinstance(waiting, Statement) and waiting.references_table(table):
            # An index that Django would make at the end of the migration.
            schema_editor.deferred_sql.remove(waiting)
            schema_editor.execute(waiting)
    keys = ["kept.rowid = NEW.rowid AND NEW.rowid > 0"]  # not above 0: to be chosen by the database
    with schema_editor.connection.cursor() as cursor:
        cursor.execute('SELECT name FROM pragma_index_list(%s) WHERE "unique" ORDER BY name', [table])
        for (index,) in cursor.fetchall():
            cursor.execute("SELECT name FROM pragma_index_info(%s)", [index])
            same = [f'kept."{column}" = NEW."{column}"' for (column,) in cursor.fetchall()]
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = %s", [index])
            _, _, condition = (cursor.fetchone()[0] or "").partition(" WHERE ")
            if condition:
                same += [f"({_COLUMN.sub(named, condition)})" for named in (r"kept.\g<0>", r"NEW.\g<0>")]
            keys.append(" AND ".join(same))
    return keys
