"""What was credited to buyers is sent to them: one row for each attempt, frozen once it is sent or refused."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import core.ids
from core.append_only import AppendOnly, Kept

FROZEN = (
    "id",
    "licence_id",
    "attempt",
    "payment_id",
    "provider_key",
    "by_hand",
    "amount_minor",
    "currency",
    "created_at",
)
CHANGED = " OR ".join(
    f"COALESCE(CAST(NEW.{column} AS text), '') <> COALESCE(CAST(OLD.{column} AS text), '')" for column in FROZEN
)


class Migration(migrations.Migration):
    """Repayments and their triggers."""

    dependencies: ClassVar = [
        ("marketplace", "0016_told_again_frozen"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Repayment",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("attempt", models.PositiveSmallIntegerField()),
                ("provider_key", models.CharField(max_length=80, unique=True)),
                ("state", models.CharField(default="claimed", max_length=12)),
                ("by_hand", models.BooleanField(default=False)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reference", models.CharField(default="", max_length=80)),
                ("refusal_code", models.CharField(default="", max_length=40)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "licence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="repayments", to="marketplace.licence"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repayments",
                        to="marketplace.payment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["claimed", "sent", "refused"])),
                        name="marketplace_repayment_state",
                    ),
                    models.UniqueConstraint(fields=("licence", "attempt"), name="marketplace_repayment_attempt"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["claimed", "sent"])),
                        fields=("licence",),
                        name="marketplace_repayment_one_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="marketplace_repayment_amount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("by_hand", False),
                                ("payment__isnull", False),
                                ("sent_at__isnull", True),
                                ("state", "claimed"),
                            ),
                            models.Q(("refusal_code", ""), ("sent_at__isnull", False), ("state", "sent")),
                            models.Q(
                                ("by_hand", False),
                                ("sent_at__isnull", True),
                                ("state", "refused"),
                                models.Q(("refusal_code", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="marketplace_repayment_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True),
                            models.Q(("reference", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="marketplace_repayment_has_reference",
                    ),
                ],
            },
        ),
        AppendOnly("marketplace_repayment", f"OLD.state <> 'claimed' OR {CHANGED}", ("UPDATE",)),
        AppendOnly("marketplace_repayment", events=("DELETE",)),
        Kept("marketplace_repayment"),
    ]
