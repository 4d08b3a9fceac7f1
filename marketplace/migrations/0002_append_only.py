"""The database refuses changes to money that moved, prices that were offered, rights that were granted, proofs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from core.append_only import AppendOnly

QUOTE_COLUMNS = (
    "id",
    "organisation_id",
    "use_case_version_id",
    "expires_at",
    "rate_card_version",
    "rate_card_sha256",
    "currency",
    "creators_minor",
    "service_fee_minor",
    "fee_share",
    "licensed_before_ms",
    "duration_ms",
    "exclusivity",
    "term_months",
    "conditions",
    "left_out",
    "created_at",
)
LICENCE_COLUMNS = (
    "id",
    "order_id",
    "line_id",
    "clip_id",
    "licensor_id",
    "licensee_id",
    "exclusivity",
    "starts_at",
    "ends_at",
    "created_at",
)
PAYMENT_COLUMNS = ("id", "order_id", "attempt", "method", "provider_key", "amount_minor", "currency", "created_at")


def changed(columns: tuple[str, ...]) -> str:
    """SQL that holds when an UPDATE changes one of the columns (none of them is ever null)."""
    return " OR ".join(f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)" for column in columns)


ONE_CURRENCY = (
    "SELECT 1 FROM marketplace_account a WHERE a.id IN (NEW.debit_id, NEW.credit_id) AND a.currency <> NEW.currency"
)
NAME = "marketplace_transfer_one_currency"


def refuse_mixed_currency(_apps: Any, schema_editor: Any) -> None:
    """A transfer's currency is that of both its accounts, whoever writes it."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER {NAME} BEFORE INSERT ON marketplace_transfer WHEN EXISTS ({ONE_CURRENCY}) "
            f"BEGIN SELECT RAISE(ABORT, 'one transfer, one currency'); END"
        )
        return
    schema_editor.execute(
        f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF EXISTS ({ONE_CURRENCY}) THEN RAISE EXCEPTION 'one transfer, one currency' "
        f"USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {NAME} BEFORE INSERT ON marketplace_transfer FOR EACH ROW EXECUTE FUNCTION {NAME}()"
    )


def allow_mixed_currency(_apps: Any, schema_editor: Any) -> None:
    """Drop the trigger."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TRIGGER {NAME}")
        return
    schema_editor.execute(f"DROP TRIGGER {NAME} ON marketplace_transfer")
    schema_editor.execute(f"DROP FUNCTION {NAME}()")


class Migration(migrations.Migration):
    """Triggers on transfers, accounts, quotes, lines, payments, licences and certificates."""

    dependencies: ClassVar = [("marketplace", "0001_initial")]
    operations: ClassVar = [
        AppendOnly("marketplace_transfer"),
        AppendOnly("marketplace_account"),
        AppendOnly("marketplace_quoteline"),
        AppendOnly("marketplace_quote", f"OLD.state <> 'draft' AND ({changed(QUOTE_COLUMNS)})", ("UPDATE",)),
        AppendOnly("marketplace_quote", "OLD.state <> 'draft'", ("DELETE",)),
        AppendOnly("marketplace_payment", f"OLD.state <> 'claimed' OR {changed(PAYMENT_COLUMNS)}", ("UPDATE",)),
        AppendOnly("marketplace_payment", events=("DELETE",)),
        AppendOnly("marketplace_licence", changed(LICENCE_COLUMNS), ("UPDATE",)),
        AppendOnly("marketplace_licence", events=("DELETE",)),
        AppendOnly("marketplace_certificate"),
        migrations.RunPython(refuse_mixed_currency, allow_mixed_currency),
    ]
