"""Public checks: is this certificate genuine, and with which keys are certificates signed?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views import View
from rest_framework import serializers

from core.api.operation import Call, Resource, operation
from marketplace.delivery.domain.errors import CERTIFICATE_UNKNOWN
from marketplace.delivery.services.certifying import PublicCertificate, certificate_find, jwks


class GrantOut(serializers.Serializer[Any]):
    """What the certificate allows."""

    field_of_use = serializers.ListField(child=serializers.CharField())
    model_class = serializers.ListField(child=serializers.CharField())
    territory = serializers.CharField()
    term_months = serializers.IntegerField()
    starts = serializers.CharField()
    ends = serializers.CharField()
    exclusivity = serializers.CharField()
    sublicense = serializers.CharField()


class PublicCertificateOut(serializers.Serializer[PublicCertificate]):
    """What anybody may know: scope, dates and status, no names."""

    code = serializers.CharField()
    status = serializers.ChoiceField(choices=["genuine", "invalid"])
    kid = serializers.CharField()
    issued_at = serializers.DateTimeField()
    samples = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    merkle_root = serializers.CharField()
    grant = GrantOut(allow_null=True)
    sha256sums = serializers.CharField()


class CertificateCheck(Resource):
    """`/verify/{code}`."""

    @operation(
        summary="Check a certificate",
        output=PublicCertificateOut,
        public=True,
        problems=[CERTIFICATE_UNKNOWN],
    )
    def get(self, call: Call) -> PublicCertificate:
        """Whether a certificate with this code was issued here and still verifies."""
        return certificate_find(code=call.kwargs["code"])


class KeySet(View):
    """`/.well-known/jwks.json`: every public key that ever signed a certificate."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """The key set, as RFC 7517 writes it."""
        response = JsonResponse(jwks(), content_type="application/jwk-set+json")
        response["Cache-Control"] = "public, max-age=300"
        response["Access-Control-Allow-Origin"] = "*"
        return response
