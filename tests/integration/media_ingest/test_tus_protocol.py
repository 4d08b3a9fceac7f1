"""tus 1.0 over HTTP: declared, interrupted, continued, refused and given up as the protocol says."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import Client

from core.accounts.actions import OrganisationKind, Role, Scope
from core.accounts.models import User
from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from media_ingest.adapters.scratch import scratch_open
from media_ingest.models import Asset, Upload
from media_ingest.services.quotas import quota_limit_set
from media_ingest.services.uploads import upload_pause
from tests.factories.core import actor_as, key_of

pytestmark = pytest.mark.django_db

CONTENT = b"0123456789" * 2000
SIZE = len(CONTENT)
CHUNK = "application/offset+octet-stream"


class Sender:
    """Speaks tus with an actor's key."""

    def __init__(self, actor: Actor, scopes: frozenset[Scope] | None = None) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {key_of(actor, scopes)}", "Tus-Resumable": "1.0.0"})

    def create(self, size: int = SIZE, name: str = "A001.mov", *, length: str | None = None) -> HttpResponseBase:
        said = f"filename {b64encode(name.encode()).decode()},batch {b64encode(b'card 1').decode()}"
        return self.client.post(
            "/api/v1/tus",
            data=b"",
            content_type="text/plain",
            headers={"Upload-Length": str(size) if length is None else length, "Upload-Metadata": said},
        )

    def patch(self, place: str, offset: int, content: bytes, content_type: str = CHUNK, **headers: str) -> Any:
        return self.client.patch(
            place, data=content, content_type=content_type, headers={"Upload-Offset": str(offset), **headers}
        )

    def offset(self, place: str) -> int:
        response = self.client.head(place)
        assert response.status_code == 200
        assert response["Cache-Control"] == "no-store"
        return int(response["Upload-Offset"])


@pytest.fixture
def actor() -> Actor:
    return actor_as()


@pytest.fixture
def sender(actor: Actor) -> Sender:
    return Sender(actor)


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response["Tus-Resumable"] == "1.0.0"
    body: dict[str, Any] = response.json()
    assert (body["code"], body["status"]) == (code, status)
    return body


def test_anybody_may_ask_what_is_spoken() -> None:
    response = Client().options("/api/v1/tus")
    assert response.status_code == 204
    assert response["Tus-Version"] == "1.0.0"
    assert set(response["Tus-Extension"].split(",")) >= {"creation", "checksum", "termination", "expiration"}
    assert response["Tus-Checksum-Algorithm"] == "sha256,sha1"
    assert response["Tus-Max-Size"] == str(settings.OFFCUT.upload_max_bytes)


def test_a_file_goes_up_in_pieces(sender: Sender, actor: Actor) -> None:
    created = sender.create()
    place = created["Location"]
    assert (created.status_code, created["Upload-Offset"]) == (201, "0")
    assert "GMT" in created["Upload-Expires"]
    for start in range(0, SIZE, 7000):
        assert sender.offset(place) == start
        response = sender.patch(place, start, CONTENT[start : start + 7000])
        assert response.status_code == 204
        assert int(response["Upload-Offset"]) == min(SIZE, start + 7000)
    asset = Asset.objects.get()
    assert asset.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert asset.organisation_id == actor.organisation_id
    assert asset.batch is not None
    assert (asset.original_name, asset.batch.name) == ("A001.mov", "card 1")
    assert sender.offset(place) == SIZE
    problem(sender.patch(place, SIZE, b"x"), 409, "upload_closed")


def test_the_first_bytes_may_come_with_the_declaration(sender: Sender) -> None:
    response = sender.client.post(
        "/api/v1/tus",
        data=CONTENT[:500],
        content_type=CHUNK,
        headers={"Upload-Length": str(SIZE), "Upload-Metadata": "filename YS5tb3Y="},
    )
    assert (response.status_code, response["Upload-Offset"]) == (201, "500")
    assert sender.patch(response["Location"], 500, CONTENT[500:]).status_code == 204
    assert Asset.objects.count() == 1


def test_head_tells_length_and_name(sender: Sender) -> None:
    place = sender.create(name="Été 🏖.mov")["Location"]
    response = sender.client.head(place)
    assert response["Upload-Length"] == str(SIZE)
    assert f"filename {b64encode('Été 🏖.mov'.encode()).decode()}" in response["Upload-Metadata"]


def test_a_wrong_offset_is_a_conflict_that_tells_the_right_one(sender: Sender) -> None:
    place = sender.create()["Location"]
    sender.patch(place, 0, CONTENT[:1000])
    response = sender.patch(place, 900, CONTENT[900:2000])
    assert problem(response, 409, "offset_mismatch")["offset"] == 1000
    assert response["Upload-Offset"] == "1000"
    assert sender.offset(place) == 1000


def test_a_parallel_sender_is_locked_out(sender: Sender) -> None:
    place = sender.create()["Location"]
    with scratch_open(parse_public_id(Prefix.UPLOAD, place.rpartition("/")[2]), create=True):
        problem(sender.patch(place, 0, CONTENT), 423, "upload_busy")
    assert sender.patch(place, 0, CONTENT).status_code == 204


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_damaged_chunk_is_discarded(sender: Sender, algorithm: str) -> None:
    place = sender.create()["Location"]
    digest = b64encode(hashlib.new(algorithm, CONTENT[:1000]).digest()).decode()
    checksum = {"Upload-Checksum": f"{algorithm} {digest}"}
    problem(sender.patch(place, 0, b"X" + CONTENT[1:1000], **checksum), 460, "chunk_damaged")
    assert sender.offset(place) == 0
    assert sender.patch(place, 0, CONTENT[:1000], **checksum).status_code == 204
    assert sender.offset(place) == 1000


def test_an_unknown_checksum_is_refused(sender: Sender) -> None:
    place = sender.create()["Location"]
    problem(sender.patch(place, 0, CONTENT, **{"Upload-Checksum": "md5 x"}), 400, "upload_header_invalid")
    assert sender.offset(place) == 0


def test_another_content_type_is_refused(sender: Sender) -> None:
    place = sender.create()["Location"]
    problem(sender.patch(place, 0, CONTENT, content_type="application/octet-stream"), 415, "tus_content_type")
    assert sender.offset(place) == 0


def test_another_version_of_the_protocol_is_refused(sender: Sender) -> None:
    response = sender.client.post("/api/v1/tus", headers={"Upload-Length": "1", "Tus-Resumable": "0.2.2"})
    problem(response, 412, "tus_version")
    assert response["Tus-Version"] == "1.0.0"
    assert not Upload.objects.exists()


@pytest.mark.parametrize("length", ["", "-1", "abc", "1e3"])
def test_a_declaration_needs_a_length(sender: Sender, length: str) -> None:
    problem(sender.create(length=length), 400, "upload_header_invalid")


def test_a_declaration_needs_a_name_and_a_size_that_is_accepted(sender: Sender) -> None:
    problem(sender.create(name=""), 422, "upload_name_invalid")
    problem(sender.create(size=settings.OFFCUT.upload_max_bytes + 1), 413, "too_large")
    assert not Upload.objects.exists()


def test_more_than_declared_is_refused_whole(sender: Sender) -> None:
    place = sender.create(size=10)["Location"]
    problem(sender.patch(place, 0, CONTENT), 413, "too_many_bytes")
    assert sender.offset(place) == 0


def test_a_given_up_upload_is_gone(sender: Sender) -> None:
    place = sender.create()["Location"]
    sender.patch(place, 0, CONTENT[:100])
    assert sender.client.delete(place).status_code == 204
    assert sender.client.head(place).status_code == 410
    problem(sender.patch(place, 100, CONTENT[100:]), 410, "upload_gone")


@pytest.mark.parametrize("place", ["/api/v1/tus/upl_00000000000000000000000000", "/api/v1/tus/ast_x", "/api/v1/tus/.."])
def test_an_unknown_upload_is_not_found(sender: Sender, place: str) -> None:
    assert sender.client.head(place).status_code == 404
    assert sender.patch(place, 0, b"x").status_code == 404


def test_another_organisation_sees_and_touches_nothing(sender: Sender) -> None:
    place = sender.create()["Location"]
    sender.patch(place, 0, CONTENT[:100])
    other = Sender(actor_as())
    assert other.client.head(place).status_code == 404
    problem(other.patch(place, 100, CONTENT[100:]), 404, "not_found")
    problem(other.client.delete(place), 404, "not_found")
    assert sender.offset(place) == 100


def test_a_stranger_must_sign_in() -> None:
    stranger = Client(headers={"Tus-Resumable": "1.0.0"})
    problem(stranger.post("/api/v1/tus", headers={"Upload-Length": "1"}), 401, "auth_required")
    problem(stranger.patch("/api/v1/tus/upl_00000000000000000000000000"), 401, "auth_required")


def test_a_buyer_and_a_reading_key_cannot_send(actor: Actor) -> None:
    buyer = Sender(actor_as(kind=OrganisationKind.BUYER, role=Role.OWNER))
    problem(buyer.create(), 403, "role_missing")
    problem(Sender(actor, frozenset({Scope.LIBRARY_READ})).create(), 403, "scope_missing")
    assert not Upload.objects.exists()


def test_a_signed_in_page_needs_its_csrf_token(actor: Actor) -> None:
    page = Client(enforce_csrf_checks=True, headers={"Tus-Resumable": "1.0.0"})
    assert actor.user_id is not None
    page.force_login(User.objects.get(pk=actor.user_id))
    headers = {"Upload-Length": str(SIZE), "Upload-Metadata": "filename YS5tb3Y="}
    problem(page.post("/api/v1/tus", headers=headers), 403, "forbidden")
    page.cookies["csrftoken"] = "x" * 32
    headers["X-CSRFToken"] = "x" * 32
    created = page.post("/api/v1/tus", data=CONTENT[:50], content_type=CHUNK, headers=headers)
    assert (created.status_code, created["Upload-Offset"]) == (201, "50")


def test_every_answer_says_when_an_unfinished_upload_ends(sender: Sender) -> None:
    created = sender.create()
    place = created["Location"]
    answers = [created, sender.patch(place, 0, CONTENT[:10]), sender.client.head(place)]
    for answer in answers:
        assert parsedate_to_datetime(answer["Upload-Expires"]) > datetime.now(UTC) + timedelta(days=13)
    assert "Upload-Expires" not in sender.patch(place, 10, CONTENT[10:])


def test_bytes_that_come_with_the_declaration_are_checked_too(sender: Sender) -> None:
    def created(checksum: str) -> Any:
        return sender.client.post(
            "/api/v1/tus",
            data=CONTENT[:500],
            content_type=CHUNK,
            headers={
                "Upload-Length": str(SIZE),
                "Upload-Metadata": "filename YS5tb3Y=",
                "Upload-Checksum": f"sha256 {checksum}",
            },
        )

    good = b64encode(hashlib.sha256(CONTENT[:500]).digest()).decode()
    assert created(good)["Upload-Offset"] == "500"
    problem(created(b64encode(bytes(32)).decode()), 460, "chunk_damaged")


def test_a_sender_that_can_only_post_names_its_method(sender: Sender) -> None:
    place = sender.create()["Location"]

    def posted(method: str, content: bytes = b"", **headers: str) -> Any:
        said = {"X-HTTP-Method-Override": method, **headers}
        return sender.client.post(place, data=content, content_type=CHUNK, headers=said)

    assert posted("PATCH", CONTENT[:700], **{"Upload-Offset": "0"}).status_code == 204
    assert posted("head")["Upload-Offset"] == "700"
    assert posted("TRACE").status_code == 405
    assert posted("DELETE").status_code == 204
    assert sender.client.head(place).status_code == 410


@pytest.mark.parametrize(
    "metadata", ["filename YS5tb3Y=,filename Yi5tb3Y=", "filename !!", f"filename YS5tb3Y=,sha256 {'eA==' * 3}"]
)
def test_metadata_that_says_two_things_or_nonsense_is_refused(sender: Sender, metadata: str) -> None:
    headers = {"Upload-Length": "5", "Upload-Metadata": metadata}
    problem(sender.client.post("/api/v1/tus", headers=headers), 400, "upload_header_invalid")
    assert not Upload.objects.exists()


def test_metadata_gives_place_batch_and_hashes(sender: Sender) -> None:
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    said = {"filename": "A.mov", "relativePath": "CARD/../CLIP/A.mov", "batch": "card 1", "sha256": sha256}
    text = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())
    headers = {"Upload-Length": str(SIZE), "Upload-Metadata": f"{text},is_confidential"}
    place = sender.client.post("/api/v1/tus", headers=headers)["Location"]
    upload = Upload.objects.get()
    assert upload.batch is not None
    assert (upload.folder, upload.batch.name, upload.declared_sha256) == ("CARD/CLIP", "card 1", sha256)
    sender.patch(place, 0, CONTENT)
    again = sender.client.post("/api/v1/tus", headers=headers)
    assert (again.status_code, again["Upload-Offset"]) == (201, str(SIZE))
    assert Asset.objects.count() == 1


def test_a_paused_upload_and_a_full_quota_are_told_apart(sender: Sender, actor: Actor) -> None:
    place = sender.create()["Location"]
    upload = Upload.objects.get()
    upload_pause(actor=actor, upload_id=upload.id)
    problem(sender.patch(place, 0, CONTENT), 409, "upload_paused")
    assert sender.client.head(place).status_code == 200
    quota_limit_set(actor=Actor.system(), organisation_id=upload.organisation_id, limit_bytes=SIZE)
    problem(sender.create(), 402, "quota_exceeded")
