"""Licences as PDF documents."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.operation import Contract
from core.ids import Prefix, parse_public_id
from licensing.api.documents import PDF_SCHEMA, LanguageQuery, language_asked, pdf_answer
from licensing.domain.documents.errors import DOCUMENT_NOT_READY, DOCUMENT_UNAVAILABLE
from marketplace.delivery.services.licence_documents import licence_document, order_licence_document
from media_ingest.api.edge import BytesResource, actor_of, described

_PROBLEMS = (ROLE_MISSING, SCOPE_MISSING, DOCUMENT_NOT_READY, DOCUMENT_UNAVAILABLE)


class LicencePdf(BytesResource):
    """One licence as a document."""

    @described(
        Contract(summary="Get a licence as PDF", query=LanguageQuery, problems=_PROBLEMS, scope=Scope.LICENCES_READ),
        parameters=[LanguageQuery],
        **PDF_SCHEMA,
    )
    def get(self, request: Request, licence_id: str) -> HttpResponse:
        """Return the sealed document that covers this licence and the others of its order."""
        actor = actor_of(request)
        key = parse_public_id(Prefix.LICENCE, licence_id)
        return pdf_answer(licence_document(actor=actor, licence_id=key, language=language_asked(request)))


class OrderLicencePdf(BytesResource):
    """An order's licences as a document."""

    @described(
        Contract(
            summary="Get an order's licences as PDF", query=LanguageQuery, problems=_PROBLEMS, scope=Scope.ORDERS_WRITE
        ),
        parameters=[LanguageQuery],
        **PDF_SCHEMA,
    )
    def get(self, request: Request, order_id: str) -> HttpResponse:
        """Return the sealed document of all licences of an order, once its dataset is certified."""
        actor = actor_of(request)
        key = parse_public_id(Prefix.ORDER, order_id)
        return pdf_answer(order_licence_document(actor=actor, order_id=key, language=language_asked(request)))
