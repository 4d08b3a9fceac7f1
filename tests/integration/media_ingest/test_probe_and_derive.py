"""From received bytes to facts, clip, poster and preview, by real jobs, exactly once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from core.audit.models import AuditEvent
from core.clock import now
from core.jobs import registry
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due, run_job
from core.jobs.services import Claim, LeaseLost, claim_next
from media_ingest.adapters.ffmpeg import probe_file
from media_ingest.adapters.storage import store
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Reason
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip, Derivative, DerivativeKind, ProbeReport
from media_ingest.services.probing import asset_probe
from media_ingest.services.progress import DERIVE, PROBE
from tests import media
from tests.factories.core import actor_as
from tests.factories.media_ingest import upload_of

KINDS = (PROBE, DERIVE)
pytestmark = pytest.mark.django_db


def received(path: Path) -> Asset:
    upload = upload_of(actor_as(), path.read_bytes(), path.name)
    assert upload.asset is not None
    return upload.asset


def job_of(kind: str, asset: Asset) -> Job:
    return Job.objects.get(kind=kind, subject=asset.public_id)


def test_a_good_file_becomes_ready_with_facts_clip_poster_and_preview() -> None:
    asset = received(media.clip("full_hd.mp4"))
    assert run_due(KINDS) == 2
    asset.refresh_from_db()
    assert (asset.state, asset.reason) == (AssetState.READY, "")
    assert (asset.width, asset.height, asset.duration_ms, asset.frame_count) == (1920, 1080, 2000, 50)
    assert (asset.frame_rate_num, asset.frame_rate_den, asset.bit_depth, asset.has_audio) == (25, 1, 8, True)
    clip = Clip.objects.get(asset=asset)
    assert (clip.start_ms, clip.end_ms) == (0, 2000)
    report = ProbeReport.objects.get(asset=asset)
    assert (report.tool, report.reason) == ("PyAV", "")
    assert report.tool_version
    assert report.report["video"]["codec"] == "h264"
    assert AuditEvent.objects.filter(subject=asset.public_id, action="asset.probed").count() == 1
    kinds = {made.kind: made for made in Derivative.objects.filter(asset=asset)}
    assert set(kinds) == {DerivativeKind.POSTER, DerivativeKind.OPENING}
    assert (kinds["poster"].width, kinds["poster"].height) == (640, 360)
    with store().open(kinds["poster"].storage_key) as file:
        assert file.read(3) == b"\xff\xd8\xff"
    preview = kinds["opening"]
    found = parse(probe_file(store().path(preview.storage_key)), size_bytes=preview.size_bytes)
    assert isinstance(found, Footage)
    assert (found.video_codec, found.pixel_format, found.width, found.height) == ("h264", "yuv420p", 854, 480)
    assert (found.duration_ms, found.has_audio) == (2000, True)
    assert {job_of(kind, asset).state for kind in KINDS} == {JobState.DONE}


@pytest.mark.parametrize(
    ("name", "reason"),
    [("short.mp4", Reason.TOO_SHORT), ("sound.m4a", Reason.NO_VIDEO), ("magicyuv.mkv", Reason.CODEC_NOT_ALLOWED)],
)
def test_a_refused_file_keeps_its_reason_and_gets_no_clip(name: str, reason: Reason) -> None:
    asset = received(media.clip(name))
    run_due(KINDS)
    asset.refresh_from_db()
    assert (asset.state, asset.reason) == (AssetState.REJECTED, reason)
    assert not Clip.objects.filter(asset=asset).exists()
    assert not Job.objects.filter(kind=DERIVE, subject=asset.public_id).exists()
    assert ProbeReport.objects.get(asset=asset).reason == reason


def test_a_text_is_refused_by_the_guard_and_no_tool_is_started() -> None:
    asset = received(media.written("note.mp4", "just a note"))
    run_due(KINDS)
    asset.refresh_from_db()
    assert (asset.state, asset.reason) == (AssetState.REJECTED, Reason.NOT_MEDIA)
    assert ProbeReport.objects.get(asset=asset).tool == "guard"


def test_news_is_published_for_the_floors_above(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, str]] = []
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))
    monkeypatch.setattr(registry, "_topics", {topic: list(kinds) for topic, kinds in registry._topics.items()})
    topics = [f"media_ingest.asset.{end}" for end in ("ready", "rejected", "derived")]

    def hear(claim: Claim) -> None:
        heard.append((claim.kind.removeprefix("test."), claim.subject))

    for topic in topics:
        registry.handles(f"test.{topic}")(hear)
        registry.subscribe(topic, f"test.{topic}")
    good, bad = received(media.clip("silent.mp4")), received(media.clip("short.mp4"))
    run_due([*KINDS, *(f"test.{topic}" for topic in topics)])
    assert sorted(heard) == sorted(
        [(topics[0], good.public_id), (topics[1], bad.public_id), (topics[2], good.public_id)]
    )


def test_running_a_finished_job_again_changes_nothing() -> None:
    asset = received(media.clip("silent.mp4"))
    run_due(KINDS)
    Job.objects.filter(subject=asset.public_id, kind__in=KINDS).update(state=JobState.QUEUED, attempt=0)
    run_due(KINDS)
    assert Clip.objects.filter(asset=asset).count() == 1
    assert Derivative.objects.filter(asset=asset).count() == 2
    assert ProbeReport.objects.filter(asset=asset).count() == 1


def test_a_worker_that_died_while_probing_is_followed_by_another() -> None:
    asset = received(media.clip("silent.mp4"))
    Asset.objects.filter(pk=asset.pk).update(state=AssetState.PROBING)
    job = job_of(PROBE, asset)
    claim = claim_next(job_id=job.id)
    assert claim is not None
    Job.objects.filter(pk=job.pk).update(lease_until=now() - timedelta(seconds=1))
    assert run_job(job.id)
    asset.refresh_from_db()
    assert asset.state == AssetState.READY
    with pytest.raises(LeaseLost):
        asset_probe_again(claim, asset)
    assert Clip.objects.filter(asset=asset).count() == 1


def asset_probe_again(claim: Claim, asset: Asset) -> None:
    """The first worker wakes up and tries to settle what it had found."""
    with claim.settle():
        Clip.objects.create(asset=asset, start_ticks=0, end_ticks=1, start_ms=0, end_ms=1)


def test_a_lost_lease_ends_the_work_without_a_verdict() -> None:
    asset = received(media.clip("silent.mp4"))
    claim = claim_next(job_id=job_of(PROBE, asset).id)
    assert claim is not None
    Job.objects.filter(pk=claim.job_id).update(token=None, state=JobState.QUEUED)
    with pytest.raises(LeaseLost):
        asset_probe(actor=actor_as(), asset_id=asset.pk, claim=claim)
    asset.refresh_from_db()
    assert asset.state == AssetState.PROBING
    assert not ProbeReport.objects.filter(asset=asset).exists()


def test_a_file_that_was_withdrawn_meanwhile_stays_withdrawn() -> None:
    asset = received(media.clip("silent.mp4"))
    Asset.objects.filter(pk=asset.pk).update(state=AssetState.WITHDRAWN)
    run_due(KINDS)
    asset.refresh_from_db()
    assert asset.state == AssetState.WITHDRAWN
    assert not Clip.objects.filter(asset=asset).exists()


def test_missing_bytes_are_tried_again_and_not_judged() -> None:
    asset = received(media.clip("silent.mp4"))
    store().delete(asset.storage_key)
    run_due(KINDS)
    asset.refresh_from_db()
    job = job_of(PROBE, asset)
    assert (asset.state, job.state, job.attempt) == (AssetState.PROBING, JobState.QUEUED, 1)


def test_deriving_leaves_no_scratch_behind() -> None:
    received(media.clip("silent.mp4"))
    run_due(KINDS)
    assert list(settings.OFFCUT.scratch_root.glob("derive-*")) == []
