"""Public checks: is this certificate genuine, and with which keys are certificates signed?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views import View
from rest_framework import serializers
from rest_framework.throttling import ScopedRateThrottle

from core.api.operation import Call, Resource, operation
from marketplace.delivery.domain.errors import CERTIFICATE_BROKEN, CERTIFICATE_OF_ANOTHER_KIND, CERTIFICATE_UNKNOWN
from marketplace.delivery.domain.standing import KeyState, Standing
from marketplace.delivery.services.certifying import (
    PublicCertificate,
    certificate_find,
    certificate_proof,
    certificate_read,
)
from marketplace.transparency.domain.errors import LOG_EMPTY
from marketplace.transparency.services.keys import jwks

_LONGEST = 2_500_000  # as much as a request without files may hold


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


class SigningKeyOut(serializers.Serializer[Any]):
    """The key that signed; times in seconds since 1970."""

    kid = serializers.CharField()
    state = serializers.ChoiceField(choices=[str(state) for state in KeyState])
    not_before = serializers.IntegerField()
    not_after = serializers.IntegerField(allow_null=True)


class LogPlaceOut(serializers.Serializer[Any]):
    """Where the certificate is in the log; `head` is the signed text of the newest head."""

    index = serializers.IntegerField()
    size = serializers.IntegerField()
    head = serializers.CharField()


class PublicCertificateOut(serializers.Serializer[PublicCertificate]):
    """What anybody may know: scope, dates and status, no names."""

    code = serializers.CharField()
    status = serializers.ChoiceField(choices=["genuine", "invalid"])
    standing = serializers.ChoiceField(choices=[str(standing) for standing in Standing])
    kid = serializers.CharField()
    key = SigningKeyOut(allow_null=True)
    issued_at = serializers.DateTimeField()
    samples = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    merkle_root = serializers.CharField()
    grant = GrantOut(allow_null=True)
    sha256sums = serializers.CharField()
    licences = serializers.DictField(child=serializers.IntegerField())
    log = LogPlaceOut(allow_null=True)


class CertificateIn(serializers.Serializer[Any]):
    """The certificate's whole text, as in `certificate.jws`."""

    certificate = serializers.CharField(max_length=_LONGEST)


class ProofEntryOut(serializers.Serializer[Any]):
    """The certificate's entry and the path from it to the root of the head."""

    index = serializers.IntegerField()
    entry = serializers.CharField()
    path = serializers.ListField(child=serializers.CharField())


class ProofOut(serializers.Serializer[Any]):
    """What `proof.json` holds, without the licences: those are for the parties."""

    format = serializers.CharField()
    head = serializers.CharField()
    certificate = ProofEntryOut()
    licences = serializers.ListField(child=serializers.DictField())


class Checked(Resource):
    """A public path about certificates; counted by address."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "proof"


class CertificateCheck(Checked):
    """`/verify/{code}`."""

    @operation(
        summary="Check a certificate",
        output=PublicCertificateOut,
        public=True,
        problems=[CERTIFICATE_UNKNOWN],
    )
    def get(self, call: Call) -> PublicCertificate:
        """Whether a certificate with this code was issued here and still verifies, and what became of its licences."""
        return certificate_find(code=call.kwargs["code"])


class CertificateText(Checked):
    """`/verify`."""

    @operation(
        summary="Check a certificate's text",
        input=CertificateIn,
        output=PublicCertificateOut,
        public=True,
        problems=[CERTIFICATE_UNKNOWN, CERTIFICATE_BROKEN, CERTIFICATE_OF_ANOTHER_KIND],
    )
    def post(self, call: Call) -> PublicCertificate:
        """The same for the certificate itself: every byte of it is checked."""
        return certificate_read(text=call.data["certificate"])


class CertificateProof(Checked):
    """`/verify/{code}/proof`."""

    @operation(
        summary="Prove anew that a certificate was logged",
        output=ProofOut,
        public=True,
        problems=[CERTIFICATE_UNKNOWN, LOG_EMPTY],
    )
    def get(self, call: Call) -> dict[str, Any]:
        """A proof against the newest head, for `offcut verify --proof` when the key that signed was revoked since."""
        return certificate_proof(code=call.kwargs["code"])


class KeySet(View):
    """`/.well-known/jwks.json`: every public key that ever signed a certificate or a head of the log."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """The key set, as RFC 7517 writes it."""
        response = JsonResponse(jwks(), content_type="application/jwk-set+json")
        response["Cache-Control"] = "public, max-age=300"
        response["Access-Control-Allow-Origin"] = "*"
        return response
