"""A database that was migrated from nothing has every trigger that the migrations made.

SQLite rebuilds a table when a column or constraint of it changes, and drops its triggers without a word: whoever
migrates such a table makes them again. The statements of the migrations are listened to, so nothing here lists them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

_PROGRAM: Final = r"""
import json, re, sys
import django
django.setup()
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

made = {}

def listen(execute, sql, params, many, context):
    answer = execute(sql, params, many, context)
    if found := re.match(r'\s*CREATE TRIGGER "?(\w+)"? .*? ON "?(\w+)"?', sql, re.DOTALL):
        made[found[1]] = found[2]
    elif found := re.match(r'\s*DROP TRIGGER (?:IF EXISTS )?"?(\w+)"?', sql):
        made.pop(found[1], None)
    return answer

def standing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())

with connection.execute_wrapper(listen):
    call_command("migrate", verbosity=0)
fresh = standing()
listing = apps.get_model("marketplace", "Listing")
check = models.CheckConstraint(condition=models.Q(pk__isnull=False), name="only_to_rebuild_the_table")
with connection.schema_editor() as editor:
    editor.add_constraint(listing, check)
print(json.dumps({"made": made, "fresh": fresh, "rebuilt": standing()}))
"""


@dataclass(frozen=True)
class Triggers:
    """Triggers and the tables they are on."""

    made: dict[str, str]
    """By the migrations' statements, without those they dropped themselves."""
    fresh: dict[str, str]
    """In the database after the last migration."""
    rebuilt: dict[str, str]
    """In the database after one more migration that changes a constraint of `marketplace_listing`."""


@pytest.fixture(scope="module")
def triggers(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Triggers:
    """Those of a new SQLite database, migrated by a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment = kept | {
        "OFFCUT_HOME": str(tmp_path_factory.mktemp("home")),
        "DJANGO_SETTINGS_MODULE": "marketplace.config.settings",
        "PYTHONPATH": os.pathsep.join((str(repository), str(repository / "client" / "src"))),
    }
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environment, cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Triggers(**json.loads(done.stdout.splitlines()[-1]))


def test_no_trigger_is_lost_on_the_way_to_the_newest_database(triggers: Triggers) -> None:
    lost = {name: table for name, table in triggers.made.items() if name not in triggers.fresh}
    assert lost == {}, "a later migration rebuilt the table: make its triggers again there"
    assert triggers.fresh == triggers.made


def test_triggers_of_every_kind_are_among_them(triggers: Triggers) -> None:
    assert len(triggers.fresh) > 120
    listings = {name for name, table in triggers.fresh.items() if table == "marketplace_listing"}
    assert listings == {f"marketplace_shelf_{name}" for name in ("put", "removed", "left", "reached")}
    assert {"marketplace_licence_reserved", "marketplace_transfer_one_currency", "marketplace_logentry_no_gap"} <= set(
        triggers.fresh
    )


def test_a_rebuilt_table_is_seen_to_lose_its_triggers(triggers: Triggers) -> None:
    """The control: one more migration that touches a table with triggers would fail the first test."""
    lost = {table for name, table in triggers.made.items() if name not in triggers.rebuilt}
    assert lost == {"marketplace_listing"}
