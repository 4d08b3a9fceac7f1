"""How submissions were routed, append-only; and second looks at what passed by itself, frozen once there is one."""

from __future__ import annotations

import core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import licensing.domain.quality
from django.conf import settings
from django.db import migrations, models

from core.append_only import AppendOnly, Kept

SAID = "OLD.outcome <> '' OR " + " OR ".join(
    f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)" for column in ("id", "routing_id", "created_at")
)
"""SQL that holds for any change but the one that gives an outcome."""


class Migration(migrations.Migration):
    """Two tables, frozen by triggers."""

    dependencies = [
        ("licensing", "0011_desk_policy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Routing",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("revision", models.PositiveIntegerField()),
                ("policy_version", models.PositiveSmallIntegerField()),
                ("changes", models.JSONField()),
                ("people", models.PositiveSmallIntegerField()),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="routings", to="licensing.agreement"
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="routing",
                        to="licensing.reviewcase",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QualityReview",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("outcome", models.CharField(blank=True, default="", max_length=16)),
                ("reason_code", models.CharField(blank=True, default="", max_length=8)),
                ("reason_version", models.PositiveSmallIntegerField(default=0)),
                ("note", models.TextField(blank=True, default="")),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "routing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="quality", to="licensing.routing"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="routing",
            index=models.Index(fields=["created_at"], name="licensing_routing_created"),
        ),
        migrations.AddConstraint(
            model_name="routing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case", None), ("people", 0)),
                    models.Q(("case__isnull", False), ("people__in", [1, 2])),
                    _connector="OR",
                ),
                name="licensing_routing_people",
            ),
        ),
        migrations.AddIndex(
            model_name="qualityreview",
            index=models.Index(fields=["outcome", "created_at"], name="licensing_quality_waiting"),
        ),
        migrations.AddConstraint(
            model_name="qualityreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["", "agree", "disagree"])), name="licensing_qualityreview_outcome"
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("outcome", licensing.domain.quality.Outcome["WAITING"]),
                        ("reviewed_at", None),
                        ("reviewer", None),
                    ),
                    models.Q(
                        models.Q(("outcome", licensing.domain.quality.Outcome["WAITING"]), _negated=True),
                        ("reviewed_at__isnull", False),
                        ("reviewer__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="licensing_qualityreview_whose",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason_code__in", ["", "C01", "C02", "C03", "C04"])),
                name="licensing_qualityreview_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", licensing.domain.quality.Outcome["DISAGREE"]), _negated=True),
                    models.Q(models.Q(("reason_code", ""), _negated=True), models.Q(("note", ""), _negated=True)),
                    _connector="OR",
                ),
                name="licensing_qualityreview_explained",
            ),
        ),
        AppendOnly("licensing_routing"),
        Kept("licensing_routing"),
        AppendOnly("licensing_qualityreview", SAID, ("UPDATE",)),
        AppendOnly("licensing_qualityreview", events=("DELETE",)),
        Kept("licensing_qualityreview"),
    ]
