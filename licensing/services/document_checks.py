"""Is this file a document issued here, and is every document what its record says it is? Finds, never repairs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from core.audit.models import AuditEvent
from licensing.adapters.seal_facts import Seal, SealBroken
from licensing.models import Document
from licensing.services.documents import SEALED, document_bytes, seal_certificates_known, stamp_roots
from media_ingest.adapters.storage import StorageError

_HASHES = ("facts_sha256", "rendered_sha256", "sealed_sha256", "certificate_sha256")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the seal when it holds, the record when there is one, and what is wrong (empty: nothing)."""

    sha256: str
    seal: Seal | None
    document: Document | None
    faults: tuple[str, ...]

    @property
    def genuine(self) -> bool:
        """Whether the file is exactly a document that was issued here."""
        return not self.faults


def _recorded(document: Document) -> Iterator[str]:
    """What the audit chain says against a document's row."""
    for event in AuditEvent.objects.filter(subject=document.subject, action=SEALED):
        after = json.loads(event.body)["after"]
        if after["language"] == document.language:
            if any(after[name] != getattr(document, name) for name in _HASHES):
                yield "the audit chain holds other hashes than the record"
            return
    yield "the audit chain does not know it"


def document_check(pdf: bytes) -> Checked:
    """Check a file's seal and its hashes against the record and the audit chain. Needs no network."""
    from licensing.adapters.seal_check import seal_check  # noqa: PLC0415 - takes most of a second to load

    sha256 = hashlib.sha256(pdf).hexdigest()
    faults: list[str] = []
    seal: Seal | None = None
    try:
        seal = seal_check(pdf, seal_certificates_known(), stamp_roots())
    except SealBroken as error:
        faults.append(str(error))
    document = Document.objects.filter(sealed_sha256=sha256).first()
    if document is None:
        faults.append("no document with this hash was issued here")
    else:
        faults += _recorded(document)
        if hashlib.sha256(pdf[: document.rendered_bytes]).hexdigest() != document.rendered_sha256:
            faults.append("the bytes before the seal are others than recorded")
    return Checked(sha256, seal, document, tuple(faults))


def documents_check() -> Iterator[str]:
    """One sentence for each thing about issued documents that is not as it must be."""
    for document in Document.objects.order_by("pk").iterator(chunk_size=200):
        try:
            checked = document_check(document_bytes(document))
        except StorageError as error:
            yield f"document {document}: its bytes cannot be read: {error}"
            continue
        if checked.document is not None and checked.document.pk != document.pk:
            yield f"document {document}: its stored bytes are those of {checked.document}"
        for fault in checked.faults:
            yield f"document {document}: {fault}"
