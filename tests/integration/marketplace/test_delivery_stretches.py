"""Shots of one recording are delivered as exact stretches: copied where key frames allow it, else encoded."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from core.accounts.actions import OrganisationKind
from core.jobs.runner import run_due
from marketplace.delivery.adapters.boxes import top_boxes
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Dataset
from media_ingest.adapters.ffmpeg import probe_file
from media_ingest.adapters.storage import store
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from media_ingest.models import Clip
from tests import media
from tests.factories.core import actor_as
from tests.factories.delivery import paid_order
from tests.factories.media_ingest import upload_of

pytestmark = pytest.mark.django_db


def reel(group: int) -> Path:
    """Three seconds of one picture and two and a half of another, a key frame every ``group`` frames, with sound."""
    out = media.folder() / f"reel-{group}.mp4"
    if not out.exists():
        first = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=3"]
        second = ["-f", "lavfi", "-i", "mandelbrot=s=320x240:r=25,trim=duration=2.48,setpts=PTS-STARTPTS"]
        tone = ["-f", "lavfi", "-i", "sine=440:d=5.48"]
        join = ["-filter_complex", "[0:v][1:v]concat=n=2:v=1:a=0[v]", "-map", "[v]", "-map", "2:a"]
        codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", str(group), "-c:a", "aac"]
        media.draw([*first, *second, *tone, *join, *codec], out)
    return out


def built(group: int) -> tuple[Dataset, list[Clip]]:
    studio, buyer = actor_as(OrganisationKind.STUDIO), actor_as(OrganisationKind.BUYER)
    upload = upload_of(studio, reel(group).read_bytes(), name="reel.mp4")
    run_due(["media_ingest.probe", "media_ingest.watch"])
    clips = list(Clip.objects.filter(asset__uploads=upload).order_by("start_ms"))
    order = paid_order(buyer, clips, studio=studio)
    run_due([BUILD])
    return Dataset.objects.get(order=order), clips


def rows_of(dataset: Dataset) -> list[dict[str, Any]]:
    file = dataset.files.get(path="manifest.jsonl")
    with store().open(file.storage_key) as lines:
        return [json.loads(line) for line in lines]


def videos_of(dataset: Dataset, folder: Path) -> dict[str, Footage]:
    """Every delivered video, measured."""
    found: dict[str, Footage] = {}
    for file in dataset.files.filter(path__startswith="shards/", path__endswith=".json"):
        with store().open(file.storage_key) as source:
            index = json.load(source)
        shard = dataset.files.get(path=f"shards/{index['shard']}")
        with store().open(shard.storage_key) as tar:
            for member in index["members"]:
                if member["name"].endswith(".json"):
                    continue
                tar.seek(member["offset"])
                path = folder / member["name"]
                path.write_bytes(tar.read(member["size"]))
                footage = parse(probe_file(path), size_bytes=member["size"])
                assert isinstance(footage, Footage)
                found[member["name"]] = footage
    return found


@pytest.mark.parametrize(("group", "method"), [(25, "copy"), (250, "encoded")])
def test_two_shots_of_one_recording_are_delivered_exactly(group: int, method: str, tmp_path: Path) -> None:
    dataset, clips = built(group)
    assert [(clip.start_ms, clip.end_ms) for clip in clips] == [(0, 3000), (3000, 5480)]
    assert dataset.state == DatasetState.READY, dataset.reason
    rows, videos = rows_of(dataset), videos_of(dataset, tmp_path)
    assert {row["key"] for row in rows} == {clip.public_id for clip in clips}
    for row in rows:
        clip = next(one for one in clips if one.public_id == row["key"])
        video = videos[row["file"]]
        assert (row["start_ms"], row["end_ms"]) == (clip.start_ms, clip.end_ms)
        assert (row["start_ticks"], row["end_ticks"]) == (clip.start_ticks, clip.end_ticks)
        assert Fraction(row["time_base"]) * clip.end_ticks == Fraction(clip.end_ms, 1000)
        assert row["cut"] == (method if clip.start_ms else "copy" if group == 25 else "encoded")
        assert abs(video.duration_ms - clip.duration_ms) <= 40
        assert (row["video_codec"], row["width"], row["height"]) == (video.video_codec, video.width, video.height)
        assert (video.frame_rate, video.has_audio) == (Fraction(25), True)


def media_of(dataset: Dataset, folder: Path) -> list[bytes]:
    """The media of every delivered video, without the marks of its licence around them; in order of the clips."""
    videos_of(dataset, folder)
    found = []
    for row in sorted(rows_of(dataset), key=lambda row: int(row["start_ms"])):
        with (folder / row["file"]).open("rb") as file:
            (media,) = [box for box in top_boxes(file) if box.kind == b"mdat"]
            file.seek(media.start)
            found.append(file.read(media.size))
    return found


def test_another_build_of_the_same_footage_gives_the_same_media(tmp_path: Path) -> None:
    """T24: what is made again for somebody else holds the same media; the marks around it are each licence's own."""
    first, second = built(250)[0], built(250)[0]
    before = media_of(first, tmp_path)
    assert media_of(second, tmp_path) == before
    assert len(before) == 2
    assert {row["sha256"] for row in rows_of(first)}.isdisjoint(row["sha256"] for row in rows_of(second))
