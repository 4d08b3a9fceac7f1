"""Decisions wait a minute before they take effect; notes and counter-proposals; the clock of a case can stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import licensing.domain.states
from django.conf import settings
from django.db import migrations, models

from core.append_only import AppendOnly

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WRITTEN = (
    *("id", "case_id", "reviewer_id", "decision", "reason_code", "reason_version", "note", "case_version"),
    *("effective_at", "created_at"),
)
SETTLED = "OLD.effected_at IS NOT NULL OR OLD.undone_at IS NOT NULL OR " + " OR ".join(
    f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)" for column in WRITTEN
)
"""SQL that holds for any change but the one that tells how a decision ended."""
OLD_ONES = "UPDATE licensing_reviewdecision SET effective_at = created_at, effected_at = created_at"
"""What was decided before had its effect at once."""


class Lifted(AppendOnly):
    """Take triggers away; the reverse puts them back."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers."""
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers."""
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [
        ("licensing", "0004_consent"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Lifted("licensing_reviewdecision"),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("text", models.TextField()),
                ("unsent", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="CounterProposal",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("values", models.JSONField()),
                ("own_wording", models.JSONField(default=dict)),
                ("kind", models.CharField(max_length=16)),
                ("because", models.CharField(max_length=200)),
                ("fallback", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="reviewdecision",
            name="licensing_reviewdecision_decision",
        ),
        migrations.RemoveConstraint(
            model_name="reviewdecision",
            name="licensing_reviewdecision_once",
        ),
        migrations.RemoveConstraint(
            model_name="reviewdecision",
            name="licensing_reviewdecision_explained",
        ),
        migrations.AddField(
            model_name="reviewcase",
            name="escalated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reviewcase",
            name="paused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reviewdecision",
            name="effected_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reviewdecision",
            name="effective_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="reviewdecision",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="reviewdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision__in", ["approve", "request_changes", "refuse", "counter", "escalate"])),
                name="licensing_reviewdecision_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewdecision",
            constraint=models.UniqueConstraint(
                fields=("case", "case_version"), name="licensing_reviewdecision_one_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewdecision",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("undone_at", None),
                    models.Q(("decision", licensing.domain.states.Decision["ESCALATE"]), _negated=True),
                ),
                fields=("case", "reviewer"),
                name="licensing_reviewdecision_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("effected_at", None), ("undone_at", None), _connector="OR"),
                name="licensing_reviewdecision_effect_or_undone",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "decision__in",
                        [licensing.domain.states.Decision["APPROVE"], licensing.domain.states.Decision["ESCALATE"]],
                    ),
                    models.Q(models.Q(("reason_code", ""), _negated=True), models.Q(("note", ""), _negated=True)),
                    _connector="OR",
                ),
                name="licensing_reviewdecision_explained",
            ),
        ),
        migrations.AddField(
            model_name="casenote",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="casenote",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="licensing.reviewcase"
            ),
        ),
        migrations.AddField(
            model_name="counterproposal",
            name="clause_version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="licensing.clauseversion"
            ),
        ),
        migrations.AddField(
            model_name="counterproposal",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="counters", to="licensing.reviewdecision"
            ),
        ),
        migrations.AddConstraint(
            model_name="casenote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="licensing_casenote_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="counterproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["standard", "in_range", "fallback", "custom", "critical"])),
                name="licensing_counterproposal_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="counterproposal",
            constraint=models.UniqueConstraint(
                fields=("decision", "clause_version"), name="licensing_counterproposal_once"
            ),
        ),
        migrations.RunSQL(OLD_ONES, migrations.RunSQL.noop),
        AppendOnly("licensing_reviewdecision", SETTLED, ("UPDATE",)),
        AppendOnly("licensing_reviewdecision", events=("DELETE",)),
        AppendOnly("licensing_counterproposal"),
        AppendOnly("licensing_casenote"),
    ]
