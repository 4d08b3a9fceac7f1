"""The audit chain is not rewritten by REPLACE or TRUNCATE either."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from core.append_only import Kept


class Migration(migrations.Migration):
    """Triggers on every table that refuses to change or lose rows."""

    dependencies: ClassVar = [("core", "0002_append_only")]
    operations: ClassVar = [
        Kept("core_auditevent"),
    ]
