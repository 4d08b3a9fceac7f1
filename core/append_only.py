"""A migration operation that makes the database itself refuse UPDATE and DELETE on a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation
from typing_extensions import override

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState


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
