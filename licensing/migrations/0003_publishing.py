"""Who drafted and who approved a clause version; rate cards of one organisation, and drafts of rate cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models
from typing_extensions import override

import core.ids
from core.append_only import AppendOnly

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class Dropped(AppendOnly):
    """Drop triggers before their table is altered: SQLite rebuilds a table without them."""

    @override
    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    @override
    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class NotReplaced(AppendOnly):
    """SQLite only: refuse REPLACE over a frozen row, which deletes it without running the triggers of DELETE."""

    @override
    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return
        for event in self.events:
            exists = f"SELECT 1 FROM {self.table} AS kept WHERE {self.when}"  # noqa: S608 - names in this file
            refuse = f"SELECT RAISE(ABORT, '{self.table} is append-only')"
            schema_editor.execute(
                f"CREATE TRIGGER {self._name(event)} BEFORE {event} ON {self.table} "
                f"WHEN EXISTS ({exists}) BEGIN {refuse}; END"
            )

    @override
    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == "sqlite":
            super().database_backwards(app_label, schema_editor, from_state, to_state)

    @override
    def _name(self, event: str) -> str:
        return f"{self.table}_no_replace_{event.lower()}"


def frozen(columns: tuple[str, ...]) -> str:
    """SQL that holds for an UPDATE of an approved row other than its retirement, which leaves `columns` alone."""
    changed = " OR ".join(
        f"COALESCE(CAST(NEW.{column} AS text), '') <> COALESCE(CAST(OLD.{column} AS text), '')" for column in columns
    )
    return f"OLD.state = 'retired' OR (OLD.state = 'approved' AND (NEW.state <> 'retired' OR {changed}))"


BEFORE = (
    *("id", "code", "number", "version", "critical", "facts", "sha256", "approved_at", "created_at"),
    *(f"{name}_{language}" for name in ("title", "summary", "text") for language in ("en", "fr")),
)
FROZEN_BEFORE = (
    "OLD.state = 'retired' OR (OLD.state = 'approved' AND (NEW.state <> 'retired' OR "
    + " OR ".join(f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)" for column in BEFORE)
    + "))"
)
KEPT = "OLD.state IN ('approved', 'retired')"
USER = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": settings.AUTH_USER_MODEL}
ANY_USER = {**USER, "blank": True, "null": True}
OF = {"on_delete": django.db.models.deletion.PROTECT, "to": "core.organisation", "blank": True, "null": True}
OPEN = ("state__in", ["draft", "in_review"])
SECOND = models.Q(("reviewer__isnull", False), models.Q(("reviewer", models.F("author")), _negated=True))


class Migration(migrations.Migration):
    """Triggers are dropped, tables altered, triggers made again."""

    dependencies: ClassVar = [
        ("core", "0002_append_only"),
        ("licensing", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        Dropped("licensing_clauseversion", FROZEN_BEFORE, ("UPDATE",)),
        Dropped("licensing_clauseversion", KEPT, ("DELETE",)),
        Dropped("licensing_ratecard"),
        migrations.AddField("clauseversion", "author", models.ForeignKey(**ANY_USER)),
        migrations.AddField("clauseversion", "reviewer", models.ForeignKey(**ANY_USER)),
        migrations.AddConstraint(
            "clauseversion",
            models.CheckConstraint(
                condition=models.Q(("author__isnull", True), OPEN, SECOND, _connector="OR"),
                name="licensing_clauseversion_second_person",
            ),
        ),
        migrations.AddConstraint(
            "clauseversion",
            models.UniqueConstraint(
                condition=models.Q(OPEN), fields=("code",), name="licensing_clauseversion_one_open"
            ),
        ),
        migrations.RemoveConstraint("ratecard", "licensing_ratecard_valid_from"),
        migrations.AddField("ratecard", "organisation", models.ForeignKey(related_name="rate_cards", **OF)),
        migrations.AddField("ratecard", "valid_until", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "ratecard",
            models.UniqueConstraint(
                condition=models.Q(("organisation__isnull", True)),
                fields=("valid_from",),
                name="licensing_ratecard_valid_from",
            ),
        ),
        migrations.AddConstraint(
            "ratecard",
            models.UniqueConstraint(fields=("organisation", "valid_from"), name="licensing_ratecard_own_valid_from"),
        ),
        migrations.AddConstraint(
            "ratecard",
            models.CheckConstraint(
                condition=models.Q(
                    ("valid_until__isnull", True),
                    models.Q(("organisation__isnull", False), ("valid_until__gt", models.F("valid_from"))),
                    _connector="OR",
                ),
                name="licensing_ratecard_interval",
            ),
        ),
        migrations.CreateModel(
            name="RateCardDraft",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.CharField(max_length=16)),
                ("card", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                ("state", models.CharField(default="draft", max_length=16)),
                ("author", models.ForeignKey(**USER)),
                ("organisation", models.ForeignKey(related_name="+", **OF)),
                (
                    "published",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="licensing.ratecard",
                    ),
                ),
                ("reviewer", models.ForeignKey(**ANY_USER)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("version",), name="licensing_ratecarddraft_version"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "in_review", "published"])),
                        name="licensing_ratecarddraft_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), _negated=True),
                            models.Q(
                                ("published__isnull", False),
                                ("reviewer__isnull", False),
                                models.Q(("reviewer", models.F("author")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_ratecarddraft_second_person",
                    ),
                ]
            },
        ),
        AppendOnly("licensing_clauseversion", frozen((*BEFORE, "author_id", "reviewer_id")), ("UPDATE",)),
        AppendOnly("licensing_clauseversion", KEPT, ("DELETE",)),
        NotReplaced(
            "licensing_clauseversion",
            "kept.state IN ('approved', 'retired') "
            "AND (kept.id = NEW.id OR (kept.code = NEW.code AND kept.version = NEW.version))",
            ("INSERT",),
        ),
        NotReplaced(
            "licensing_clauseversion",
            "kept.state IN ('approved', 'retired') AND kept.rowid <> NEW.rowid "
            "AND (kept.id = NEW.id OR (kept.code = NEW.code AND kept.version = NEW.version))",
            ("UPDATE",),
        ),
        AppendOnly("licensing_ratecard"),
        NotReplaced(
            "licensing_ratecard",
            "kept.id = NEW.id OR kept.version = NEW.version OR (kept.valid_from = NEW.valid_from "
            "AND COALESCE(kept.organisation_id, '') = COALESCE(NEW.organisation_id, ''))",
            ("INSERT",),
        ),
        AppendOnly("licensing_ratecarddraft", "OLD.state = 'published'"),
    ]
