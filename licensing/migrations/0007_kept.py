"""What was published, signed or decided is not rewritten by REPLACE or TRUNCATE either."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from core.append_only import Kept


class Migration(migrations.Migration):
    """Triggers on every table that refuses to change or lose rows."""

    dependencies: ClassVar = [("licensing", "0006_documents")]
    operations: ClassVar = [
        Kept("licensing_clauseversion", "OLD.state IN ('approved', 'retired')"),
        Kept("licensing_contractversion"),
        Kept("licensing_contractclause"),
        Kept("licensing_termsprofileversion"),
        Kept("licensing_agreement", "OLD.state IN ('signed', 'ended')"),
        Kept("licensing_reviewdecision"),
        Kept("licensing_counterproposal"),
        Kept("licensing_casenote"),
        Kept("licensing_ratecard"),
        Kept("licensing_ratecarddraft", "OLD.state = 'published'"),
        Kept("licensing_usecaseversion"),
        Kept("licensing_releasesignature"),
        Kept("licensing_document"),
        Kept("licensing_societyanswer"),
    ]
