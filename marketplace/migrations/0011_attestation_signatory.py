"""An attestation names its signatory by the word of the clause, as the notice does."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """Rename one column; the table stays append-only."""

    dependencies: ClassVar = [("marketplace", "0010_shelves")]
    operations: ClassVar = [migrations.RenameField("attestation", "role", "signatory")]
