"""Issuing documents: set once, sealed once, stored under their hashes, and written into the audit chain."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from licensing.adapters.seal_facts import Seal, StampUnavailable
from licensing.adapters.seal_keys import (
    Sealer,
    SealKeyUnusable,
    seal_certificates,
    seal_keys_rotate,
    sealer_from_file,
    sealer_from_pkcs12,
)
from licensing.adapters.typesetting import paper_pdf
from licensing.domain.documents.agreement import agreement_paper
from licensing.domain.documents.errors import DOCUMENT_UNAVAILABLE
from licensing.domain.documents.kinds import DocumentKind
from licensing.domain.documents.paper import Paper, paper_sha256
from licensing.domain.wording import Language
from licensing.models import Document
from licensing.selectors.agreements import agreement_get
from licensing.selectors.documents import agreement_document_of, document_find
from media_ingest.adapters.storage import store

SEALED: Final = "document.sealed"
"""The audit event that holds a document's hashes."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A PDF to hand out, and the name it is saved under."""

    pdf: bytes
    file_name: str


def _signer_name() -> str:
    return f"Offcut documents, {urlsplit(settings.OFFCUT.public_url).hostname}"


def _sealer() -> Sealer:
    key_file, sealing = settings.OFFCUT.seal_key_file, settings.OFFCUT.seal
    if sealing.pkcs12 is None:
        return sealer_from_file(key_file, name=_signer_name(), at=now())
    try:
        return sealer_from_pkcs12(key_file, sealing.pkcs12, password=sealing.password)
    except SealKeyUnusable as error:
        raise DOCUMENT_UNAVAILABLE(
            f"Nothing was issued and nothing is lost. An operator has to act: {error}."
        ) from error


def seal_certificates_known() -> tuple[str, ...]:
    """Every certificate (PEM) that documents of this installation are or were sealed with; makes a first one."""
    _sealer()
    return seal_certificates(settings.OFFCUT.seal_key_file)


def seal_key_rotate() -> None:
    """Seal with a new key from now on. What was sealed before keeps verifying: no certificate is ever dropped."""
    seal_keys_rotate(settings.OFFCUT.seal_key_file, name=_signer_name(), at=now())


def stamp_roots() -> tuple[str, ...]:
    """Certificates (PEM) of the time stamping authorities that are trusted here."""
    file = settings.OFFCUT.seal.stamp_roots
    return (file.read_text(),) if file else ()


def _keep(data: bytes) -> tuple[str, str]:
    """Put bytes into the store: their SHA-256 and their key."""
    bench: Path = settings.OFFCUT.scratch_root / "documents"
    bench.mkdir(parents=True, exist_ok=True)
    draft = bench / uuid4().hex
    try:
        draft.write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        return sha256, store().put_file(draft, sha256, len(data), hashed=True)
    finally:
        draft.unlink(missing_ok=True)


def document_bytes(document: Document) -> bytes:
    """The sealed bytes of an issued document."""
    with store().open(document.sealed_key) as file:
        return file.read()


def _sealed(pdf: bytes, reason: str) -> tuple[bytes, Seal]:
    from licensing.adapters.seal import pdf_seal  # noqa: PLC0415 - takes most of a second to load
    from licensing.adapters.seal_check import seal_check  # noqa: PLC0415 - takes most of a second to load

    try:
        sealed = pdf_seal(pdf, _sealer(), reason=reason, stamp_url=settings.OFFCUT.seal.stamp_url)
    except StampUnavailable as error:
        raise DOCUMENT_UNAVAILABLE(f"Nothing was issued and nothing is lost; ask again later: {error}.") from error
    return sealed, seal_check(sealed, seal_certificates(settings.OFFCUT.seal_key_file), stamp_roots())


def document_issue(*, actor: Actor, kind: DocumentKind, subject: str, organisation_id: UUID, paper: Paper) -> Document:
    """The document about a subject in the paper's language: issued now, or long ago, in which case that one stands.

    What is sealed is read back and checked before anything is recorded. Its hashes, before the seal and after,
    go into the organisation's audit chain. Refused with `document_unavailable` when no time stamp was to be had.
    """
    language = Language(paper.language)
    standing = document_find(subject, language)
    if standing is not None:
        return standing
    rendered = paper_pdf(paper)
    sealed, seal = _sealed(rendered, paper.title)
    rendered_sha256, rendered_key = _keep(rendered)
    sealed_sha256, sealed_key = _keep(sealed)
    with transaction.atomic():
        document, made = Document.objects.get_or_create(
            subject=subject,
            language=language,
            defaults={
                "kind": kind,
                "organisation_id": organisation_id,
                "facts_sha256": paper_sha256(paper),
                "rendered_sha256": rendered_sha256,
                "rendered_bytes": len(rendered),
                "rendered_key": rendered_key,
                "sealed_sha256": sealed_sha256,
                "sealed_bytes": len(sealed),
                "sealed_key": sealed_key,
                "certificate_sha256": seal.certificate_sha256,
                "sealed_at": seal.sealed_at,
                "stamped_at": seal.stamped_at,
            },
        )
        if made:
            record(
                actor=actor,
                action=SEALED,
                subject=subject,
                organisation_id=organisation_id,
                after={
                    "kind": str(kind),
                    "language": str(language),
                    "facts_sha256": document.facts_sha256,
                    "rendered_sha256": rendered_sha256,
                    "sealed_sha256": sealed_sha256,
                    "certificate_sha256": seal.certificate_sha256,
                    "stamped_at": seal.stamped_at.isoformat() if seal.stamped_at else None,
                },
            )
    return document


def agreement_document(*, actor: Actor, agreement_id: UUID, language: Language) -> Issued:
    """The document of a visible agreement: sealed and kept once it is signed, before that a draft that says so."""
    agreement = agreement_get(actor, agreement_id)
    paper = agreement_paper(agreement_document_of(agreement), language)
    if not paper.final:
        return Issued(paper_pdf(paper), f"{agreement.public_id}-draft-{language}.pdf")
    document = document_issue(
        actor=actor,
        kind=DocumentKind.AGREEMENT,
        subject=agreement.public_id,
        organisation_id=agreement.organisation_id,
        paper=paper,
    )
    return Issued(document_bytes(document), f"{agreement.public_id}-{language}.pdf")


def agreement_documents_issue(*, actor: Actor, agreement_id: UUID) -> None:
    """Issue the documents of a signed agreement in both languages; repeating it changes nothing."""
    for language in Language:
        agreement_document(actor=actor, agreement_id=agreement_id, language=language)
