"""Agreements as documents, without a database."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime

from pypdf import PdfReader

from licensing.domain.catalogue import CATALOGUE
from licensing.domain.composition import compose
from licensing.domain.documents.agreement import AgreementDocument, SignedBy
from licensing.domain.documents.paper import BREAK
from licensing.domain.rendering import AgreementFacts, OwnWording, render_both

SIGNED = SignedBy(name="Ada Nord", account="usr_01jd0000000000000000000000", at=datetime(2026, 8, 31, 10, tzinfo=UTC))
SITE = "https://offcut.example"


def agreement_document_with(
    changes: Mapping[str, Mapping[str, object]] | None = None,
    *,
    licensor: str = "Studio Nord",
    own_wording: Mapping[str, OwnWording] | None = None,
    signed: SignedBy | None = SIGNED,
) -> AgreementDocument:
    """Return the document of the creator defaults with some values changed."""
    facts = AgreementFacts(
        agreement_id="agr_01jd0000000000000000000000",
        licensor=licensor,
        licensor_id="org_01jd0000000000000000000000",
        platform="Offcut",
        revision=2,
        clauses=list(CATALOGUE.values()),
        values=compose(CATALOGUE, {"CMO_STATUS": {"societies": ["none"]}, **(changes or {})}),
        own_wording=own_wording or {},
    )
    drafted = datetime(2026, 8, 1, 9, tzinfo=UTC)
    return AgreementDocument(facts=facts, text=render_both(facts), drafted_at=drafted, signed=signed, site=SITE)


def pdf_text(pdf: bytes) -> str:
    """Return the words on all pages without any space, as another program reads them."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return squeezed("".join(pages))


def squeezed(text: str) -> str:
    """Return text without spaces and breaks."""
    return "".join(text.replace(BREAK, "").split())
