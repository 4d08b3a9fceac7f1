"""Uploads, files, clips and progress as JSON: shapes, visibility, and a bounded number of queries."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from core.accounts.actions import OrganisationKind, Role, Scope
from core.accounts.models import Organisation
from core.accounts.policy import Actor
from core.clock import now
from core.jobs.models import Job, JobState
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip, Upload
from tests.factories.core import actor_as, key_of
from tests.factories.media_ingest import (
    AssetFactory,
    ClipFactory,
    DerivativeFactory,
    ReceivedAssetFactory,
    upload_of,
)

pytestmark = pytest.mark.django_db

CONTENT = b"some footage" * 100
# On an object store the API offers parts instead (test_storage_s3.py, test_upload_parts.py).
through_us = pytest.mark.local_disk


def client_of(actor: Actor, scopes: frozenset[Scope] | None = None, language: str = "en") -> Client:
    return Client(headers={"Authorization": f"Bearer {key_of(actor, scopes)}", "Accept-Language": language})


@pytest.fixture
def actor() -> Actor:
    return actor_as()


@pytest.fixture
def api(actor: Actor) -> Client:
    return client_of(actor)


@pytest.fixture
def studio(actor: Actor) -> Organisation:
    assert actor.organisation_id is not None
    return Organisation.objects.get(pk=actor.organisation_id)


def declare(api: Client, **facts: object) -> Any:
    body = {"name": "A001.mov", "size_bytes": len(CONTENT), **facts}
    return api.post("/api/v1/uploads", body, content_type="application/json")


def send(api: Client, place: str, offset: int = 0, content: bytes = CONTENT) -> Any:
    return api.patch(
        place,
        content,
        content_type="application/offset+octet-stream",
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)},
    )


@through_us
def test_a_declared_file_is_sent_to_its_address_and_becomes_an_asset(api: Client) -> None:
    answer = declare(api, batch_name="card 1")
    assert answer.status_code == 201
    upload = answer.json()
    assert upload["id"].startswith("upl_")
    assert {name: upload[name] for name in ("state", "offset", "size_bytes", "asset_id", "duplicate", "reason")} == {
        "state": "receiving",
        "offset": 0,
        "size_bytes": len(CONTENT),
        "asset_id": None,
        "duplicate": False,
        "reason": None,
    }
    assert (upload["upload_url"], upload["batch_name"]) == (f"/api/v1/tus/{upload['id']}", "card 1")
    send(api, upload["upload_url"], 0, CONTENT[:500])
    assert api.get(f"/api/v1/uploads/{upload['id']}").json()["offset"] == 500
    assert [one["id"] for one in api.get("/api/v1/uploads?state=receiving").json()["data"]] == [upload["id"]]
    send(api, upload["upload_url"], 500, CONTENT[500:])
    done = api.get(f"/api/v1/uploads/{upload['id']}").json()
    assert (done["state"], done["offset"]) == ("received", len(CONTENT))
    asset = api.get(f"/api/v1/assets/{done['asset_id']}").json()
    assert (asset["state"], asset["original_name"], asset["size_bytes"]) == ("received", "A001.mov", len(CONTENT))
    assert asset["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert api.get("/api/v1/uploads?state=receiving").json()["data"] == []


@through_us
def test_the_same_idempotency_key_is_the_same_upload(api: Client) -> None:
    first, second = (
        api.post(
            "/api/v1/uploads",
            {"name": "A001.mov", "size_bytes": 5},
            content_type="application/json",
            headers={"Idempotency-Key": "key-1"},
        ).json()
        for _ in range(2)
    )
    assert first == second


def test_a_known_hash_saves_the_way(api: Client, actor: Actor) -> None:
    held = upload_of(actor, CONTENT)
    answer = declare(api, sha256=hashlib.sha256(CONTENT).hexdigest()).json()
    assert held.asset is not None
    assert (answer["state"], answer["duplicate"], answer["asset_id"]) == ("received", True, held.asset.public_id)


@pytest.mark.parametrize(
    "facts",
    [
        {"size_bytes": -1},
        {"size_bytes": "big"},
        {"size_bytes": 2**70},
        {"sha256": "xyz"},
        {"name": ""},
        {"batch_name": "x" * 200},
    ],
)
def test_a_malformed_declaration_is_refused_and_nothing_is_kept(api: Client, facts: dict[str, object]) -> None:
    answer = declare(api, **facts)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert not Upload.objects.exists()


@through_us
def test_an_upload_can_be_given_up_twice(api: Client) -> None:
    upload = declare(api).json()
    send(api, upload["upload_url"], 0, CONTENT[:10])
    for _ in range(2):
        answer = api.delete(f"/api/v1/uploads/{upload['id']}")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert send(api, upload["upload_url"], 10, CONTENT[10:]).status_code == 410


@through_us
@pytest.mark.parametrize(("language", "word"), [("en", "announced"), ("fr", "annoncé")])
def test_a_failed_upload_says_why_in_the_readers_language(actor: Actor, language: str, word: str) -> None:
    api = client_of(actor, language=language)
    upload = declare(api, sha256="0" * 64).json()
    send(api, upload["upload_url"])
    failed = api.get(f"/api/v1/uploads/{upload['id']}").json()
    assert (failed["state"], failed["reason"]["code"]) == ("failed", "checksum_mismatch")
    assert word in failed["reason"]["text"]
    assert failed["reason"]["what_to_do"]


def test_a_ready_file_tells_its_facts(api: Client, studio: Organisation) -> None:
    asset = AssetFactory.create(organisation=studio, frame_rate_num=30000, frame_rate_den=1001, width=2160, height=3840)
    clip = ClipFactory.create(asset=asset)
    DerivativeFactory.create(asset=asset)
    shown = api.get(f"/api/v1/assets/{asset.public_id}").json()
    assert shown["poster_url"].startswith("/api/v1/media/")
    assert {name: shown[name] for name in ("frame_rate", "resolution_class", "clip_ids", "preview_url", "reason")} == {
        "frame_rate": "30000/1001",
        "resolution_class": "2160p",
        "clip_ids": [clip.public_id],
        "preview_url": None,
        "reason": None,
    }
    assert (shown["duration_ms"], shown["has_audio"], shown["container"]) == (40_000, True, "mov")
    assert shown["created_at"].endswith("Z")


def test_a_file_that_was_not_looked_at_has_no_facts_yet(api: Client, studio: Organisation) -> None:
    asset = ReceivedAssetFactory.create(organisation=studio)
    shown = api.get(f"/api/v1/assets/{asset.public_id}").json()
    facts = ("duration_ms", "width", "height", "frame_rate", "video_codec", "bit_depth", "rotation", "resolution_class")
    assert [shown[name] for name in facts] == [None] * len(facts)


@pytest.mark.parametrize(("language", "word"), [("en", "damaged"), ("fr", "endommagé")])
def test_a_rejected_file_says_why_and_what_to_do(actor: Actor, studio: Organisation, language: str, word: str) -> None:
    asset = ReceivedAssetFactory.create(organisation=studio, state=AssetState.REJECTED, reason="damaged")
    shown = client_of(actor, language=language).get(f"/api/v1/assets/{asset.public_id}").json()
    assert shown["reason"]["code"] == "damaged"
    assert word in shown["reason"]["text"]
    assert shown["reason"]["what_to_do"]


def test_lists_are_paged_newest_first(api: Client, studio: Organisation) -> None:
    made = [AssetFactory.create(organisation=studio).public_id for _ in range(5)]
    first = api.get("/api/v1/assets?limit=3").json()
    second = api.get(f"/api/v1/assets?limit=3&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in first["data"] + second["data"]] == made[::-1]
    assert (first["has_more"], second["has_more"], second["next_cursor"]) == (True, False, None)
    assert len(api.get("/api/v1/assets?state=rejected").json()["data"]) == 0


@pytest.mark.parametrize("path", ["assets", "clips", "uploads"])
def test_a_longer_list_needs_no_more_queries(
    api: Client, actor: Actor, studio: Organisation, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def grow(count: int) -> None:
        for number in range(count):
            asset = AssetFactory.create(organisation=studio)
            ClipFactory.create(asset=asset)
            DerivativeFactory.create(asset=asset)
            upload_of(actor, f"{asset.id} {number}".encode(), batch="card")

    api.get("/api/v1/me")  # the key's last use is noted once a minute
    grow(1)
    with CaptureQueriesContext(connection) as short:
        assert len(api.get(f"/api/v1/{path}").json()["data"]) == (2 if path == "assets" else 1)
    grow(4)
    with django_assert_num_queries(len(short)):
        assert len(api.get(f"/api/v1/{path}").json()["data"]) >= 5
    assert len(short) <= 8


def test_a_clip_gets_new_words_and_loses_hidden_ones(api: Client, studio: Organisation) -> None:
    clip = ClipFactory.create(asset=AssetFactory.create(organisation=studio))
    words = {"title": "A\u202eB", "tags": ["Drone", "drone", " coast "], "language": "fr-CH"}
    answer = api.patch(f"/api/v1/clips/{clip.public_id}", words, content_type="application/json")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["title"], shown["tags"], shown["language"]) == ("A\ufffdB", ["drone", "coast"], "fr-CH")
    assert (shown["start_ms"], shown["end_ms"], shown["duration_ms"]) == (0, 40_000, 40_000)
    kept = api.patch(f"/api/v1/clips/{clip.public_id}", {"description": "x"}, content_type="application/json").json()
    assert (kept["title"], kept["description"]) == ("A\ufffdB", "x")


@pytest.mark.parametrize("words", [{"language": "not a language"}, {"tags": [f"tag{n}" for n in range(51)]}])
def test_words_that_cannot_be_kept_change_nothing(api: Client, studio: Organisation, words: dict[str, object]) -> None:
    clip = ClipFactory.create(asset=AssetFactory.create(organisation=studio))
    answer = api.patch(f"/api/v1/clips/{clip.public_id}", {"title": "new", **words}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "clip_text_invalid")
    assert Clip.objects.get().title == ""


def test_progress_follows_the_jobs(api: Client, actor: Actor) -> None:
    upload = upload_of(actor, CONTENT)
    assert upload.asset is not None
    path = f"/api/v1/assets/{upload.asset.public_id}/progress"
    waiting = api.get(path).json()
    assert (waiting["stage"], waiting["state"], waiting["seconds_left"]) == ("probe", "queued", None)
    assert waiting["stages"] == ["receive", "probe", "glance", "watch", "derive", "compare", "detect", "done"]
    # One piece of work is ahead: the job that would have stored the file if the request had not.
    assert (waiting["life"], waiting["queue"], waiting["time_left"]) == ("queued", {"ahead": 1, "wait": None}, None)
    Job.objects.filter(kind="media_ingest.probe").update(
        state=JobState.RUNNING,
        token=upload.id,
        lease_until=now(),
        stage="reading",
        progress_done=1,
        progress_total=2,
        stage_started_at=now() - timedelta(seconds=60),
        heartbeat_at=now(),
        attempt=1,
    )
    running = api.get(path).json()
    assert (running["step"], running["done"], running["total"], running["attempt"]) == ("reading", 1, 2, 1)
    assert (running["life"], running["time_left"]) == ("working", {"low": 45, "high": 90})
    Job.objects.filter(kind="media_ingest.probe").update(heartbeat_at=now() - timedelta(seconds=41))
    silent = api.get(path).json()
    assert (silent["life"], silent["time_left"], silent["retry_at"] is None) == ("silent", None, False)
    Job.objects.filter(kind="media_ingest.probe").update(state=JobState.DEAD, token=None, lease_until=None)
    dead = api.get(path).json()
    assert (dead["life"], "safe" in dead["what_to_do"]) == ("stopped", True)
    Asset.objects.update(state=AssetState.REJECTED, reason="damaged")
    assert api.get(path).json()["stage"] == "done"


OTHERS = {
    "another studio": actor_as,
    "a buyer": lambda: actor_as(kind=OrganisationKind.BUYER, role=Role.ENGINEER),
}


@pytest.mark.parametrize("who", OTHERS)
def test_outsiders_find_nothing_of_ours(api: Client, actor: Actor, studio: Organisation, who: str) -> None:
    clip = ClipFactory.create(asset=AssetFactory.create(organisation=studio))
    upload = declare(api).json()
    outsider = client_of(OTHERS[who]())
    wanted = 404 if who == "another studio" else 403
    for path in (
        f"uploads/{upload['id']}",
        f"assets/{clip.asset.public_id}",
        f"assets/{clip.asset.public_id}/progress",
        f"clips/{clip.public_id}",
    ):
        assert outsider.get(f"/api/v1/{path}").status_code == wanted
    assert outsider.delete(f"/api/v1/uploads/{upload['id']}").status_code == wanted
    patched = outsider.patch(f"/api/v1/clips/{clip.public_id}", {"title": "x"}, content_type="application/json")
    assert patched.status_code == wanted
    for path in ("uploads", "assets", "clips"):
        answer = outsider.get(f"/api/v1/{path}")
        assert answer.json().get("data", []) == []
    assert Clip.objects.get().title == ""
    assert Upload.objects.get().state == "receiving"


def test_an_accountant_may_look_and_not_touch(studio: Organisation) -> None:
    clip = ClipFactory.create(asset=AssetFactory.create(organisation=studio))
    accountant = client_of(actor_as(role=Role.ACCOUNTANT, organisation=studio))
    assert accountant.get(f"/api/v1/clips/{clip.public_id}").status_code == 200
    refused = accountant.patch(f"/api/v1/clips/{clip.public_id}", {"title": "x"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")


def test_a_key_without_the_scope_sees_nothing(actor: Actor) -> None:
    answer = client_of(actor, frozenset({Scope.EARNINGS_READ})).get("/api/v1/assets")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("path", ["uploads", "assets", "clips", "uploads/upl_x", "assets/ast_x", "clips/clp_x"])
def test_a_stranger_must_sign_in(path: str) -> None:
    answer = Client().get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "auth_required")


def test_the_desk_sees_every_studios_footage(studio: Organisation) -> None:
    asset = AssetFactory.create(organisation=studio)
    desk = client_of(actor_as(kind=OrganisationKind.PLATFORM, role=Role.FOOTAGE))
    assert desk.get(f"/api/v1/assets/{asset.public_id}").status_code == 200
