"""Signing keys, the public key set, and answering "is this certificate genuine?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from core.clock import now
from marketplace.delivery.domain.errors import CERTIFICATE_UNKNOWN
from marketplace.delivery.models import Certificate
from marketplace.transparency.adapters.jws import CertificateError, verify
from marketplace.transparency.adapters.keys import StoredKey, key_valid_at, keys_ensure, keys_rotate


@dataclass(frozen=True, slots=True)
class PublicCertificate:
    """What anybody may know of a certificate: scope, dates and status, no names."""

    code: str
    status: str
    kid: str
    issued_at: datetime
    samples: int
    duration_ms: int
    merkle_root: str
    grant: dict[str, Any] | None
    sha256sums: str


def signing_key_ensure() -> tuple[StoredKey, ...]:
    """All signing keys, newest last; makes the key file with a first key when there is none."""
    return keys_ensure(settings.OFFCUT.key_file, now=int(now().timestamp()))


def signing_key_rotate() -> tuple[StoredKey, ...]:
    """Start to sign with a new key. Certificates from before keep verifying: no public key is ever dropped."""
    return keys_rotate(settings.OFFCUT.key_file, now=int(now().timestamp()))


def jwks() -> dict[str, Any]:
    """The public keys of every certificate ever issued here, as a JSON Web Key Set."""
    return {"keys": [key.public.as_json() for key in signing_key_ensure()]}


def issue_time(earlier: datetime | None, keys: tuple[StoredKey, ...]) -> datetime:
    """The time a certificate states: the earlier attempt's, as long as the key of that time can still sign."""
    if earlier is not None:
        try:
            key_valid_at(keys, int(earlier.timestamp())).private_key()
        except (LookupError, ValueError):
            pass
        else:
            return earlier
    return now().replace(microsecond=0)


def certificate_payload(token: str) -> dict[str, Any]:
    """What a certificate states, after every check against this installation's keys; else CertificateError."""
    return verify(token, [key.public for key in signing_key_ensure()])


def certificate_find(*, code: str) -> PublicCertificate:
    """The public face of the certificate with this code, checked anew; ``certificate_unknown`` when not issued here.

    The status is ``genuine``, or ``invalid`` when the stored text no longer verifies.
    """
    certificate = Certificate.objects.filter(code=code.strip().upper()).first()
    if certificate is None:
        raise CERTIFICATE_UNKNOWN("No certificate with this code was issued here. Compare it letter by letter.")
    try:
        payload = certificate_payload(certificate.jws)
    except CertificateError:
        return PublicCertificate(
            certificate.code, "invalid", certificate.kid, certificate.created_at, 0, 0, "", None, ""
        )
    samples = payload["samples"]
    return PublicCertificate(
        code=certificate.code,
        status="genuine",
        kid=certificate.kid,
        issued_at=datetime.fromtimestamp(payload["iat"], UTC),
        samples=samples["count"],
        duration_ms=samples["duration_ms"],
        merkle_root=samples["merkle_root"],
        grant=payload["grant"],
        sha256sums=payload["files"]["sha256sums"],
    )
