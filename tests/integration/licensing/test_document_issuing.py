"""Documents as issued: sealed once, stored once, in the audit chain, and every changed byte is found."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from pypdf import PdfReader

from core.audit.models import AuditEvent
from core.audit.services import verify_chain
from core.clock import now
from core.jobs.runner import run_due
from licensing.adapters.seal_check import seal_check
from licensing.adapters.seal_facts import SealBroken
from licensing.adapters.seal_keys import Sealer, sealer_from_file
from licensing.domain.wording import Language
from licensing.models import Agreement, Document
from licensing.selectors.documents import document_keys_referenced
from licensing.services.document_checks import document_check, documents_check
from licensing.services.documents import (
    agreement_document,
    document_bytes,
    seal_certificates_known,
    seal_key_rotate,
)
from tests.factories.core import key_of
from tests.factories.licensing import creator, drafted, signed
from tests.factories.stamps import STAMPED_AT, stamping_authority

pytestmark = pytest.mark.django_db
_BYTE_RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]")


@pytest.fixture(autouse=True)
def own_home(settings: LazySettings, tmp_path: Path) -> Path:
    """Keys of its own for every test."""
    settings.OFFCUT = dataclasses.replace(settings.OFFCUT, home=tmp_path, scratch_root=tmp_path / "scratch")
    return tmp_path


def _seal_with(settings: LazySettings, **changes: Any) -> None:
    settings.OFFCUT = dataclasses.replace(settings.OFFCUT, seal=dataclasses.replace(settings.OFFCUT.seal, **changes))


def _issued(agreement: Agreement, language: str = "fr") -> Document:
    run_due(["licensing.agreement.documents"])
    return Document.objects.get(subject=agreement.public_id, language=language)


def test_a_signed_agreement_becomes_two_sealed_documents_whose_hashes_are_in_the_audit_chain() -> None:
    agreement = signed(creator())
    document = _issued(agreement)
    assert Document.objects.filter(subject=agreement.public_id).count() == 2
    pdf = document_bytes(document)
    assert hashlib.sha256(pdf).hexdigest() == document.sealed_sha256
    assert hashlib.sha256(pdf[: document.rendered_bytes]).hexdigest() == document.rendered_sha256
    events = AuditEvent.objects.filter(subject=agreement.public_id, action="document.sealed")
    said = {(after := json.loads(event.body)["after"])["language"]: after for event in events}
    assert said["fr"]["rendered_sha256"] == document.rendered_sha256
    assert said["fr"]["sealed_sha256"] == document.sealed_sha256
    assert verify_chain() == []
    checked = document_check(pdf)
    assert checked.genuine
    assert checked.seal is not None
    assert checked.seal.unsealed_bytes == document.rendered_bytes
    assert list(documents_check()) == []
    assert document_keys_referenced([document.sealed_key, document.rendered_key, "blobs/none"]) == {
        document.sealed_key,
        document.rendered_key,
    }


def test_issuing_again_gives_the_same_bytes_and_writes_nothing() -> None:
    actor = creator()
    agreement = signed(actor)
    document = _issued(agreement)
    before = AuditEvent.objects.count()
    for _ in range(2):
        again = agreement_document(actor=actor, agreement_id=agreement.id, language=Language.FR)
        assert again.pdf == document_bytes(document)
    assert AuditEvent.objects.count() == before
    assert Document.objects.count() == 2


@pytest.mark.once
def test_a_sealed_document_is_still_pdf_a() -> None:
    reader = PdfReader(io.BytesIO(document_bytes(_issued(signed(creator())))))
    root: Any = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r'pdfaid:part(>|=")3', xmp)
    assert re.search(r'pdfaid:conformance(>|=")B', xmp)
    assert "/OutputIntents" in root
    fields = root["/AcroForm"]["/Fields"]
    assert [field.get_object()["/V"].get_object()["/SubFilter"] for field in fields] == ["/ETSI.CAdES.detached"]
    # PDF/A wants every annotation printable and none of them hidden.
    notes: list[Any] = [note for page in reader.pages for note in page.get("/Annots", [])]
    flags = [note.get_object()["/F"] for note in notes]
    assert flags
    assert all(flag & 4 and not flag & 0b100011 for flag in flags)


def _places(pdf: bytes, count: int, seed: int) -> list[int]:
    found = _BYTE_RANGE.search(pdf)
    assert found is not None
    start, end, _ = map(int, found.groups())
    token = start + len(pdf[start:end].rstrip(b">").rstrip(b"0"))
    edges = [0, 1, start - 1, start, start + 1, token, token + 1, end - 2, end - 1, end, len(pdf) - 1]
    return [*random.Random(seed).sample(range(len(pdf)), count), *range(start, token, 3), *edges]


def _flipped(pdf: bytes, place: int, mask: int) -> bytes:
    changed = bytearray(pdf)
    changed[place] ^= mask
    return bytes(changed)


@pytest.mark.once
@pytest.mark.timeout(300)
def test_any_changed_byte_is_found_offline_from_the_certificates_alone() -> None:
    pdf = document_bytes(_issued(signed(creator())))
    certificates = seal_certificates_known()
    assert seal_check(pdf, certificates).signer.startswith("Offcut documents")
    for number, place in enumerate(_places(pdf, 250, seed=1)):
        with pytest.raises(SealBroken):
            seal_check(_flipped(pdf, place, (1, 2, 0x20, 0x80)[number % 4]), certificates)
    for other in (pdf + b"\n", pdf[:-1], pdf[1:], b"", pdf[: len(pdf) // 2], pdf + pdf):
        with pytest.raises(SealBroken):
            seal_check(other, certificates)


@pytest.mark.once
def test_an_addition_that_keeps_the_signature_is_found() -> None:
    pdf = document_bytes(_issued(signed(creator())))
    appended = pdf + b"\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n0\n%%EOF\n"
    with pytest.raises(SealBroken, match="every byte"):
        seal_check(appended, seal_certificates_known())
    assert not document_check(appended).genuine


@pytest.mark.once
def test_another_installations_seal_is_not_ours(tmp_path: Path) -> None:
    pdf = document_bytes(_issued(signed(creator())))
    other = tmp_path / "other.json"
    sealer_from_file(other, name="Somebody else", at=now())
    strangers = [entry["certificate"] for entry in json.loads(other.read_text())["keys"]]
    with pytest.raises(SealBroken):
        seal_check(pdf, strangers)


def test_a_key_rotated_away_still_verifies_what_it_sealed_and_its_private_part_is_gone(own_home: Path) -> None:
    actor = creator()
    old = document_bytes(_issued(signed(actor)))
    seal_key_rotate()
    agreement = signed(creator())
    new = document_bytes(_issued(agreement))
    assert document_check(old).genuine
    assert document_check(new).genuine
    key_file = own_home / "keys" / "documents.json"
    assert [bool(entry["key"]) for entry in json.loads(key_file.read_text())["keys"]] == [False, True]
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_an_operators_certificate_seals_and_what_it_sealed_verifies_after_it_is_replaced(
    settings: LazySettings, tmp_path: Path
) -> None:
    sealer: Sealer = sealer_from_file(tmp_path / "operator.json", name="Studio Law Ltd", at=now())
    key = serialization.load_der_private_key(sealer.key, None)
    certificate = x509.load_der_x509_certificate(sealer.certificate)
    file = tmp_path / "operator.p12"
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    protection = serialization.BestAvailableEncryption(b"open sesame")
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, protection))
    _seal_with(settings, pkcs12=file, password="open sesame")
    checked = document_check(document_bytes(_issued(signed(creator()))))
    assert checked.genuine
    assert checked.seal is not None
    assert checked.seal.signer == "Studio Law Ltd"
    pdf = document_bytes(Document.objects.order_by("id")[0])
    _seal_with(settings, pkcs12=None)
    assert document_check(pdf).genuine
    _seal_with(settings, pkcs12=file, password="wrong")
    response = Client().get("/.well-known/document-certificates.pem")
    assert response.status_code == 503


def test_with_an_authority_the_seal_carries_its_time(settings: LazySettings, tmp_path: Path) -> None:
    with stamping_authority() as authority:
        roots = tmp_path / "stamps.pem"
        roots.write_text(authority.certificate)
        _seal_with(settings, stamp_url=authority.url, stamp_roots=roots)
        document = _issued(signed(creator()))
        assert authority.asked
    assert document.stamped_at == STAMPED_AT
    pdf = document_bytes(document)
    checked = document_check(pdf)
    assert checked.genuine
    assert checked.seal is not None
    assert (checked.seal.stamped_at, checked.seal.stamp_trusted) == (STAMPED_AT, True)
    _seal_with(settings, stamp_url="", stamp_roots=None)
    unknown = document_check(pdf)
    assert unknown.seal is not None
    assert (unknown.seal.stamped_at, unknown.seal.stamp_trusted) == (STAMPED_AT, False)
    for number, place in enumerate(_places(pdf, 60, seed=2)[::4]):
        assert not document_check(_flipped(pdf, place, (1, 0x20)[number % 2])).genuine


def test_an_authority_that_refuses_issues_nothing_and_the_job_tries_again(settings: LazySettings) -> None:
    actor = creator()
    with stamping_authority(status=503) as authority:
        _seal_with(settings, stamp_url=authority.url)
        agreement = signed(actor)
        run_due(["licensing.agreement.documents"])
        assert Document.objects.count() == 0
        client = Client(headers={"Authorization": f"Bearer {key_of(actor)}"})
        refused = client.get(f"/api/v1/agreements/{agreement.public_id}/document.pdf")
        assert (refused.status_code, refused.json()["code"]) == (503, "document_unavailable")
    with stamping_authority() as authority:
        _seal_with(settings, stamp_url=authority.url)
        answered = client.get(f"/api/v1/agreements/{agreement.public_id}/document.pdf?language=fr")
        assert answered.status_code == 200
    assert Document.objects.get().stamped_at == STAMPED_AT


def test_the_document_over_http_and_the_public_look_up(client: Client) -> None:
    actor = creator()
    agreement = signed(actor)
    document = _issued(agreement)
    headers = {"Authorization": f"Bearer {key_of(actor)}"}
    address = f"/api/v1/agreements/{agreement.public_id}/document.pdf"
    answer = client.get(f"{address}?language=fr", headers=headers)
    assert answer["Content-Type"] == "application/pdf"
    assert f"{agreement.public_id}-fr.pdf" in answer["Content-Disposition"]
    assert hashlib.sha256(answer.content).hexdigest() == document.sealed_sha256
    assert client.get(f"{address}?language=de", headers=headers).status_code == 422
    assert client.get(address, headers={"Authorization": f"Bearer {key_of(creator())}"}).status_code == 404
    found = client.get(f"/api/v1/verify/documents/{document.sealed_sha256}").json()
    assert (found["kind"], found["language"], found["stamped_at"]) == ("agreement", "fr", None)
    assert client.get(f"/api/v1/verify/documents/{document.rendered_sha256}").json() == found
    unknown = client.get(f"/api/v1/verify/documents/{'0' * 64}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "document_unknown")
    published = client.get("/.well-known/document-certificates.pem").content.decode()
    assert seal_check(answer.content, [published]).certificate_sha256 == document.certificate_sha256


def test_a_draft_is_shown_unsealed_and_is_not_kept(client: Client) -> None:
    actor = creator()
    draft = drafted(actor)
    headers = {"Authorization": f"Bearer {key_of(actor)}"}
    answer = client.get(f"/api/v1/agreements/{draft.public_id}/document.pdf", headers=headers)
    assert answer.status_code == 200
    assert "Draft, not signed" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert Document.objects.count() == 0
    with pytest.raises(SealBroken):
        seal_check(answer.content, seal_certificates_known())


def test_a_documents_row_cannot_be_changed_and_a_forged_audit_entry_is_told() -> None:
    document = _issued(signed(creator()))
    for change in (
        lambda: Document.objects.filter(pk=document.pk).update(sealed_sha256="0" * 64),
        lambda: Document.objects.filter(pk=document.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert list(documents_check()) == []
    stranger = Document.objects.create(
        kind=document.kind,
        subject="agr_01jd0000000000000000000009",
        organisation=document.organisation,
        language=document.language,
        facts_sha256=document.facts_sha256,
        rendered_sha256=document.rendered_sha256,
        rendered_bytes=document.rendered_bytes,
        rendered_key=document.rendered_key,
        sealed_sha256="1" * 64,
        sealed_bytes=document.sealed_bytes,
        sealed_key=document.sealed_key,
        certificate_sha256=document.certificate_sha256,
        sealed_at=document.sealed_at,
    )
    assert list(documents_check()) == [f"document {stranger}: its stored bytes are those of {document}"]


def test_a_document_that_the_audit_chain_does_not_know_is_told() -> None:
    document = _issued(signed(creator()))
    pdf = document_bytes(document)
    with connection.cursor() as cursor:
        for trigger in ("core_auditevent_no_delete",):
            drop = f"DROP TRIGGER {trigger}"
            cursor.execute(drop if connection.vendor == "sqlite" else f"{drop} ON core_auditevent")
    AuditEvent.objects.filter(subject=document.subject, action="document.sealed").delete()
    checked = document_check(pdf)
    assert not checked.genuine
    assert checked.faults == ("the audit chain does not know it",)


def test_the_paper_of_a_signed_agreement_is_dated_by_its_signature() -> None:
    agreement = signed(creator())
    reader = PdfReader(io.BytesIO(document_bytes(_issued(agreement))[: _issued(agreement).rendered_bytes]))
    assert agreement.signed_at is not None
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]) == f"D:{agreement.signed_at:%Y%m%d%H%M%S}Z"


def test_an_operator_checks_files_and_rotates_the_key_by_command(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(document_bytes(_issued(signed(creator()))))
    bad.write_bytes(_flipped(good.read_bytes(), 5_000, 1))
    said = io.StringIO()
    call_command("documents", str(good), "--rotate-key", stdout=said)
    assert "certificates: 2" in said.getvalue()
    assert f"ok    {good}" in said.getvalue()
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("documents", str(good), str(bad), stdout=said)
    assert "bytes were changed after it was sealed" in said.getvalue()
    with pytest.raises(CommandError, match="2 of 3"):
        call_command("documents", str(tmp_path / "missing.pdf"), str(tmp_path), str(good), stdout=said)
    assert f"FAIL  {tmp_path / 'missing.pdf'}" in said.getvalue()
    assert said.getvalue().count(f"ok    {good}") == 3
    with pytest.raises(CommandError, match="Name the PDF files"):
        call_command("documents", stdout=said)
