"""The desk's policy is versioned rows; what one says never changes. A case names the version it was opened under."""

from __future__ import annotations

import core.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import licensing.domain.desk_policy
from django.conf import settings
from django.db import migrations, models

from core.append_only import AppendOnly, Kept

SAID = (
    *("id", "version", "fallback_people", "custom_people", "two_people", "days_one", "days_two", "sample_per_mille"),
    *("sha256", "author_id", "created_at"),
)
SETTLED = "OLD.state <> 'proposed' OR " + " OR ".join(
    f"COALESCE(CAST(NEW.{column} AS text), '') <> COALESCE(CAST(OLD.{column} AS text), '')" for column in SAID
)
"""SQL that holds for any change but the one that publishes or withdraws a proposal as it stands."""


class Migration(migrations.Migration):
    """A column, and one table, frozen by triggers."""

    dependencies = [
        ("licensing", "0010_case_snooze"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="reviewcase",
            name="policy_version",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveSmallIntegerField(unique=True)),
                ("fallback_people", models.PositiveSmallIntegerField()),
                ("custom_people", models.PositiveSmallIntegerField()),
                ("two_people", models.JSONField(default=list)),
                ("days_one", models.PositiveSmallIntegerField()),
                ("days_two", models.PositiveSmallIntegerField()),
                ("sample_per_mille", models.PositiveSmallIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(default=licensing.domain.desk_policy.PolicyState["PROPOSED"], max_length=16),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", licensing.domain.desk_policy.PolicyState["PROPOSED"])),
                        fields=("state",),
                        name="licensing_policyversion_one_proposed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "published", "withdrawn"])),
                        name="licensing_policyversion_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="licensing_policyversion_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("days_two__gte", models.F("days_one"))),
                            ("custom_people__gte", 1),
                            ("custom_people__lte", 2),
                            ("days_one__gte", 1),
                            ("days_one__lte", 5),
                            ("days_two__gte", 1),
                            ("days_two__lte", 10),
                            ("fallback_people__gte", 0),
                            ("fallback_people__lte", 1),
                            ("sample_per_mille__gte", 10),
                            ("sample_per_mille__lte", 1000),
                        ),
                        name="licensing_policyversion_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", licensing.domain.desk_policy.PolicyState["PUBLISHED"]), _negated=True),
                            models.Q(
                                ("published_at__isnull", False),
                                models.Q(
                                    ("author", None),
                                    models.Q(
                                        ("reviewer__isnull", False),
                                        models.Q(("reviewer", models.F("author")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_policyversion_second_person",
                    ),
                ],
            },
        ),
        AppendOnly("licensing_policyversion", SETTLED, ("UPDATE",)),
        AppendOnly("licensing_policyversion", events=("DELETE",)),
        Kept("licensing_policyversion"),
    ]
