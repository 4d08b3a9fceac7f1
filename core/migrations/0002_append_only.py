"""The database refuses changes to the audit trail."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from core.append_only import AppendOnly


class Migration(migrations.Migration):
    """Triggers on the audit events."""

    dependencies: ClassVar = [("core", "0001_initial")]
    operations: ClassVar = [AppendOnly("core_auditevent")]
