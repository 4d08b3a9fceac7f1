"""Withdrawals stay as they were written: the triggers again, on the table as it is now."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from core.append_only import AppendOnly, Kept

WITHDRAWAL = ("id", "clip_id", "organisation_id", "cause", "reason", "created_at")
CHANGED = " OR ".join(f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)" for column in WITHDRAWAL)
MOVED = "COALESCE(CAST(NEW.release_id AS text), '') <> COALESCE(CAST(OLD.release_id AS text), '')"


class Migration(migrations.Migration):
    """Triggers on withdrawals."""

    dependencies: ClassVar = [("marketplace", "0013_taken_back")]
    operations: ClassVar = [
        AppendOnly("marketplace_withdrawal", f"{CHANGED} OR {MOVED}", ("UPDATE",)),
        AppendOnly("marketplace_withdrawal", events=("DELETE",)),
        Kept("marketplace_withdrawal"),
    ]
