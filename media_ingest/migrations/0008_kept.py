"""What a file is called by its content is not replaced or truncated either."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from core.append_only import Kept


class Migration(migrations.Migration):
    """Triggers on every table that refuses to change or lose rows."""

    dependencies: ClassVar = [("media_ingest", "0007_content_codes")]
    operations: ClassVar = [
        Kept("media_ingest_contentcode"),
    ]
