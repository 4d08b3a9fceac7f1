"""Offline check of a sealed PDF: an agreement or a licence as this service issues it.

Written against the standards alone (PDF byte ranges, CMS of RFC 5652, time stamps of RFC 3161): it shares nothing with
what made the seal. A seal has one spelling only, so that any changed byte of the file is found.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

_BYTE_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,12}) (\d{1,12}) (\d{1,12})\]")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_PLAIN = bytes.fromhex("300b06092a864886f70d010701")
_STAMP = bytes.fromhex("060b2a864886f70d0109100104")
_SHA256 = bytes.fromhex("300d06096086480165030402010500")
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_STAMP_TOKEN = bytes.fromhex("060b2a864886f70d010910020e")
_ENDS = {
    "ecdsa": {"sha256": "02", "sha384": "03", "sha512": "04"},
    "rsa": {"sha256": "0b", "sha384": "0c", "sha512": "0d"},
}
_DIGESTS: dict[bytes, tuple[str, type[hashes.HashAlgorithm]]] = {
    bytes.fromhex("608648016503040201"): ("sha256", hashes.SHA256),
    bytes.fromhex("608648016503040202"): ("sha384", hashes.SHA384),
    bytes.fromhex("608648016503040203"): ("sha512", hashes.SHA512),
}
_ECDSA = {name: bytes.fromhex(f"300a06082a8648ce3d0403{end}") for name, end in _ENDS["ecdsa"].items()}
_RSA_WITH = {name: bytes.fromhex(f"300d06092a864886f70d0101{end}0500") for name, end in _ENDS["rsa"].items()}
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
_SEQUENCE, _SET, _INTEGER, _OCTETS, _TIME = 0x30, 0x31, 0x02, 0x04, 0x18
_FIRST, _SECOND = 0xA0, 0xA1


class DocumentError(ValueError):
    """The file is not a document sealed with one of the known certificates; the message says why."""


@dataclass(frozen=True)
class SealedDocument:
    """A seal that holds: whose, over how many bytes, and the time stamp in it (ISO text; None without one)."""

    sha256: str
    size_bytes: int
    signer: str
    fingerprint: str
    stamped_at: str | None


@dataclass(frozen=True)
class _Item:
    """One element of DER: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes


def _items(data: bytes) -> Iterator[_Item]:
    """The elements one after the other; DocumentError unless they fill the data exactly, in shortest form."""
    at = 0
    while at < len(data):
        item = _first(data[at:])
        yield item
        at += len(item.whole)


def _first(data: bytes) -> _Item:
    if len(data) < 2:
        raise DocumentError("the signature ends too early")
    length, head = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        head += count
        length = int.from_bytes(data[2:head], "big")
        if not 1 <= count <= 4 or length < 0x80 or length.bit_length() <= 8 * (count - 1):
            raise DocumentError("the signature is spelled in another way")
    if head + length > len(data):
        raise DocumentError("the signature ends too early")
    return _Item(data[0], data[head : head + length], data[: head + length])


def _members(item: _Item, *tags: int) -> list[_Item]:
    """The members of a structure, which begin with these tags."""
    members = list(_items(item.content))
    if [member.tag for member in members[: len(tags)]] != list(tags):
        raise DocumentError("the signature holds something else than a seal")
    return members


@dataclass(frozen=True)
class _Signed:
    """A CMS signature by one signer, its unsigned frame checked byte by byte."""

    content: bytes
    certificates: tuple[bytes, ...]
    signer: bytes
    digest: str
    algorithm: type[hashes.HashAlgorithm]
    attributes: bytes
    scheme: bytes
    signature: bytes
    unsigned: _Item | None


def _signed(token: bytes, *, stamp: bool) -> _Signed:
    kind, outer = _members(_only(token, _SEQUENCE), 0x06, _FIRST)
    (body,) = _members(outer, _SEQUENCE)
    version, digests, content, certificates, signers = _members(body, _INTEGER, _SET, _SEQUENCE, _FIRST, _SET)
    (info,) = _members(signers, _SEQUENCE)
    parts = _members(info, _INTEGER, _SEQUENCE, _SEQUENCE, _FIRST, _SEQUENCE, _OCTETS)
    own_version, sid, digest, attributes, scheme, signature, *rest = parts
    oid = _members(digest, 0x06)[0]
    framed = (
        kind.whole == _SIGNED_DATA
        and version.content == (b"\x03" if stamp else b"\x01")
        and own_version.content == b"\x01"
        and digests.content == digest.whole
        and (content.content.startswith(_STAMP) if stamp else content.whole == _PLAIN)
        and (stamp or digest.whole == _SHA256)
        and oid.content in _DIGESTS
        and [item.tag for item in rest] in ([], [_SECOND])
    )
    if not framed:
        raise DocumentError("the signature holds something else than a seal")
    inner = _members(_members(content, 0x06, _FIRST)[1], _OCTETS)[0].content if stamp else b""
    name, algorithm = _DIGESTS[oid.content]
    return _Signed(
        content=inner,
        certificates=tuple(item.whole for item in _items(certificates.content)),
        signer=sid.content,
        digest=name,
        algorithm=algorithm,
        attributes=b"\x31" + attributes.whole[1:],
        scheme=scheme.whole,
        signature=signature.content,
        unsigned=rest[0] if rest else None,
    )


def _only(data: bytes, tag: int | None = None) -> _Item:
    items = list(_items(data))
    if len(items) != 1 or (tag is not None and items[0].tag != tag):
        raise DocumentError("the signature holds something else than a seal")
    return items[0]


def _attribute(attributes: bytes, oid: bytes) -> bytes:
    """The one value of an attribute."""
    for item in _items(_only(attributes, _SET).content):
        members = _members(item, 0x06, _SET)
        if members[0].whole == oid:
            return _only(members[1].content).content
    raise DocumentError("the signature states no digest")


def _certificate(signed: _Signed, known: frozenset[bytes] | None) -> x509.Certificate:
    """The signer's certificate, one of the known: named by its very bytes, its hash part of what was signed.

    Without `known` any will do: a time stamp says whose it is.
    """
    for data in signed.certificates:
        if known is not None and data not in known:
            continue
        certificate = x509.load_der_x509_certificate(data)
        serial = certificate.serial_number
        number = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
        named = certificate.issuer.public_bytes() + bytes((_INTEGER, len(number))) + number
        held = hashlib.sha256(data).digest(), hashlib.sha1(data, usedforsecurity=False).digest()
        if named == signed.signer and any(digest in signed.attributes for digest in held):
            return certificate
    raise DocumentError("it was sealed with a certificate that is not known")


def _verify(signed: _Signed, certificate: x509.Certificate, digest: bytes) -> None:
    if _attribute(signed.attributes, _MESSAGE_DIGEST) != digest:
        raise DocumentError("bytes were changed after it was sealed")
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and signed.scheme == _ECDSA[signed.digest]:
            key.verify(signed.signature, signed.attributes, ec.ECDSA(signed.algorithm()))
        elif isinstance(key, rsa.RSAPublicKey) and signed.scheme in (_RSA, _RSA_WITH[signed.digest]):
            key.verify(signed.signature, signed.attributes, padding.PKCS1v15(), signed.algorithm())
        else:
            raise DocumentError("the signature is of another kind than its key")
    except InvalidSignature as error:
        raise DocumentError("the signature does not match") from error


def _stamped_at(signed: _Signed) -> str | None:
    """The time a stamp states, after its own signature was checked; whose stamp it is stays for the reader to judge."""
    if signed.unsigned is None:
        return None
    (attribute,) = _members(signed.unsigned, _SEQUENCE)
    oid, values = _members(attribute, 0x06, _SET)
    if oid.whole != _STAMP_TOKEN:
        raise DocumentError("the signature holds something else than a seal")
    stamp = _signed(_only(values.content).whole, stamp=True)
    _verify(stamp, _certificate(stamp, None), hashlib.new(stamp.digest, stamp.content).digest())
    facts = _members(_only(stamp.content, _SEQUENCE), _INTEGER, 0x06, _SEQUENCE, _INTEGER, _TIME)
    algorithm, imprint = _members(facts[2], _SEQUENCE, _OCTETS)
    name, _ = _DIGESTS.get(_members(algorithm, 0x06)[0].content, ("", None))
    if not name or hashlib.new(name, signed.signature).digest() != imprint.content:
        raise DocumentError("the time stamp is another document's")
    return facts[4].content.decode("ascii")


def check_document(pdf: bytes, certificates: Sequence[x509.Certificate]) -> SealedDocument:
    """Check a sealed PDF against the certificates of an installation, without any network.

    Raises DocumentError, which says what is wrong.
    """
    found = list(_BYTE_RANGE.finditer(pdf))
    if len(found) != 1:
        raise DocumentError("there is not exactly one signature")
    before, start, length = (int(text) for text in found[0].groups())
    if start + length != len(pdf) or not 0 < before < start:
        raise DocumentError("the signature does not cover every byte")
    gap = pdf[before:start]
    known = frozenset(certificate.public_bytes(Encoding.DER) for certificate in certificates)
    try:
        data = bytes.fromhex(gap[1:-1].decode("ascii"))
        token = _first(data).whole
        if gap != b"<" + token.hex().upper().ljust(2 * len(data), "0").encode() + b">":
            raise DocumentError("the signature is spelled in another way")
        signed = _signed(token, stamp=False)
        certificate = _certificate(signed, known)
        _verify(signed, certificate, hashlib.sha256(pdf[:before] + pdf[start:]).digest())
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a certificate that is only almost one
            stamped_at = _stamped_at(signed)
    except DocumentError:
        raise
    except (ValueError, OverflowError, Warning, x509.InvalidVersion) as error:
        raise DocumentError("the signature cannot be read") from error
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return SealedDocument(
        sha256=hashlib.sha256(pdf).hexdigest(),
        size_bytes=len(pdf),
        signer=str(names[0].value) if names else "",
        fingerprint=hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
        stamped_at=stamped_at,
    )
