"""A licence can be told again, of more; an upheld claim names what is wrong."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from core.append_only import AppendOnly, Kept, Lifted

FOOTAGE = ("F01", "F02", "F03", "F04", "F05", "F06", "P01", "P02", "P03", "P04", "R01", "R02", "S01", "S02")
CLAIM = ("id", "ref_sha256", "kind", "about", "name", "email", "statement", "language", "hid", "due_at", "created_at")
NOTICE = (
    "id",
    "withdrawal_id",
    "licence_id",
    "holder_id",
    "rungs",
    "notice_days",
    "effective_at",
    "refund_rule",
    "refund_minor",
    "currency",
    "signatory",
    "method",
    "hash_list",
    "created_at",
)


def changed(columns: tuple[str, ...]) -> str:
    """SQL that holds when an UPDATE changes one of the columns (none of them is ever null)."""
    return " OR ".join(f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)" for column in columns)


def lost(columns: tuple[str, ...]) -> str:
    """SQL that holds when an UPDATE changes or clears a date that was set."""
    return " OR ".join(
        f"(OLD.{column} IS NOT NULL AND (NEW.{column} IS NULL OR NEW.{column} <> OLD.{column}))" for column in columns
    )


class Migration(migrations.Migration):
    """Several notices of one licence, of which one counts, and reasons of claims; the next one freezes them again."""

    dependencies: ClassVar = [("marketplace", "0014_taken_back_frozen")]
    operations: ClassVar = [
        Lifted(Kept("marketplace_claim")),
        Lifted(AppendOnly("marketplace_claim", events=("DELETE",))),
        Lifted(AppendOnly("marketplace_claim", f"OLD.state <> 'open' OR {changed(CLAIM)}", ("UPDATE",))),
        Lifted(Kept("marketplace_notice")),
        Lifted(AppendOnly("marketplace_notice", events=("DELETE",))),
        Lifted(
            AppendOnly(
                "marketplace_notice",
                f"{changed(NOTICE)} OR {lost(('delete_by', 'due_at', 'took_effect_at'))}",
                ("UPDATE",),
            )
        ),
        Lifted(Kept("marketplace_withdrawal")),
        migrations.RemoveConstraint("notice", "marketplace_notice_state"),
        migrations.RemoveConstraint("notice", "marketplace_notice_dated"),
        migrations.RemoveConstraint("withdrawal", "marketplace_withdrawal_once"),
        migrations.AddField("claim", "reason_code", models.CharField(blank=True, default="", max_length=8)),
        migrations.AddField("claim", "reason_version", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(
            "notice",
            "supersedes",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="marketplace.notice",
            ),
        ),
        migrations.AlterField(
            "notice",
            "licence",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="takedown_notices",
                to="marketplace.licence",
            ),
        ),
        migrations.AddConstraint(
            "claim",
            models.CheckConstraint(
                condition=models.Q(("reason_code", ""), ("reason_version", 0))
                | models.Q(("reason_code__in", list(FOOTAGE)), ("reason_version__gte", 1), ("state", "upheld")),
                name="marketplace_claim_reason",
            ),
        ),
        migrations.AddConstraint(
            "notice",
            models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["informed", "noticed", "in_effect", "overdue", "attested", "superseded"])
                ),
                name="marketplace_notice_state",
            ),
        ),
        migrations.AddConstraint(
            "notice",
            models.UniqueConstraint(
                condition=~models.Q(("state", "superseded")), fields=("licence",), name="marketplace_notice_counts"
            ),
        ),
        migrations.AddConstraint(
            "notice", models.UniqueConstraint(fields=("licence", "withdrawal"), name="marketplace_notice_once")
        ),
        migrations.AddConstraint(
            "notice",
            models.CheckConstraint(
                condition=models.Q(("due_at__isnull", True), ("state__in", ["informed", "superseded"]))
                | models.Q(
                    ~models.Q(("state", "informed")),
                    ("delete_by__gte", models.F("effective_at")),
                    ("due_at__gte", models.F("delete_by")),
                    ("due_at__isnull", False),
                ),
                name="marketplace_notice_dated",
            ),
        ),
        migrations.AddConstraint(
            "withdrawal",
            models.UniqueConstraint(
                condition=models.Q(("cause", "creator")),
                fields=("clip",),
                name="marketplace_withdrawal_by_creator_once",
            ),
        ),
    ]
