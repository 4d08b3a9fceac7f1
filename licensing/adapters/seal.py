"""The seal on a document: a PAdES signature over every byte, with a time stamp (RFC 3161) where one is configured."""

from __future__ import annotations

import io
from typing import Final

from asn1crypto import keys, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from licensing.adapters.seal_facts import StampUnavailable
from licensing.adapters.seal_keys import Sealer

FIELD: Final = "Seal"
DIGEST: Final = "sha256"
_TIMEOUT_S: Final = 20


def pdf_seal(pdf: bytes, sealer: Sealer, *, reason: str, stamp_url: str = "") -> bytes:
    """The sealed document: `pdf`, byte for byte, followed by the signature. Raises `StampUnavailable`.

    With a `stamp_url` the signature carries that authority's time stamp (PAdES B-T), else only its own time (B-B).
    """
    certificates = SimpleCertificateStore.from_certs([x509.Certificate.load(other) for other in sealer.chain])
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(sealer.certificate),
        signing_key=keys.PrivateKeyInfo.load(sealer.key),
        cert_registry=certificates,
    )
    about = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm=DIGEST, reason=reason, subfilter=fields.SigSeedSubFilter.PADES
    )
    stamper = HTTPTimeStamper(stamp_url, timeout=_TIMEOUT_S) if stamp_url else None
    target = signers.PdfSigner(about, signer, timestamper=stamper)
    try:
        sealed = target.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=io.BytesIO())
    except (TimestampRequestError, ValueError) as error:
        if stamper is None:
            raise
        raise StampUnavailable(f"the time stamping authority at {stamp_url} gave no time stamp: {error}") from error
    data: bytes = sealed.getvalue()
    return data
