"""Near duplicates of real files, from the bytes to the verdict: uploaded, probed, watched, compared."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from core.accounts.policy import Actor
from core.jobs.runner import run_due
from media_ingest.domain.kinds import COMPARE, PROBE, WATCH
from media_ingest.models import Asset, NearDuplicate
from media_ingest.selectors import asset_is_held
from tests.factories.core import actor_as
from tests.factories.media_ingest import upload_of
from tests.media import draw, folder

KINDS: Final = (PROBE, WATCH, COMPARE)
WALK: Final = (
    "mandelbrot=s=480x270:r=30:start_scale=0.5:end_scale=0.49:end_pts=1:maxiter=90[still];"
    "[still]trim=end_frame=1,loop=-1:1:0,setpts=N/30/TB[v0];"
    "color=c=0xd0b090:s=40x90:r=30[a];color=c=0x303060:s=30x70:r=30[b];"
    "[v0][a]overlay=x='200+180*sin(t*{0}+1)':y=150:shortest=1[v1];"
    "[v1][b]overlay=x='220+200*sin(t*{1}+{2})':y='120+40*sin(t)':shortest=1,noise=alls=5:allf=t[out]"
)
H264: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
COPIES: Final = {
    "again.mp4": ("null", *H264, "-crf", "33", "-g", "250"),
    "vp9.webm": ("null", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k"),
    "half.mp4": ("scale=240:134", *H264, "-crf", "25", "-g", "15"),
    "boxed.mp4": ("pad=480:360:0:45", *H264, "-crf", "25", "-g", "250"),
    "cropped.mp4": ("crop=456:256", *H264, "-crf", "25", "-g", "15"),
    "slower.mp4": ("fps=25", *H264, "-crf", "25", "-g", "250"),
}


def take(name: str, *numbers: float) -> Path:
    """Six seconds of two people before one still background; other numbers are another take."""
    out = folder() / name
    graph = WALK.format(*numbers)
    return draw(["-filter_complex", graph, "-map", "[out]", "-t", "6", *H264, "-crf", "16", "-g", "12"], out)


def copy_of(original: Path, name: str) -> Path:
    """What became of a take."""
    filters, *encoder = COPIES[name]
    return draw(["-i", str(original), "-vf", filters, *encoder], folder() / f"copy-{name}")


def received(owner: Actor, path: Path) -> Asset:
    """Upload a file; it waits for its jobs."""
    asset = upload_of(owner, path.read_bytes(), path.name).asset
    assert asset is not None
    return asset


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.django_db
def test_copies_are_found_and_another_take_is_not() -> None:
    """Encoded again, half the size, boxed, cropped, at another rate: all found, and only they."""
    owner = actor_as()
    original, other_take = take("take-1.mp4", 0.7, 0.4, 2), take("take-2.mp4", 1.3, 1.1, 0.5)
    best, other = received(owner, original), received(owner, other_take)
    copies = {received(owner, copy_of(original, name)).pk for name in COPIES}
    run_due(KINDS)
    lesser = set(NearDuplicate.objects.filter(of=best).values_list("asset_id", flat=True))
    boxed = set(Asset.objects.filter(original_name="copy-boxed.mp4").values_list("pk", flat=True))
    assert lesser | boxed == copies, "the boxed copy has more pixels: it is kept, and the original is held"
    assert NearDuplicate.objects.filter(asset=best, of__in=boxed).exists()
    assert not NearDuplicate.objects.filter(asset=other).exists()
    assert not NearDuplicate.objects.filter(of=other).exists()
    assert not asset_is_held(other.pk)
