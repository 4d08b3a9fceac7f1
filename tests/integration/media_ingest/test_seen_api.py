"""What was seen of a file, over HTTP: sprite sheet, waveform, whole previews, labels and their dispute."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.accounts.models import Organisation
from core.accounts.policy import Actor
from core.jobs.models import Job
from core.jobs.runner import run_due
from media_ingest.adapters.ffmpeg import probe_file
from media_ingest.adapters.storage import store
from media_ingest.domain.footage import Footage
from media_ingest.domain.kinds import COMPARE, DERIVE, DETECT, GLANCE, PREVIEW, PROBE, WATCH
from media_ingest.domain.probe import parse
from media_ingest.models import Asset, Clip, Derivative, Detection
from tests import media
from tests.factories.core import OrganisationFactory, actor_as, key_of
from tests.factories.media_ingest import ClipFactory, upload_of

KINDS = (PROBE, GLANCE, WATCH, COMPARE, DERIVE, DETECT)
pytestmark = pytest.mark.django_db


def client_of(actor: Actor) -> Client:
    return Client(headers={"Authorization": f"Bearer {key_of(actor)}", "Accept-Language": "en"})


@pytest.fixture
def studio() -> Organisation:
    return OrganisationFactory.create()


@pytest.fixture
def actor(studio: Organisation) -> Actor:
    return actor_as(organisation=studio)


@pytest.fixture
def api(actor: Actor) -> Client:
    return client_of(actor)


@pytest.fixture
def asset(actor: Actor) -> Asset:
    upload = upload_of(actor, media.clip("plain.mp4").read_bytes(), "plain.mp4")
    run_due(KINDS)
    assert upload.asset is not None
    return upload.asset


def looked_at(api: Client, url: str) -> str:
    """Fetch a picture whole and return its kind."""
    answer: Any = api.get(url)
    assert b"".join(answer.streaming_content)
    return str(answer.headers["Content-Type"])


def test_what_was_seen_is_told(api: Client, asset: Asset) -> None:
    shown = api.get(f"/api/v1/assets/{asset.public_id}").json()
    assert (shown["usable_ms"], shown["left_out"], shown["held"], shown["guess"]) == (2000, [], None, "unknown")
    assert shown["clip_ids"] == shown["usable_clip_ids"]
    seen = api.get(f"/api/v1/assets/{asset.public_id}/watching").json()
    assert (seen["method"] in {"every_frame", "key_frames"}, len(seen["sound"]["peaks"])) == (True, 600)
    assert seen["sprite"]["times_ms"][0] == 0
    assert looked_at(api, seen["sprite"]["url"]) == "image/webp"
    track = api.get(seen["sprite"]["vtt_url"])
    assert track.headers["Content-Type"].startswith("text/vtt")
    assert track.content.decode().startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert f"#xywh=0,0,{seen['sprite']['tile_width']},{seen['sprite']['tile_height']}" in track.content.decode()


def test_a_clip_tells_its_shot(api: Client, asset: Asset) -> None:
    (clip_id,) = api.get(f"/api/v1/assets/{asset.public_id}").json()["clip_ids"]
    clip = api.get(f"/api/v1/clips/{clip_id}").json()
    assert (clip["start_ticks"], clip["begins"], clip["usable"], clip["flaws"]) == (0, "start", True, [])
    numerator, _, denominator = clip["time_base"].partition("/")
    assert clip["end_ticks"] * int(numerator) * 1000 // int(denominator) == clip["end_ms"] == 2000
    assert set(clip["quality"]) == {"motion", "sharpness", "brightness", "contrast", "clipped", "flashes_per_s"}
    assert [label["code"] for label in clip["labels"]] == ["sound"]


def test_a_flaw_is_told_with_what_to_do(api: Client, studio: Organisation) -> None:
    clip = ClipFactory.create(asset__organisation=studio, flaws=["black"])
    shown = api.get(f"/api/v1/clips/{clip.public_id}", headers={"Accept-Language": "fr"}).json()
    assert (shown["usable"], shown["flaws"][0]["code"], shown["flaws"][0]["duration_ms"]) == (False, "black", 40_000)
    assert shown["flaws"][0]["text"] == "Rien que le noir."
    whole = api.get(f"/api/v1/assets/{clip.asset.public_id}").json()
    assert (whole["usable_ms"], whole["usable_clip_ids"], whole["left_out"][0]["code"]) == (0, [], "black")


def test_the_whole_preview_is_made_when_somebody_asks_and_once(api: Client, asset: Asset) -> None:
    clip = Clip.objects.get(asset=asset)
    path = f"/api/v1/clips/{clip.public_id}/preview"
    first = api.post(path).json()
    assert (first["state"], first["url"]) == ("queued", None)
    assert api.post(path).json() == first
    assert Job.objects.filter(kind=PREVIEW).count() == 1
    run_due([PREVIEW])
    ready = api.post(path).json()
    assert ready["state"] == "ready"
    assert looked_at(api, ready["url"]) == "video/mp4"
    assert api.get(f"/api/v1/clips/{clip.public_id}").json()["preview_url"] == ready["url"]
    made = Derivative.objects.get(clip=clip, kind="preview")
    found = parse(probe_file(store().path(made.storage_key)), size_bytes=made.size_bytes)
    assert isinstance(found, Footage)
    assert (found.duration_ms, found.video_codec) == (2000, "h264")


def test_the_owner_disputes_a_label_and_it_stays_visible(api: Client, asset: Asset) -> None:
    clip = Clip.objects.get(asset=asset)
    path = f"/api/v1/clips/{clip.public_id}/labels/sound/dispute"
    for _ in range(2):
        answer = api.post(path)
        assert (answer.status_code, answer.json()["labels"][0]["state"]) == (200, "disputed")
    Job.objects.filter(kind=DETECT).update(state="queued", attempt=0)
    run_due([DETECT])
    assert Detection.objects.get(clip=clip).state == "disputed"
    unknown = api.post(f"/api/v1/clips/{clip.public_id}/labels/flashing/dispute")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "label_unknown")
    stranger = client_of(actor_as())
    assert stranger.post(path).status_code == 404
