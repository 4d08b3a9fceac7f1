"""What was claimed, told and attested stays as it was written."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from core.append_only import AppendOnly

CLAIM = ("id", "ref_sha256", "kind", "about", "name", "email", "statement", "language", "hid", "due_at", "created_at")
WITHDRAWAL = ("id", "clip_id", "organisation_id", "cause", "reason", "created_at")
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
DATED = ("delete_by", "due_at", "took_effect_at")


def changed(columns: tuple[str, ...]) -> str:
    """SQL that holds when an UPDATE changes one of the columns (none of them is ever null)."""
    return " OR ".join(f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)" for column in columns)


def lost(columns: tuple[str, ...]) -> str:
    """SQL that holds when an UPDATE changes or clears a date that was set."""
    return " OR ".join(
        f"(OLD.{column} IS NOT NULL AND (NEW.{column} IS NULL OR NEW.{column} <> OLD.{column}))" for column in columns
    )


class Migration(migrations.Migration):
    """Triggers on claims, withdrawals, notices and attestations."""

    dependencies: ClassVar = [("marketplace", "0005_withdrawals")]
    operations: ClassVar = [
        AppendOnly("marketplace_claim", f"OLD.state <> 'open' OR {changed(CLAIM)}", ("UPDATE",)),
        AppendOnly("marketplace_claim", events=("DELETE",)),
        AppendOnly("marketplace_withdrawal", changed(WITHDRAWAL), ("UPDATE",)),
        AppendOnly("marketplace_withdrawal", events=("DELETE",)),
        AppendOnly("marketplace_notice", f"{changed(NOTICE)} OR {lost(DATED)}", ("UPDATE",)),
        AppendOnly("marketplace_notice", events=("DELETE",)),
        AppendOnly("marketplace_attestation"),
    ]
