"""Batches: named once, counted right, safe to erase only when everything is here and proven; their receipts."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.accounts.policy import Actor
from core.errors import DomainError
from media_ingest.domain.checksum import Checksum
from media_ingest.domain.states import UploadState
from media_ingest.models import Asset, Batch, Upload
from media_ingest.services.batches import BatchStanding, batch_create, batch_standings
from media_ingest.services.receiving import upload_append
from media_ingest.services.uploads import Declared, upload_cancel, upload_declare
from tests.factories.core import actor_as, key_of
from tests.factories.uploads import CONTENT, SHA256, SIZE

pytestmark = pytest.mark.django_db
SHA1 = hashlib.sha1(CONTENT, usedforsecurity=False).hexdigest()


def coming(actor: Actor, name: str = "A001.mov", **facts: Any) -> Upload:
    """Declare a file of the batch."""
    declared = Declared(name=name, size_bytes=SIZE, batch="card 1", **facts)
    return upload_declare(actor=actor, declared=declared)


def arrived(actor: Actor, upload: Upload, *, checked: bool = True, content: bytes = CONTENT) -> Upload:
    """Send it whole, with a checksum unless told otherwise."""
    checksum = Checksum("sha256", hashlib.sha256(content).digest()) if checked else None
    stream = io.BytesIO(content)
    return upload_append(
        actor=actor, upload_id=upload.id, offset=0, stream=stream, length=len(content), checksum=checksum
    )


def standing() -> BatchStanding:
    return batch_standings([Batch.objects.get()])[0]


def api(actor: Actor) -> Client:
    return Client(headers={"Authorization": f"Bearer {key_of(actor)}"})


def receipt(actor: Actor, **query: str) -> Any:
    return api(actor).get(f"/api/v1/batches/{Batch.objects.get().public_id}/receipt", query)


def test_a_batch_is_safe_to_erase_once_every_file_is_here_and_proven() -> None:
    actor = actor_as()
    one, two = coming(actor), coming(actor, "A002.mov")
    assert (standing().files, standing().received, standing().safe_to_erase) == (2, 0, False)
    arrived(actor, one)
    assert (standing().received, standing().bytes, standing().received_bytes) == (1, 2 * SIZE, SIZE)
    assert not standing().safe_to_erase
    arrived(actor, two)
    assert (standing().verified, standing().safe_to_erase) == (2, True)


def test_an_empty_batch_proves_nothing() -> None:
    assert not batch_create(actor=actor_as(), name="card 1").safe_to_erase


def test_bytes_that_nobody_compared_are_not_safe_to_erase() -> None:
    actor = actor_as()
    upload = coming(actor)
    arrived(actor, upload, checked=False)
    assert (standing().received, standing().verified, standing().safe_to_erase) == (1, 0, False)


@pytest.mark.parametrize("how", ["sha256", "checksums", "half"])
def test_a_hash_of_the_whole_or_of_every_chunk_proves_a_file(how: str) -> None:
    actor = actor_as()
    upload = coming(actor, sha256=SHA256 if how == "sha256" else "")
    for start, end in ((0, 1000), (1000, SIZE)):
        part = CONTENT[start:end]
        checked = how == "checksums" or (how == "half" and start)
        upload_append(
            actor=actor,
            upload_id=upload.id,
            offset=start,
            stream=io.BytesIO(part),
            length=len(part),
            checksum=Checksum("sha256", hashlib.sha256(part).digest()) if checked else None,
        )
    assert standing().safe_to_erase is (how != "half")


def test_a_file_that_was_given_up_is_missed_until_it_is_sent_again() -> None:
    actor = actor_as()
    arrived(actor, coming(actor))
    for _ in range(2):
        upload_cancel(actor=actor, upload_id=coming(actor, "A002.mov").id)
    assert (standing().files, standing().left_out, standing().safe_to_erase) == (2, 1, False)
    again = coming(actor, "A002.mov")
    assert (standing().files, standing().left_out, standing().safe_to_erase) == (2, 0, False)
    arrived(actor, again)
    assert (standing().files, standing().left_out, standing().safe_to_erase) == (2, 0, True)


def test_files_of_one_name_in_two_folders_are_two() -> None:
    actor = actor_as()
    arrived(actor, coming(actor, folder="CARD_A"))
    upload_cancel(actor=actor, upload_id=coming(actor, folder="CARD_B").id)
    assert (standing().files, standing().left_out) == (2, 1)


def test_a_name_is_used_once_in_an_organisation_however_it_came() -> None:
    actor = actor_as()
    made = batch_create(actor=actor, name=" card 1 ")
    coming(actor)
    assert Batch.objects.get().pk == made.id
    with pytest.raises(DomainError) as refused:
        batch_create(actor=actor, name="card 1")
    assert refused.value.code == "batch_name_taken"
    assert refused.value.extra == {"batch_id": Batch.objects.get().public_id}
    assert batch_create(actor=actor_as(), name="card 1").id != made.id
    with pytest.raises(DomainError) as refused:
        batch_create(actor=actor, name="  ")
    assert refused.value.code == "batch_name_invalid"


def test_a_list_of_batches_takes_the_same_queries_however_long() -> None:
    actor = actor_as()
    client, counts = api(actor), list[int]()
    client.get("/api/v1/batches")  # notes that the key was used
    for number in range(3):
        batch_create(actor=actor, name=f"card {number}")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get("/api/v1/batches")
        assert len(answer.json()["data"]) == number + 1
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_a_receipt_waits_for_every_file_unless_a_partial_one_is_asked_for() -> None:
    actor = actor_as()
    arrived(actor, coming(actor))
    coming(actor, "A002.mov")
    answer = receipt(actor)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_all_received")
    assert (answer.json()["files"], answer.json()["received"]) == (2, 1)
    rows = list(csv.DictReader(io.StringIO(receipt(actor, partial="true").getvalue().decode())))
    assert [(row["file"], row["state"], row["sha256"]) for row in rows] == [
        ("A001.mov", "received", SHA256),
        ("A002.mov", "receiving", ""),
    ]


def test_a_receipt_says_what_came_of_a_file() -> None:
    actor = actor_as()
    upload = arrived(actor, coming(actor, "=cmd|'calc'!A1"))
    Asset.objects.update(state="rejected", reason="no_video")
    answer = receipt(actor)
    assert answer["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer["Content-Disposition"].startswith('attachment; filename="card 1_20')
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode()))
    assert row["file"] == "'=cmd|'calc'!A1"
    assert (row["sha256"], row["sha1"], row["verified_by"]) == (SHA256, SHA1, "chunk_checksums")
    assert (row["asset_state"], row["asset_reason"]) == ("rejected", "no_video")
    assert (row["upload_id"], row["size_bytes"]) == (upload.public_id, str(SIZE))


def test_a_media_hash_list_names_every_received_file_with_a_hash_of_its_bytes() -> None:
    actor = actor_as()
    arrived(actor, coming(actor, folder="CLIP"))
    coming(actor, "A002.mov", sha256=SHA256)
    answer = receipt(actor, format="mhl")
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    entries = ET.fromstring(answer.getvalue().decode()).findall("hash")  # noqa: S314 - our own text
    assert [(entry.findtext("file"), entry.findtext("sha1")) for entry in entries] == [
        ("A002.mov", SHA1),
        ("CLIP/A001.mov", SHA1),
    ]


def test_another_form_is_refused_and_another_organisation_finds_nothing() -> None:
    actor = actor_as()
    arrived(actor, coming(actor))
    assert receipt(actor, format="pdf").status_code == 422
    assert receipt(actor_as()).status_code == 404


def test_a_file_declared_by_its_hash_counts_as_received_and_proven() -> None:
    actor = actor_as()
    arrived(actor, coming(actor))
    known = coming(actor, "copy.mov", sha256=SHA256)
    assert known.state == UploadState.RECEIVED
    assert (standing().files, standing().verified, standing().safe_to_erase) == (2, 2, True)
