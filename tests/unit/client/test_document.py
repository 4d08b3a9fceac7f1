"""A sealed PDF checked by the client, which shares no code with what sealed it: any changed byte is found."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from licensing.adapters.seal import pdf_seal
from licensing.adapters.seal_keys import seal_certificates, seal_keys_rotate, sealer_from_file
from licensing.adapters.typesetting import paper_pdf
from licensing.domain.documents.agreement import agreement_paper
from licensing.domain.wording import Language
from offcut.document import DocumentError, SealedDocument, check_document
from tests.factories.documents import agreement_document_with
from tests.factories.stamps import STAMPED_AT, stamping_authority

NOW = datetime(2026, 9, 1, tzinfo=UTC)
_BYTE_RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Where the installation's keys are."""
    return tmp_path / "keys" / "documents.json"


def sealed(key_file: Path, stamp_url: str = "") -> bytes:
    """Return a sealed agreement."""
    sealer = sealer_from_file(key_file, name="Offcut documents, offcut.example", at=NOW)
    pdf = paper_pdf(agreement_paper(agreement_document_with(), Language.EN))
    return pdf_seal(pdf, sealer, reason="Agreement", stamp_url=stamp_url)


def known(key_file: Path) -> list[x509.Certificate]:
    """Return every certificate of the installation."""
    return [x509.load_pem_x509_certificate(text.encode()) for text in seal_certificates(key_file)]


def check(key_file: Path, pdf: bytes) -> SealedDocument:
    """Check a file against the installation's certificates."""
    return check_document(pdf, known(key_file))


def token_of(pdf: bytes) -> range:
    """Return where the signature's own digits stand."""
    found = _BYTE_RANGE.search(pdf)
    assert found is not None
    start, end, _ = map(int, found.groups())
    return range(start + 1, start + len(pdf[start:end].rstrip(b">").rstrip(b"0")))


def test_a_sealed_document_says_who_sealed_it(key_file: Path) -> None:
    found = check(key_file, sealed(key_file))
    assert found.signer == "Offcut documents, offcut.example"
    assert found.stamped_at is None


@pytest.mark.parametrize("stamped", [False, True])
def test_every_changed_digit_of_the_signature_is_found(key_file: Path, *, stamped: bool) -> None:
    with stamping_authority() as authority:
        pdf = sealed(key_file, authority.url if stamped else "")
    found = check(key_file, pdf)
    assert found.stamped_at == (f"{STAMPED_AT:%Y%m%d%H%M%S}Z" if stamped else None)
    for place in token_of(pdf):
        for mask in (1, 2, 4, 8):
            changed = bytearray(pdf)
            changed[place] = ord(f"{int(chr(pdf[place]), 16) ^ mask:X}")
            with pytest.raises(DocumentError):
                check(key_file, bytes(changed))


def test_every_changed_byte_is_found(key_file: Path) -> None:
    """All of them, one at a time, by one of three bits in turn; in a short document, for the time it takes."""
    whole = agreement_paper(agreement_document_with(), Language.EN)
    short = replace(whole, sections=whole.sections[:1], plain=(), facts=(), notice="")
    sealer = sealer_from_file(key_file, name="Offcut documents, offcut.example", at=NOW)
    pdf, certificates = pdf_seal(paper_pdf(short), sealer, reason="Agreement"), known(key_file)
    changed, accepted = bytearray(pdf), []
    for place, byte in enumerate(pdf):
        changed[place] = byte ^ (1, 0x20, 0x80)[place % 3]
        try:
            check_document(bytes(changed), certificates)
        except DocumentError:
            pass
        else:
            accepted.append(place)
        changed[place] = byte
    assert accepted == []
    assert check_document(bytes(changed), certificates)


def test_cut_padded_and_joined_files_are_refused(key_file: Path) -> None:
    pdf = sealed(key_file)
    for other in (b"", b"%PDF-1.7", pdf[:-1], pdf[1:], pdf + b"\n", pdf + pdf, pdf[: len(pdf) // 2]):
        with pytest.raises(DocumentError):
            check(key_file, other)


def test_a_strangers_seal_is_refused_and_an_older_one_of_ours_is_not(key_file: Path, tmp_path: Path) -> None:
    pdf = sealed(key_file)
    with pytest.raises(DocumentError, match="not known"):
        check_document(sealed(tmp_path / "other.json"), known(key_file))
    seal_keys_rotate(key_file, name="Offcut documents, offcut.example", at=NOW)
    assert len(known(key_file)) == 2
    assert check(key_file, pdf).signer.startswith("Offcut")
    with pytest.raises(DocumentError, match="not known"):
        check_document(pdf, [])


def test_a_time_stamp_of_another_document_is_refused(key_file: Path) -> None:
    with stamping_authority() as authority:
        one, two = (sealed(key_file, authority.url) for _ in range(2))
    stamp = bytes.fromhex("060b2a864886f70d010910020e").hex().upper().encode()
    places = [(pdf.index(stamp), token_of(pdf).stop) for pdf in (one, two)]
    (start, end), (other, other_end) = places
    if end - start == other_end - other:
        mixed = one[:start] + two[other:other_end] + one[end:]
        with pytest.raises(DocumentError, match="another document"):
            check(key_file, mixed)
