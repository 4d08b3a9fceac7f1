"""What this floor does when something happens, keeps from the sweep, and always promises."""

from __future__ import annotations

from core.invariants import invariant
from core.jobs.registry import subscribe
from licensing.domain.documents.kinds import AGREEMENT_DOCUMENTS
from licensing.selectors.documents import document_keys_referenced
from licensing.services.document_checks import documents_check
from licensing.services.signing import SIGNED_TOPIC
from media_ingest.services.sweeping import references_from


def register() -> None:
    """A signed agreement becomes a document; documents stay stored and agree with their record."""
    subscribe(SIGNED_TOPIC, AGREEMENT_DOCUMENTS)
    references_from(document_keys_referenced)
    invariant("documents: stored, sealed and as the audit chain says")(documents_check)
