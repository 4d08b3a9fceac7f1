"""A release taken back starts the ladder too; a version of a dataset names what it leaves out."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import core.ids
from core.append_only import AppendOnly, Kept, Lifted

TAKEN_BACK = ("creator", "claim")
FROZEN = " OR ".join(
    f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)"
    for column in ("id", "clip_id", "organisation_id", "cause", "reason", "created_at")
)


class Migration(migrations.Migration):
    """Withdrawals of releases, omissions of datasets, and an index for what of an order still stands."""

    dependencies: ClassVar = [("licensing", "0007_kept"), ("marketplace", "0012_kept"), ("media_ingest", "0008_kept")]
    operations: ClassVar = [
        Lifted(Kept("marketplace_withdrawal")),
        Lifted(AppendOnly("marketplace_withdrawal", events=("DELETE",))),
        Lifted(AppendOnly("marketplace_withdrawal", FROZEN, ("UPDATE",))),
        migrations.RemoveConstraint("withdrawal", "marketplace_withdrawal_cause"),
        migrations.AddField(
            "withdrawal",
            "release",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="withdrawals",
                to="licensing.release",
            ),
        ),
        migrations.AlterField("withdrawal", "cause", models.CharField(max_length=12)),
        migrations.AlterField(
            "withdrawal",
            "clip",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="withdrawals", to="media_ingest.clip"
            ),
        ),
        migrations.AddConstraint(
            "withdrawal",
            models.CheckConstraint(
                condition=models.Q(("cause__in", ["creator", "claim", "consent", "permission"])),
                name="marketplace_withdrawal_cause",
            ),
        ),
        migrations.AddConstraint(
            "withdrawal",
            models.CheckConstraint(
                condition=models.Q(cause__in=TAKEN_BACK, release__isnull=True)
                | (~models.Q(cause__in=TAKEN_BACK) & models.Q(release__isnull=False)),
                name="marketplace_withdrawal_has_its_release",
            ),
        ),
        migrations.AddConstraint(
            "withdrawal",
            models.UniqueConstraint(
                condition=models.Q(cause__in=TAKEN_BACK), fields=("clip",), name="marketplace_withdrawal_once"
            ),
        ),
        migrations.AddConstraint(
            "withdrawal",
            models.UniqueConstraint(
                condition=models.Q(release__isnull=False),
                fields=("release", "clip"),
                name="marketplace_withdrawal_release_once",
            ),
        ),
        migrations.CreateModel(
            name="Omission",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("shard", models.CharField(blank=True, default="", max_length=200)),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="omissions",
                        to="marketplace.dataset",
                    ),
                ),
                (
                    "licence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="omissions",
                        to="marketplace.licence",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dataset", "licence"), name="marketplace_omission_once")
                ],
            },
        ),
        migrations.AddIndex(
            "transfer", models.Index(fields=["subject_ref", "reason"], name="marketplace_transfer_subject")
        ),
        migrations.AddIndex("licence", models.Index(fields=["order", "state"], name="marketplace_licence_standing")),
    ]
