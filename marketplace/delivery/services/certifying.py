"""Answering "is this certificate genuine, and does what it grants still stand?"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.ids import Prefix, public_id
from marketplace.delivery.domain.errors import CERTIFICATE_BROKEN, CERTIFICATE_OF_ANOTHER_KIND, CERTIFICATE_UNKNOWN
from marketplace.delivery.domain.standing import KeyState, Standing, key_state, standing_of
from marketplace.delivery.models import Certificate
from marketplace.delivery.selectors import licences_in
from marketplace.transparency.adapters.jws import CertificateError, Jwk, verify, verify_deletion
from marketplace.transparency.domain.entry import LogEvent
from marketplace.transparency.models import LogEntry, LogHead
from marketplace.transparency.selectors.bundles import bundle_public
from marketplace.transparency.selectors.proofs import entries_about
from marketplace.transparency.services.keys import public_keys, seconds_now


@dataclass(frozen=True, slots=True)
class PublicKeyFacts:
    """The key that signed, and whether it is in use, retired or revoked."""

    kid: str
    state: KeyState
    not_before: int
    not_after: int | None


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where the certificate is in the log, and the newest head that covers it."""

    index: int
    size: int
    head: str


@dataclass(frozen=True, slots=True)
class PublicCertificate:
    """What anybody may know of a certificate: scope, dates and status, no names."""

    code: str
    status: str
    standing: Standing
    kid: str
    key: PublicKeyFacts | None
    issued_at: datetime
    samples: int
    duration_ms: int
    merkle_root: str
    grant: dict[str, Any] | None
    sha256sums: str
    licences: Mapping[str, int]
    log: LogPlace | None


def certificate_payload(token: str) -> dict[str, Any]:
    """What a certificate states, after every check against this installation's keys; else CertificateError."""
    return verify(token, public_keys())


def certificate_find(*, code: str) -> PublicCertificate:
    """The public face of the certificate with this code, checked anew; ``certificate_unknown`` when not issued here.

    The status is ``genuine``, or ``invalid`` when the stored text no longer verifies. The standing tells what became
    of its licences since.
    """
    certificate = Certificate.objects.select_related("dataset").filter(code=code.strip().upper()).first()
    if certificate is None:
        raise CERTIFICATE_UNKNOWN("No certificate with this code was issued here. Compare it letter by letter.")
    try:
        payload = certificate_payload(certificate.jws)
    except CertificateError:
        return _invalid(certificate)
    samples = payload["samples"]
    licences = _licences(certificate)
    return PublicCertificate(
        code=certificate.code,
        status="genuine",
        standing=standing_of(licences),
        kid=certificate.kid,
        key=_key(certificate.kid),
        issued_at=datetime.fromtimestamp(payload["iat"], UTC),
        samples=samples["count"],
        duration_ms=samples["duration_ms"],
        merkle_root=samples["merkle_root"],
        grant=payload["grant"],
        sha256sums=payload["files"]["sha256sums"],
        licences=licences,
        log=_place(certificate.code),
    )


def certificate_read(*, text: str) -> PublicCertificate:
    """The public face of a certificate that somebody holds in hands: the whole text is checked, then looked up.

    Refused with ``certificate_broken`` when it is not signed by us as it stands, ``certificate_unknown`` when it is but
    was never delivered, ``certificate_of_another_kind`` for the certificate of a deletion.
    """
    token = text.strip()
    try:
        payload = certificate_payload(token)
    except CertificateError as error:
        if _certifies_a_deletion(token):
            raise CERTIFICATE_OF_ANOTHER_KIND(
                "It was signed here and is unchanged; it certifies a deletion. All that is known of it stands in the"
                " text itself."
            ) from error
        raise CERTIFICATE_BROKEN(
            f"This text is not a certificate as we signed it: {error}. Do not rely on it; ask for the file again."
        ) from error
    return certificate_find(code=str(payload.get("jti", "")))


def _certifies_a_deletion(token: str) -> bool:
    try:
        verify_deletion(token, public_keys())
    except CertificateError:
        return False
    return True


def certificate_proof(*, code: str) -> dict[str, Any]:
    """Proof by the newest head of the log that a certificate was logged; ``certificate_unknown`` when it is not."""
    try:
        return bundle_public(code=code.strip().upper())
    except LogEntry.DoesNotExist:
        raise CERTIFICATE_UNKNOWN("No certificate with this code is in the log. Compare it letter by letter.") from None


def _invalid(certificate: Certificate) -> PublicCertificate:
    return PublicCertificate(
        code=certificate.code,
        status="invalid",
        standing=Standing.INVALID,
        kid=certificate.kid,
        key=_key(certificate.kid),
        issued_at=certificate.created_at,
        samples=0,
        duration_ms=0,
        merkle_root="",
        grant=None,
        sha256sums="",
        licences={},
        log=_place(certificate.code),
    )


def _key(kid: str) -> PublicKeyFacts | None:
    found: Jwk | None = next((key for key in public_keys() if key.kid == kid), None)
    if found is None:
        return None
    state = key_state(not_after=found.exp, revoked_at=found.revoked_at, now=seconds_now())
    return PublicKeyFacts(kid, state, found.nbf, found.exp)


def _licences(certificate: Certificate) -> dict[str, int]:
    """How many licences are in each state now, and how many of those that stand are being withdrawn."""
    rows = list(licences_in(certificate.dataset).values_list("pk", "state"))
    counted = Counter(str(state) for _, state in rows)
    subjects = [public_id(Prefix.LICENCE, pk) for pk, _ in rows]
    withdrawn = LogEntry.objects.filter(subject__in=subjects, event=LogEvent.WITHDRAWN)
    return {"total": len(rows), **counted, "withdrawn": withdrawn.values("subject").distinct().count()}


def _place(code: str) -> LogPlace | None:
    logged = [entry for entry in entries_about(code) if entry.event == LogEvent.CERTIFIED]
    head = LogHead.objects.order_by("-number").first()
    if not logged or head is None:
        return None
    return LogPlace(logged[-1].position, head.size, head.text)
