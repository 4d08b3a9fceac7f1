"""Money, rights and proofs are not rewritten by REPLACE or TRUNCATE either."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from core.append_only import Kept


class Migration(migrations.Migration):
    """Triggers on every table that refuses to change or lose rows."""

    dependencies: ClassVar = [("marketplace", "0011_attestation_signatory")]
    operations: ClassVar = [
        Kept("marketplace_transfer"),
        Kept("marketplace_account"),
        Kept("marketplace_quote", "OLD.state <> 'draft'"),
        Kept("marketplace_quoteline"),
        Kept("marketplace_payment"),
        Kept("marketplace_licence"),
        Kept("marketplace_reservation"),
        Kept("marketplace_certificate"),
        Kept("marketplace_signedcopy"),
        Kept("marketplace_claim"),
        Kept("marketplace_withdrawal"),
        Kept("marketplace_notice"),
        Kept("marketplace_attestation"),
        Kept("marketplace_logentry"),
        Kept("marketplace_lognode"),
        Kept("marketplace_mapnode"),
        Kept("marketplace_loghead"),
        Kept("marketplace_logtip"),
    ]
