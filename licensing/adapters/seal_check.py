"""Checking a sealed document offline: one spelling only, every byte covered, sealed with a known certificate."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from typing import Final

from asn1crypto import cms, core, parser, pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from licensing.adapters.seal_facts import Seal, SealBroken

_BYTE_RANGE: Final = re.compile(rb"/ByteRange \[0 (\d{1,12}) (\d{1,12}) (\d{1,12})\]")
_SHA256: Final = bytes.fromhex("300d06096086480165030402010500")
"""The one spelling of the digest's name."""
_UNREADABLE: Final = (
    PdfError,
    SigningError,
    SignatureValidationError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    NotImplementedError,
)
"""What the PDF and ASN.1 readers raise on bytes that are not what they should be."""


def _certificates(texts: Sequence[str]) -> list[x509.Certificate]:
    return [
        x509.Certificate.load(der)
        for text in texts
        for kind, _, der in pem.unarmor(text.encode(), multiple=True)
        if kind == "CERTIFICATE"
    ]


def _signature(pdf: bytes) -> tuple[cms.SignedData, bytes]:
    """The signature in its one spelling, and the digest of all bytes around it."""
    found = list(_BYTE_RANGE.finditer(pdf))
    if len(found) != 1:
        raise SealBroken("there is not exactly one signature")
    before, start, length = (int(text) for text in found[0].groups())
    if start + length != len(pdf) or not 0 < before < start:
        raise SealBroken("the signature does not cover every byte")
    gap = pdf[before:start]
    data = bytes.fromhex(gap[1:-1].decode("ascii"))
    token = data[: parser.peek(data)]
    if gap != b"<" + token.hex().upper().ljust(2 * len(data), "0").encode() + b">":
        raise SealBroken("the signature is spelled in another way")
    container = cms.ContentInfo.load(token, strict=True)
    signed: cms.SignedData = container["content"]
    if not (_tight(container) and _plain(signed)):
        raise SealBroken("the signature holds more than a seal")
    digest = hashlib.sha256(pdf[:before])
    digest.update(pdf[start:])
    return signed, digest.digest()


def _tight(sequence: core.Sequence) -> bool:
    """Whether a structure holds its members and not a byte more."""
    whole: bytes = sequence.contents
    return b"".join(sequence[name].dump() for name in sequence) == whole


def _names_its_signer(signed: cms.SignedData) -> bool:
    """Whether the signer is named with the very bytes of a certificate in the signature."""
    named = signed["signer_infos"][0]["sid"].chosen
    return named.dump() in {
        cms.IssuerAndSerialNumber({"issuer": one.chosen.issuer, "serial_number": one.chosen.serial_number}).dump()
        for one in signed["certificates"]
    }


def _plain(signed: cms.SignedData) -> bool:
    """Whether the parts of a signature that it does not itself cover are those of every seal."""
    (signer,) = signed["signer_infos"]
    unsigned = {attribute["type"].native: attribute["values"] for attribute in signer["unsigned_attrs"] or ()}
    stamps = unsigned.pop("signature_time_stamp_token", ())
    return (
        not unsigned
        and len(stamps) <= 1
        and _tight(signed)
        and _tight(signer)
        and _names_its_signer(signed)
        and all(_tight(stamp) and _plain_stamp(stamp["content"]) for stamp in stamps)
        and [signed["version"].native, signer["version"].native] == ["v1", "v1"]
        and signed["digest_algorithms"].contents == signer["digest_algorithm"].dump() == _SHA256
        and signed["encap_content_info"].native == {"content_type": "data", "content": None}
        and not signed["crls"]
    )


def _plain_stamp(signed: cms.SignedData) -> bool:
    """The same of a time stamp, whose digest the authority chooses."""
    (signer,) = signed["signer_infos"]
    return (
        _tight(signed)
        and _tight(signer)
        and _names_its_signer(signed)
        and [signed["version"].native, signer["version"].native] == ["v3", "v1"]
        and signed["digest_algorithms"].contents == signer["digest_algorithm"].dump()
        and not signed["crls"]
    )


def _digest_stated(signed: cms.SignedData) -> bytes:
    for attribute in signed["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            stated: bytes = attribute["values"][0].native
            return stated
    raise SealBroken("the signature states no digest")


def _status(pdf: bytes, certificates: Sequence[str], stamp_roots: Sequence[str]) -> PdfSignatureStatus:
    embedded = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if len(embedded) != 1:
        raise SealBroken("there is not exactly one signature")
    return validate_pdf_signature(
        embedded[0],
        ValidationContext(trust_roots=_certificates(certificates), allow_fetching=False),
        ValidationContext(trust_roots=_certificates(stamp_roots), allow_fetching=False),
    )


def _unsealed_bytes(pdf: bytes) -> int:
    end = pdf.find(b"%%EOF")
    return pdf.find(b"\n", end) + 1 if pdf[end + 5 : end + 6] in {b"\n", b"\r"} else end + 5


def seal_check(pdf: bytes, certificates: Sequence[str], stamp_roots: Sequence[str] = ()) -> Seal:
    """Check a sealed document against the certificates (PEM) of an installation, without any network.

    Any changed byte is found: bytes outside the signature by its digest, bytes inside because it has one spelling
    only. Raises `SealBroken`, which says what is wrong.
    """
    try:
        signed, digest = _signature(pdf)
        if _digest_stated(signed) != digest:
            raise SealBroken("bytes were changed after it was sealed")
        status = _status(pdf, certificates, stamp_roots)
    except SealBroken:
        raise
    except _UNREADABLE as error:
        raise SealBroken(f"it cannot be read: {error}") from error
    if not (status.intact and status.valid):
        raise SealBroken("the signature does not match")
    if not status.trusted:
        raise SealBroken("it was sealed with a certificate that is not known here")
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE or status.signer_reported_dt is None:
        raise SealBroken("the signature does not cover every byte")
    stamp = status.timestamp_validity
    if stamp is not None and not (stamp.intact and stamp.valid):
        raise SealBroken("the time stamp does not match")
    return Seal(
        signer=status.signing_cert.subject.native.get("common_name", ""),
        certificate_sha256=status.signing_cert.sha256.hex(),
        sealed_at=status.signer_reported_dt,
        stamped_at=stamp.timestamp if stamp is not None else None,
        stamp_trusted=stamp is not None and stamp.trusted,
        unsealed_bytes=_unsealed_bytes(pdf),
    )
