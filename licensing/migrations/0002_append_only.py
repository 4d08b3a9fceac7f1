"""The database refuses changes to what was published, approved, decided or signed."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from core.append_only import AppendOnly

CLAUSE_COLUMNS = (
    *("id", "code", "number", "version", "critical", "facts", "sha256", "approved_at", "created_at"),
    *(f"{name}_{language}" for name in ("title", "summary", "text") for language in ("en", "fr")),
)
AGREEMENT_COLUMNS = (
    "id",
    "organisation_id",
    "author_id",
    "contract_version_id",
    "terms_version_id",
    "effective_version_id",
    "language",
    "revision",
    "submitted_at",
    "approved_at",
    "text_en",
    "text_fr",
    "sha256",
    "signed_at",
    "signatory_id",
    "signatory_name",
    "ip_hash",
    "created_at",
)


def frozen(state: str, last: str, columns: tuple[str, ...]) -> str:
    """SQL that holds for an UPDATE other than the one move from `state` to `last` that leaves `columns` alone."""
    changed = " OR ".join(f"CAST(NEW.{column} AS text) <> CAST(OLD.{column} AS text)" for column in columns)
    return f"OLD.state = '{last}' OR (OLD.state = '{state}' AND (NEW.state <> '{last}' OR {changed}))"


class Migration(migrations.Migration):
    """Triggers on published versions, decisions and signed agreements."""

    dependencies: ClassVar = [("licensing", "0001_initial")]
    operations: ClassVar = [
        AppendOnly("licensing_clauseversion", frozen("approved", "retired", CLAUSE_COLUMNS), ("UPDATE",)),
        AppendOnly("licensing_clauseversion", "OLD.state IN ('approved', 'retired')", ("DELETE",)),
        AppendOnly("licensing_contractversion"),
        AppendOnly("licensing_contractclause"),
        AppendOnly("licensing_termsprofileversion"),
        AppendOnly("licensing_agreement", frozen("signed", "ended", AGREEMENT_COLUMNS), ("UPDATE",)),
        AppendOnly("licensing_agreement", "OLD.state IN ('signed', 'ended')", ("DELETE",)),
        AppendOnly("licensing_reviewdecision"),
        AppendOnly("licensing_ratecard"),
        AppendOnly("licensing_usecaseversion"),
    ]
