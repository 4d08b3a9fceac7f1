"""Documents over HTTP: PDFs, the certificates they are sealed with, and whether a hash is one of ours."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views import View
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.operation import Call, Contract, ProblemOut, Resource, operation
from core.api.problems import problem_response
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from licensing.domain.documents.errors import DOCUMENT_UNAVAILABLE, DOCUMENT_UNKNOWN
from licensing.domain.documents.kinds import DocumentKind
from licensing.domain.wording import Language
from licensing.models import Document
from licensing.selectors.documents import document_by_sha256
from licensing.services.documents import Issued, agreement_document, seal_certificates_known
from media_ingest.api.edge import BytesResource, actor_of, described

_PDF: Final = "application/pdf"
PDF_SCHEMA: Final[dict[str, Any]] = {
    "responses": {
        (200, _PDF): OpenApiResponse(bytes, description="The sealed document (PDF/A-3b)."),
        **{
            (status, "application/problem+json"): OpenApiResponse(ProblemOut)
            for status in (401, 403, 404, 409, 422, 503)
        },
    },
}
"""What every operation that answers a document has in the OpenAPI document."""


class LanguageQuery(serializers.Serializer[Any]):
    """In which language."""

    language = serializers.ChoiceField(choices=[str(language) for language in Language], default="en")


def language_asked(request: Request) -> Language:
    """The language a request asks a document in."""
    query = LanguageQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    return Language(query.validated_data["language"])


def pdf_answer(issued: Issued) -> HttpResponse:
    """A document as a download that nobody else caches."""
    response = HttpResponse(issued.pdf, content_type=_PDF)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=issued.file_name) or ""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


class AgreementPdf(BytesResource):
    """An agreement as a document."""

    @described(
        Contract(
            summary="Get an agreement as PDF",
            query=LanguageQuery,
            problems=(ROLE_MISSING, SCOPE_MISSING, DOCUMENT_UNAVAILABLE),
            scope=Scope.TERMS_WRITE,
        ),
        parameters=[LanguageQuery],
        **PDF_SCHEMA,
    )
    def get(self, request: Request, agreement_id: str) -> HttpResponse:
        """Return the document: a draft until it is signed, then always the same sealed bytes (PDF/A-3b, PAdES)."""
        actor = actor_of(request)
        issued = agreement_document(
            actor=actor,
            agreement_id=parse_public_id(Prefix.AGREEMENT, agreement_id),
            language=language_asked(request),
        )
        return pdf_answer(issued)


class DocumentOut(serializers.Serializer[Any]):
    """What anybody may know of a document who holds its bytes: no names, nothing of what it says."""

    kind = serializers.ChoiceField(choices=[str(kind) for kind in DocumentKind])
    language = serializers.CharField()
    sealed_sha256 = serializers.CharField()
    rendered_sha256 = serializers.CharField()
    certificate_sha256 = serializers.CharField()
    sealed_at = serializers.DateTimeField()
    stamped_at = serializers.DateTimeField(allow_null=True)


class DocumentCheck(Resource):
    """Whether a document was issued here."""

    @operation(summary="Look a document up by its hash", output=DocumentOut, public=True, problems=[DOCUMENT_UNKNOWN])
    def get(self, call: Call) -> Document:
        """Return the record of the document whose file has this SHA-256, sealed or before the seal."""
        return document_by_sha256(call.kwargs["sha256"])


class SealCertificates(View):
    """`/.well-known/document-certificates.pem`: every certificate that ever sealed a document here."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The certificates in PEM, oldest first."""
        try:
            certificates = seal_certificates_known()
        except DomainError as error:
            return problem_response(error, request)
        response = HttpResponse("".join(certificates), content_type="application/x-pem-file")
        response["Cache-Control"] = "public, max-age=300"
        response["Access-Control-Allow-Origin"] = "*"
        return response
