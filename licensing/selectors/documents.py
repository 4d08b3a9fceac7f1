"""Reading documents: which was issued, and what an agreement's document shows."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Q

from core.ids import Prefix, public_id
from licensing.domain.documents.agreement import AgreementDocument, SignedBy
from licensing.domain.documents.errors import DOCUMENT_UNKNOWN
from licensing.domain.wording import Language
from licensing.models import Agreement, Document
from licensing.selectors.agreements import agreement_facts, agreement_text


def document_find(subject: str, language: Language) -> Document | None:
    """Return the document issued about a subject (public id) in a language, if any."""
    return Document.objects.filter(subject=subject, language=language).first()


def document_by_sha256(sha256: str) -> Document:
    """Return the document whose bytes, sealed or before the seal, have this hash; else `document_unknown`."""
    wanted = sha256.strip().lower()
    found = Document.objects.filter(Q(sealed_sha256=wanted) | Q(rendered_sha256=wanted)).first()
    if found is None:
        raise DOCUMENT_UNKNOWN("Compare the hash letter by letter; every document ever issued here is known.")
    return found


def document_keys_referenced(keys: Sequence[str]) -> set[str]:
    """Return those of ``keys`` that documents need; the nightly sweep keeps them."""
    rows = Document.objects.filter(Q(rendered_key__in=keys) | Q(sealed_key__in=keys))
    return {key for row in rows.values_list("rendered_key", "sealed_key") for key in row} & set(keys)


def agreement_document_of(agreement: Agreement) -> AgreementDocument:
    """Return what the document of a loaded agreement shows: as signed, once it is signed."""
    signed = None
    if agreement.signed_at is not None and agreement.signatory_id is not None:
        account = public_id(Prefix.USER, agreement.signatory_id)
        signed = SignedBy(name=agreement.signatory_name, account=account, at=agreement.signed_at)
    return AgreementDocument(
        facts=agreement_facts(agreement),
        text=agreement_text(agreement),
        drafted_at=agreement.created_at,
        signed=signed,
        site=settings.OFFCUT.public_url,
    )
