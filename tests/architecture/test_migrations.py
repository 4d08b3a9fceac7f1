"""Migrations say all that the models say, have names, and import none of the apps."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from tests.architecture.source import FLOORS, modules


@pytest.mark.django_db
def test_no_model_changed_without_a_migration() -> None:
    out = io.StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=out, stderr=out)
    except SystemExit:
        pytest.fail(f"a migration is missing:\n{out.getvalue()}")


def test_migrations_have_names() -> None:
    assert [module.path for module in modules() if module.is_migration and "_auto_" in module.path] == []


def test_a_data_migration_does_not_import_the_apps() -> None:
    """The code of today must not run on the tables of then. Generated references to fields and enums are allowed."""
    allowed = ("core.ids", "core.append_only", "core.constraints", "core.accounts.models", "core.clock")
    faults = []
    for module in modules():
        if not module.is_migration:
            continue
        services = [name for name in module.imported() if name.split(".")[0] in FLOORS and not name.startswith(allowed)]
        faults += [f"{module.path}: {name}" for name in services if ".services" in name or ".selectors" in name]
    assert faults == []
