"""The log can only grow, without gaps: the database refuses everything else, whoever asks."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from core.append_only import AppendOnly

COUNTED = (("marketplace_logentry", "position"), ("marketplace_loghead", "number"))


def gap(table: str, column: str) -> str:
    """SQL that holds when a new row is not the next one; rows of the same statement are seen one after the other."""
    return f"NEW.{column} <> (SELECT COALESCE(MAX(t.{column}), -1) + 1 FROM {table} t)"  # noqa: S608 - our own names


def refuse_gaps(_apps: Any, schema_editor: Any) -> None:
    """Refuse every number but the next."""
    for table, column in COUNTED:
        name, message = f"{table}_no_gap", f"{table} has no gaps"
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {gap(table, column)} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            continue
        schema_editor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {gap(table, column)} THEN RAISE EXCEPTION '{message}' "
            f"USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
        )
        schema_editor.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def allow_gaps(_apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    for table, _column in COUNTED:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {table}_no_gap")
            continue
        schema_editor.execute(f"DROP TRIGGER {table}_no_gap ON {table}")
        schema_editor.execute(f"DROP FUNCTION {table}_no_gap()")


class Migration(migrations.Migration):
    """Triggers on entries, both trees, heads and the log's name; what waits may leave."""

    dependencies: ClassVar = [("marketplace", "0007_transparency")]
    operations: ClassVar = [
        AppendOnly("marketplace_logentry"),
        AppendOnly("marketplace_lognode"),
        AppendOnly("marketplace_mapnode"),
        AppendOnly("marketplace_loghead"),
        AppendOnly("marketplace_logtip"),
        migrations.RunPython(refuse_gaps, allow_gaps),
    ]
