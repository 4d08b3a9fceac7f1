"""Uploads straight to object storage: the same rows and states, and the same promises, as through this server."""

from __future__ import annotations

import hashlib
import io
import json
import os
import urllib.error
import urllib.request
from typing import Any

import pytest
from django.test import Client

from core.accounts.policy import Actor
from core.errors import DomainError
from core.jobs.models import Job
from core.jobs.runner import run_due
from media_ingest.adapters import storage
from media_ingest.adapters.scratch import scratch_path
from media_ingest.adapters.storage import BlobMissing, PartTransport, incoming_key, part_transport, store
from media_ingest.domain.failures import Failure
from media_ingest.domain.parts import PART_BYTES
from media_ingest.domain.sampled import sampled_sha256
from media_ingest.domain.states import UploadState
from media_ingest.models import Asset, OwnershipCase, Upload
from media_ingest.services import finishing, receiving
from media_ingest.services.finishing import RECEIVE, upload_finish
from media_ingest.services.matching_files import WantedFile, uploads_match
from media_ingest.services.parts import upload_complete, upload_parts_sign
from media_ingest.services.receiving import upload_append, upload_resume
from media_ingest.services.uploads import Declared, upload_cancel, upload_declare, upload_pause, upload_unpause
from tests.factories.checked import breaches
from tests.factories.core import actor_as, key_of
from tests.factories.straight import declared_straight, sent_straight
from tests.factories.uploads import dies

pytestmark = [pytest.mark.s3, pytest.mark.django_db]

SMALL = b"a rush" * 1000
LARGE = bytes(range(251)) * (PART_BYTES // 251) + b"some bytes more than one part" * 100
LARGE_SHA256 = hashlib.sha256(LARGE).hexdigest()


def put(url: str, content: bytes) -> tuple[int, str]:
    """Send one part; return status and ETag."""
    request = urllib.request.Request(url, data=content, method="PUT")  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
            return answer.status, answer.headers["ETag"]
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code, ""


def part(number: int) -> bytes:
    return LARGE[(number - 1) * PART_BYTES : number * PART_BYTES]


def sent_part(actor: Actor, upload: Upload, number: int) -> str:
    (link,) = upload_parts_sign(actor=actor, upload_id=upload.id, numbers=[number])
    status, etag = put(link.url, part(number))
    assert status == 200
    return etag


def received() -> None:
    """Let the worker store what is complete, and nothing else."""
    run_due([RECEIVE])


def transport() -> PartTransport:
    found = part_transport()
    assert found is not None
    return found


def test_a_file_in_parts_goes_through_the_api_from_declaration_to_asset() -> None:
    actor = actor_as()
    api = Client(headers={"Authorization": f"Bearer {key_of(actor)}"})

    def ask(path: str, body: dict[str, Any], **headers: str) -> Any:
        return api.post(f"/api/v1/uploads{path}", json.dumps(body), content_type="application/json", headers=headers)

    made = ask("", {"name": "A001.mov", "size_bytes": len(LARGE), "batch_name": "card 1"}).json()
    assert (made["transport"], made["upload_url"], made["state"]) == ("s3", None, "receiving")
    assert (made["part_bytes"], made["parts_total"], made["parts_held"]) == (PART_BYTES, 2, [])
    place = f"/{made['id']}"
    refused = ask(f"{place}/parts", {"numbers": [3]})
    assert (refused.status_code, refused.json()["code"]) == (422, "part_numbers_invalid")
    links = ask(f"{place}/parts", {"numbers": [2, 1]}).json()["data"]
    assert [(link["number"], link["size_bytes"]) for link in links] == [(2, len(part(2))), (1, PART_BYTES)]
    etags = {link["number"]: put(link["url"], part(link["number"]))[1] for link in links[:1]}
    looked = api.get(f"/api/v1/uploads{place}").json()
    assert (looked["parts_held"], looked["offset"]) == ([2], len(part(2)))
    early = ask(f"{place}/complete", {}, **{"Idempotency-Key": "early"})
    assert (early.status_code, early.json()["code"], early.json()["missing"]) == (409, "parts_missing", [1])
    etags[1] = put(links[1]["url"], part(1))[1]
    body = {"parts": [{"number": number, "etag": etag} for number, etag in etags.items()], "sha256": LARGE_SHA256}
    done = ask(f"{place}/complete", body, **{"Idempotency-Key": "done"})
    assert (done.status_code, done.json()["state"]) == (202, "storing")
    received()
    asset = Asset.objects.get()
    assert (asset.sha256, asset.size_bytes) == (LARGE_SHA256, len(LARGE))
    upload = Upload.objects.get()
    assert (upload.state, upload.sha1) == (UploadState.RECEIVED, hashlib.sha1(LARGE, usedforsecurity=False).hexdigest())
    assert upload.verified
    assert store().size(asset.storage_key) == len(LARGE)
    assert breaches("uploads", "storage") == []


def test_a_part_that_is_held_otherwise_than_it_was_sent_is_missing() -> None:
    actor = actor_as()
    upload = declared_straight(actor, LARGE)
    etags = {number: sent_part(actor, upload, number) for number in (1, 2)}
    with pytest.raises(DomainError) as refused:
        upload_complete(actor=actor, upload_id=upload.id, parts={1: etags[1], 2: '"0123"'})
    assert (refused.value.code, refused.value.extra["missing"]) == ("parts_missing", [2])
    again = [upload_complete(actor=actor, upload_id=upload.id, parts=etags).state for _ in range(2)]
    assert again == [UploadState.STORING] * 2
    assert Job.objects.filter(kind=RECEIVE).count() == 1


def test_an_interrupted_upload_is_found_again_with_the_parts_that_are_held() -> None:
    """T39: what storage holds is asked of storage, not remembered."""
    actor = actor_as()
    sample = sampled_sha256(io.BytesIO(LARGE), len(LARGE))
    declared = Declared(name="A001.mov", size_bytes=len(LARGE), sample_sha256=sample, straight=True)
    upload = upload_declare(actor=actor, declared=declared)
    sent_part(actor, upload, 1)
    (found,) = uploads_match(actor=actor, files=[WantedFile("A001.mov", len(LARGE), sample)])
    assert (found.result, found.upload_id, found.parts_held, found.offset) == ("continue", upload.pk, [1], PART_BYTES)
    sent_part(actor, upload, 2)
    upload_complete(actor=actor, upload_id=upload.id)
    received()
    assert Asset.objects.get().sha256 == LARGE_SHA256


def test_a_paused_upload_gets_no_links_and_keeps_its_parts() -> None:
    actor = actor_as()
    upload = declared_straight(actor, LARGE)
    sent_part(actor, upload, 1)
    upload_pause(actor=actor, upload_id=upload.id)
    for attempt in (
        lambda: upload_parts_sign(actor=actor, upload_id=upload.id, numbers=[2]),
        lambda: upload_complete(actor=actor, upload_id=upload.id),
    ):
        with pytest.raises(DomainError) as refused:
            attempt()
        assert refused.value.code == "upload_paused"
    upload_unpause(actor=actor, upload_id=upload.id)
    assert upload_resume(actor=actor, upload_id=upload.id).held_parts == [1]


def test_bytes_go_only_the_way_that_was_told() -> None:
    actor = actor_as()
    upload = declared_straight(actor, SMALL)
    with pytest.raises(DomainError) as refused:
        upload_append(actor=actor, upload_id=upload.id, offset=0, stream=io.BytesIO(SMALL), length=len(SMALL))
    assert (refused.value.code, refused.value.extra["transport"]) == ("wrong_transport", "s3")
    through = upload_declare(actor=actor, declared=Declared(name="B.mov", size_bytes=5))
    with pytest.raises(DomainError) as refused:
        upload_parts_sign(actor=actor, upload_id=through.id, numbers=[1])
    assert (refused.value.code, refused.value.extra["transport"]) == ("wrong_transport", "tus")


def test_a_link_takes_exactly_its_part_and_nothing_after_cancelling() -> None:
    actor = actor_as()
    upload = declared_straight(actor, SMALL)
    (link,) = upload_parts_sign(actor=actor, upload_id=upload.id, numbers=[1])
    assert put(link.url, SMALL + b"!")[0] == 403
    assert put(link.url, SMALL)[0] == 200
    upload_cancel(actor=actor, upload_id=upload.id)
    upload_cancel(actor=actor, upload_id=upload.id)
    upload.refresh_from_db()
    with pytest.raises(BlobMissing):
        transport().held(upload.part_handle)
    assert put(link.url, SMALL)[0] == 404
    assert breaches("uploads", "storage") == []


@pytest.mark.parametrize("when", ["declared", "completed"])
def test_a_file_that_is_not_what_its_sender_says_fails_and_nothing_is_kept(when: str) -> None:
    """T39: a changed file."""
    actor = actor_as()
    said, content = "0" * 64, b"another rush, " + when.encode()
    declared = Declared(name="A.mov", size_bytes=len(content), straight=True, sha256=said if when == "declared" else "")
    upload = upload_declare(actor=actor, declared=declared)
    (link,) = upload_parts_sign(actor=actor, upload_id=upload.id, numbers=[1])
    put(link.url, content)
    upload_complete(actor=actor, upload_id=upload.id, sha256=said if when == "completed" else "")
    received()
    upload.refresh_from_db()
    assert (upload.state, upload.failure) == (UploadState.FAILED, Failure.CHECKSUM_MISMATCH)
    assert not Asset.objects.exists()
    assert not store().exists(storage.blob_key(hashlib.sha256(content).hexdigest()))
    assert breaches("uploads", "storage") == []


def test_a_sender_who_changes_its_mind_about_the_hash_has_changed_the_file() -> None:
    actor = actor_as()
    declared = Declared(name="A.mov", size_bytes=len(SMALL), straight=True, sha256="1" * 64)
    upload = upload_declare(actor=actor, declared=declared)
    (link,) = upload_parts_sign(actor=actor, upload_id=upload.id, numbers=[1])
    put(link.url, SMALL)
    done = upload_complete(actor=actor, upload_id=upload.id, sha256="2" * 64)
    assert done.state == UploadState.FAILED
    assert breaches("uploads", "storage") == []


def test_the_same_bytes_are_stored_once_and_other_owners_make_a_case() -> None:
    actor, other = actor_as(), actor_as()
    for sender in (actor, actor, other):
        sent_straight(sender, SMALL)
        received()
    states = list(Upload.objects.order_by("pk").values_list("state", "duplicate"))
    assert states == [("received", False), ("received", True), ("received", False)]
    assert Asset.objects.count() == 2
    assert len(set(Asset.objects.values_list("storage_key", flat=True))) == 1
    assert OwnershipCase.objects.count() == 1
    assert breaches("uploads", "storage") == []


def test_a_worker_that_dies_after_joining_is_followed_by_one_that_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """T39: killed between the joined object and the row."""
    upload = sent_straight(actor_as(), SMALL)

    def dies(*_: object) -> Upload:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(finishing, "_settle", dies)
        with pytest.raises(KeyboardInterrupt):
            upload_finish(actor=Actor.system(), upload_id=upload.id)
    received()
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED
    assert Asset.objects.get().sha256 == hashlib.sha256(SMALL).hexdigest()
    assert breaches("uploads", "storage") == []


def test_parts_that_vanished_are_said_to_be_lost() -> None:
    upload = sent_straight(actor_as(), SMALL)
    upload.refresh_from_db()
    transport().abort(upload.part_handle)
    received()
    upload.refresh_from_db()
    assert (upload.state, upload.failure) == (UploadState.FAILED, Failure.BYTES_LOST)
    assert breaches("uploads", "storage") == []


def test_a_worker_on_another_machine_leaves_bytes_to_the_server_that_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Web servers and workers share object storage, not a disk: not finding a file is not losing it."""
    actor, content = actor_as(), os.urandom(1000)
    upload = upload_declare(actor=actor, declared=Declared(name="A.mov", size_bytes=len(content)))
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "upload_finish_now", dies)
        stream = io.BytesIO(content)
        upload_append(actor=actor, upload_id=upload.id, offset=0, stream=stream, length=len(content))
    here = scratch_path(upload.id)
    elsewhere = here.rename(here.with_name("on another machine"))
    received()
    upload.refresh_from_db()
    assert upload.state == UploadState.STORING
    elsewhere.rename(here)
    assert upload_finish(actor=Actor.system(), upload_id=upload.id).state == UploadState.RECEIVED
    assert breaches("uploads", "storage") == []


def test_an_upload_that_storage_forgot_is_begun_anew() -> None:
    actor = actor_as()
    upload = declared_straight(actor, SMALL)
    transport().abort(upload.part_handle)
    assert upload_resume(actor=actor, upload_id=upload.id).held_parts == []
    (link,) = upload_parts_sign(actor=actor, upload_id=upload.id, numbers=[1])
    assert put(link.url, SMALL)[0] == 200
    upload_complete(actor=actor, upload_id=upload.id)
    received()
    assert Asset.objects.count() == 1


def test_a_declaration_outlives_storage_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = actor_as()
    declared = Declared(name="A.mov", size_bytes=len(SMALL), straight=True)

    with monkeypatch.context() as patched:
        patched.setattr(type(transport()), "begin", _refusing)
        with pytest.raises(DomainError) as refused:
            upload_declare(actor=actor, declared=declared, request_key="k")
    assert (refused.value.code, refused.value.kind) == ("storage_away", "unavailable")
    upload = upload_declare(actor=actor, declared=declared, request_key="k")
    assert Upload.objects.get().pk == upload.pk
    assert upload.part_handle
    assert breaches("uploads", "storage") == []


def _refusing(*_: object) -> str:
    detail = "no answer"
    raise storage.StorageUnavailable(detail)


def test_an_empty_file_needs_no_parts() -> None:
    upload = declared_straight(actor_as(), b"")
    assert (upload.transport, upload.state) == ("tus", UploadState.RECEIVED)


def test_nothing_temporary_stays() -> None:
    upload = sent_straight(actor_as(), SMALL)
    received()
    with pytest.raises(BlobMissing):
        transport().publish_incoming(incoming_key(upload.id.hex), len(SMALL))
