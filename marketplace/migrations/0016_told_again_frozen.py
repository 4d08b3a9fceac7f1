"""Claims, notices and withdrawals stay as they were written: the triggers again, on the tables as they are now.

Who asked for a withdrawal and which claim caused it stay as well.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from core.append_only import AppendOnly, Kept, Lifted

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
WITHDRAWAL = ("id", "clip_id", "organisation_id", "cause", "reason", "created_at")
WITHDRAWAL_BEFORE = " OR ".join(f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)" for column in WITHDRAWAL)
MOVED_BEFORE = "COALESCE(CAST(NEW.release_id AS text), '') <> COALESCE(CAST(OLD.release_id AS text), '')"
NULLABLE = ("supersedes_id", "delete_by", "due_at")


def changed(columns: tuple[str, ...]) -> str:
    """SQL that holds when an UPDATE changes one of the columns, to or from nothing too."""
    return " OR ".join(
        f"COALESCE(CAST(NEW.{column} AS text), '') <> COALESCE(CAST(OLD.{column} AS text), '')" for column in columns
    )


ENDED = "(OLD.took_effect_at IS NOT NULL AND (NEW.took_effect_at IS NULL OR NEW.took_effect_at <> OLD.took_effect_at))"


class Migration(migrations.Migration):
    """Triggers on claims, notices and withdrawals."""

    dependencies: ClassVar = [("marketplace", "0015_told_again")]
    operations: ClassVar = [
        AppendOnly("marketplace_claim", f"OLD.state <> 'open' OR {changed(CLAIM)}", ("UPDATE",)),
        AppendOnly("marketplace_claim", events=("DELETE",)),
        Kept("marketplace_claim"),
        AppendOnly("marketplace_notice", f"{changed(NOTICE + NULLABLE)} OR {ENDED}", ("UPDATE",)),
        AppendOnly("marketplace_notice", events=("DELETE",)),
        Kept("marketplace_notice"),
        Lifted(AppendOnly("marketplace_withdrawal", f"{WITHDRAWAL_BEFORE} OR {MOVED_BEFORE}", ("UPDATE",))),
        AppendOnly(
            "marketplace_withdrawal", changed((*WITHDRAWAL, "release_id", "claim_id", "asked_by_id")), ("UPDATE",)
        ),
        Kept("marketplace_withdrawal"),
    ]
