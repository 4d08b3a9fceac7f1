"""Shelves: how many clips are live under which terms, counted by the database itself whenever a listing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import StateApps


_COUNTED: Final = "{row}.state = 'live' AND {row}.shelf_id IS NOT NULL"
_ADD: Final = (
    "UPDATE marketplace_shelf SET clips = clips + 1, duration_ms = duration_ms + NEW.shelved_ms WHERE id = NEW.shelf_id"
)
_TAKE: Final = (
    "UPDATE marketplace_shelf SET clips = clips - 1, duration_ms = duration_ms - OLD.shelved_ms WHERE id = OLD.shelf_id"
)
_OF: Final = "UPDATE OF state, shelf_id, shelved_ms"
_OLD: Final = _COUNTED.format(row="OLD")
_NEW: Final = _COUNTED.format(row="NEW")

SQLITE: Final = (
    f"CREATE TRIGGER marketplace_shelf_put AFTER INSERT ON marketplace_listing WHEN {_NEW} BEGIN {_ADD}; END",
    f"CREATE TRIGGER marketplace_shelf_removed AFTER DELETE ON marketplace_listing WHEN {_OLD} BEGIN {_TAKE}; END",
    f"CREATE TRIGGER marketplace_shelf_left AFTER {_OF} ON marketplace_listing WHEN {_OLD} BEGIN {_TAKE}; END",
    f"CREATE TRIGGER marketplace_shelf_reached AFTER {_OF} ON marketplace_listing WHEN {_NEW} BEGIN {_ADD}; END",
)
SQLITE_BACK: Final = tuple(f"DROP TRIGGER marketplace_shelf_{name}" for name in ("put", "removed", "left", "reached"))
POSTGRES: Final = (
    (
        "CREATE FUNCTION marketplace_shelf_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'INSERT' THEN IF {_OLD} THEN {_TAKE}; END IF; END IF; "
        f"IF TG_OP <> 'DELETE' THEN IF {_NEW} THEN {_ADD}; END IF; END IF; "
        "RETURN NULL; END $$"
    ),
    (
        f"CREATE TRIGGER marketplace_shelf_count AFTER INSERT OR DELETE OR {_OF} ON marketplace_listing "
        "FOR EACH ROW EXECUTE FUNCTION marketplace_shelf_count()"
    ),
)
POSTGRES_BACK: Final = (
    "DROP TRIGGER marketplace_shelf_count ON marketplace_listing",
    "DROP FUNCTION marketplace_shelf_count()",
)


def count(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement)


def stop_counting(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers."""
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRES_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("licensing", "0001_initial"),
        ("marketplace", "0009_signed_copies"),
    ]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="shelved_ms",
            field=models.BigIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="Shelf",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("has_audio", models.BooleanField()),
                ("people", models.CharField(max_length=16)),
                ("cleared", models.CharField(max_length=16)),
                ("genre", models.CharField(max_length=16)),
                ("resolution_class", models.CharField(max_length=8)),
                ("orientation", models.CharField(max_length=12)),
                ("clips", models.BigIntegerField(default=0)),
                ("duration_ms", models.BigIntegerField(default=0)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="licensing.agreement"
                    ),
                ),
                (
                    "terms_profile_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licensing.termsprofileversion",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="listing",
            name="shelf",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="listings", to="marketplace.shelf"
            ),
        ),
        migrations.AddConstraint(
            model_name="shelf",
            constraint=models.CheckConstraint(
                condition=models.Q(("people__in", ["none", "blurred", "incidental", "released", "unreleased"])),
                name="marketplace_shelf_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="shelf",
            constraint=models.CheckConstraint(
                condition=models.Q(("cleared__in", ["none", "evaluation", "non_generative", "generative"])),
                name="marketplace_shelf_cleared",
            ),
        ),
        migrations.AddConstraint(
            model_name="shelf",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "genre__in",
                        [
                            "generic",
                            "talking_head",
                            "drone",
                            "animation_3d",
                            "animation_2d",
                            "vr360",
                            "egocentric",
                            "rare",
                        ],
                    )
                ),
                name="marketplace_shelf_genre",
            ),
        ),
        migrations.AddConstraint(
            model_name="shelf",
            constraint=models.CheckConstraint(
                condition=models.Q(("resolution_class__in", ["sd", "720p", "1080p", "1440p", "2160p", "6k", "4320p"])),
                name="marketplace_shelf_class",
            ),
        ),
        migrations.AddConstraint(
            model_name="shelf",
            constraint=models.CheckConstraint(
                condition=models.Q(("orientation__in", ["horizontal", "vertical", "square"])),
                name="marketplace_shelf_orientation",
            ),
        ),
        migrations.AddConstraint(
            model_name="shelf",
            constraint=models.CheckConstraint(
                condition=models.Q(("clips__gte", 0), ("duration_ms__gte", 0)), name="marketplace_shelf_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="shelf",
            constraint=models.UniqueConstraint(
                fields=(
                    "terms_profile_version",
                    "agreement",
                    "has_audio",
                    "people",
                    "cleared",
                    "genre",
                    "resolution_class",
                    "orientation",
                ),
                name="marketplace_shelf_once",
            ),
        ),
        migrations.RunPython(count, stop_counting),
    ]
