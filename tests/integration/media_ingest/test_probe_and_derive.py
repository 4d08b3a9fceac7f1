"""From received bytes to facts, clips and pictures, by real jobs, exactly once."""

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
from media_ingest.domain.kinds import COMPARE, DERIVE, DETECT, GLANCE, PROBE, WATCH
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Reason
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip, Derivative, DerivativeKind, Detection, ProbeReport, Watching
from media_ingest.services.probing import asset_probe
from tests import media
from tests.factories.core import actor_as
from tests.factories.media_ingest import upload_of

KINDS = (PROBE, GLANCE, WATCH, COMPARE, DERIVE, DETECT)
pytestmark = pytest.mark.django_db


def received(path: Path) -> Asset:
    upload = upload_of(actor_as(), path.read_bytes(), path.name)
    assert upload.asset is not None
    return upload.asset


def job_of(kind: str, asset: Asset) -> Job:
    return Job.objects.get(kind=kind, subject=asset.public_id)


def test_a_good_file_becomes_ready_with_facts_a_clip_and_pictures() -> None:
    asset = received(media.clip("full_hd.mp4"))
    assert run_due(KINDS) == len(KINDS)
    asset.refresh_from_db()
    assert (asset.state, asset.reason, asset.guess) == (AssetState.READY, "", "unknown")
    assert (asset.width, asset.height, asset.duration_ms, asset.frame_count) == (1920, 1080, 2000, 50)
    assert (asset.frame_rate_num, asset.frame_rate_den, asset.bit_depth, asset.has_audio) == (25, 1, 8, True)
    clip = Clip.objects.get(asset=asset)
    assert (clip.start_ms, clip.end_ms, clip.start_ticks, clip.end_ticks) == (0, 2000, 0, asset.duration_ticks)
    assert (clip.begins, clip.flaws, clip.usable) == ("start", [], True)
    report = ProbeReport.objects.get(asset=asset)
    assert (report.tool, report.reason) == ("PyAV", "")
    assert report.report["video"]["codec"] == "h264"
    actions = AuditEvent.objects.filter(subject=asset.public_id).values_list("action", flat=True)
    for action in ("asset.probed", "asset.glanced", "asset.watched", "asset.derived", "asset.labelled"):
        assert list(actions).count(action) == 1
    assert {job_of(kind, asset).state for kind in KINDS} == {JobState.DONE}


def test_its_pictures_are_what_they_should_be() -> None:
    asset = received(media.clip("full_hd.mp4"))
    run_due(KINDS)
    made = {(one.kind, one.clip_id is None): one for one in Derivative.objects.filter(asset=asset)}
    assert set(made) == {("poster", True), ("sprite", True), ("poster", False), ("opening", False)}
    assert (made["poster", True].width, made["poster", True].height) == (640, 360)
    for key, magic in (
        (("poster", True), b"\xff\xd8\xff"),
        (("poster", False), b"\xff\xd8\xff"),
        (("sprite", True), b"RIFF"),
    ):
        with store().open(made[key].storage_key) as file:
            assert file.read(len(magic)) == magic
    opening = made["opening", False]
    found = parse(probe_file(store().path(opening.storage_key)), size_bytes=opening.size_bytes)
    assert isinstance(found, Footage)
    assert (found.video_codec, found.pixel_format, found.width, found.height) == ("h264", "yuv420p", 640, 360)
    assert (found.duration_ms, found.has_audio) == (2000, True)
    watching = Watching.objects.get(asset=asset)
    assert (watching.silent, bool(watching.tile_columns), len(bytes(watching.peaks or b""))) == (False, True, 600)
    assert Detection.objects.get(clip__asset=asset).label == "sound"


def test_two_shots_are_two_clips_and_what_is_too_short_is_marked() -> None:
    asset = received(two_shots())
    run_due(KINDS)
    clips = list(Clip.objects.filter(asset=asset).order_by("start_ms"))
    assert [(one.start_ms, one.end_ms, one.begins, one.flaws) for one in clips] == [
        (0, 3000, "start", []),
        (3000, 4200, "cut", ["too_short"]),
    ]
    assert clips[0].end_ticks == clips[1].start_ticks
    assert set(Derivative.objects.filter(clip=clips[0]).values_list("kind", flat=True)) == {"opening", "poster"}
    assert not Derivative.objects.filter(clip=clips[1]).exists()
    assert not Detection.objects.filter(clip=clips[1]).exists()


def two_shots() -> Path:
    """Three seconds of one picture, 1.2 seconds of another."""
    out = media.folder() / "two_shots.mp4"
    if not out.exists():
        first = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=3"]
        second = ["-f", "lavfi", "-i", "mandelbrot=s=320x240:r=25,trim=duration=1.2,setpts=PTS-STARTPTS"]
        join = ["-filter_complex", "[0:v][1:v]concat=n=2:v=1:a=0"]
        codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        media.draw([*first, *second, *join, *codec], out)
    return out


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
    assert not Job.objects.filter(kind__in=KINDS[1:], subject=asset.public_id).exists()
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
    topics = [f"media_ingest.asset.{end}" for end in ("ready", "rejected", "watched", "derived")]

    def hear(claim: Claim) -> None:
        heard.append((claim.kind.removeprefix("test."), claim.subject))

    for topic in topics:
        registry.handles(f"test.{topic}")(hear)
        registry.subscribe(topic, f"test.{topic}")
    good, bad = received(media.clip("silent.mp4")), received(media.clip("short.mp4"))
    run_due([*KINDS, *(f"test.{topic}" for topic in topics)])
    assert sorted(heard) == sorted(
        [
            (topics[0], good.public_id),
            (topics[1], bad.public_id),
            (topics[2], good.public_id),
            (topics[3], good.public_id),
        ]
    )


def test_running_finished_jobs_again_changes_nothing() -> None:
    """T24: at most once, whatever is repeated."""
    asset = received(media.clip("plain.mp4"))
    run_due(KINDS)
    before = counted(asset)
    Job.objects.filter(subject=asset.public_id, kind__in=KINDS).update(state=JobState.QUEUED, attempt=0)
    run_due(KINDS)
    assert counted(asset) == before
    assert {job_of(kind, asset).state for kind in KINDS} == {JobState.DONE}


def counted(asset: Asset) -> dict[str, object]:
    """What there is of an asset."""
    return {
        "clips": sorted(str(key) for key in Clip.objects.filter(asset=asset).values_list("pk", flat=True)),
        "derivatives": sorted(Derivative.objects.filter(asset=asset).values_list("kind", "sha256")),
        "labels": sorted(Detection.objects.filter(clip__asset=asset).values_list("label", flat=True)),
        "watched": Watching.objects.filter(asset=asset).count(),
        "reports": ProbeReport.objects.filter(asset=asset).count(),
    }


@pytest.mark.parametrize("kind", [GLANCE, WATCH, DERIVE, DETECT])
def test_a_stage_whose_worker_died_is_done_by_another_and_leaves_nothing_behind(kind: str) -> None:
    asset = received(media.clip("plain.mp4"))
    run_due(KINDS[: KINDS.index(kind)])
    job = job_of(kind, asset)
    dead = claim_next(job_id=job.id)
    assert dead is not None
    leftover = settings.OFFCUT.scratch_root / f"{kind.rpartition('.')[2]}-{job.id}-1"
    leftover.mkdir(parents=True)
    (leftover / "half.mp4").write_bytes(b"half")
    Job.objects.filter(pk=job.pk).update(lease_until=now() - timedelta(seconds=1))
    assert run_job(job.id)
    assert job_of(kind, asset).state == JobState.DONE
    before = counted(asset)
    with pytest.raises(LeaseLost), dead.settle():
        Watching.objects.all().delete()
    assert counted(asset) == before
    assert list(settings.OFFCUT.scratch_root.glob("*-*-*")) == []


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
    with pytest.raises(LeaseLost), claim.settle():
        ProbeReport.objects.all().delete()
    assert ProbeReport.objects.filter(asset=asset).count() == 1


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


@pytest.mark.parametrize("kind", [PROBE, GLANCE, WATCH, DERIVE])
def test_missing_bytes_are_tried_again_and_not_judged(kind: str) -> None:
    asset = received(media.clip("silent.mp4"))
    run_due(KINDS[: KINDS.index(kind)])
    store().delete(asset.storage_key)
    run_due([kind])
    job = job_of(kind, asset)
    assert (job.state, job.attempt) == (JobState.QUEUED, 1)


def test_nothing_of_the_work_is_left_in_scratch() -> None:
    received(media.clip("silent.mp4"))
    run_due(KINDS)
    assert list(settings.OFFCUT.scratch_root.glob("*-*-*")) == []
    assert DerivativeKind.PREVIEW not in Derivative.objects.values_list("kind", flat=True)
