"""Recordings made of known shots, and what watching needs to know of them."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from media_ingest.adapters.prober.client import probe_file
from media_ingest.domain.footage import Footage, Scan
from media_ingest.domain.probe import parse
from media_ingest.domain.watched import WatchSubject
from tests import media

SCENES = {
    "chart": "testsrc2=size={size}:rate={rate}",
    "fractal": "mandelbrot=size={size}:rate={rate}:start_scale=2.5:end_scale=0.6:maxiter=60",
    "sky": "gradients=size={size}:rate={rate}:c0=0x0b3d5c:c1=0xd9b382:n=2:speed=0.02:seed=7",
    "cells": "life=size={size}:rate={rate}:mold=10:ratio=0.2:seed=5:life_color=0x40c040",
    "bars": "smptebars=size={size}:rate={rate}",
    "black": "color=black:size={size}:rate={rate}",
    "wall": "color=0x507090:size={size}:rate={rate}",
    "still": "mandelbrot=size={size}:rate={rate}:start_scale=2.5:end_scale=0.6:maxiter=60,"
    "trim=end_frame=1,loop=loop=-1:size=1,setpts=N/FRAME_RATE/TB",
}
GRAIN = "noise=alls=6:allf=t"
GOP15 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "15", "-sc_threshold", "0")
LONG_GOP = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "250", "-bf", "2")


@functools.cache
def reel(
    name: str,
    shots: tuple[tuple[str, int], ...],
    encoder: tuple[str, ...] = LONG_GOP,
    *,
    size: str = "320x180",
    rate: str = "25",
    after: str = "",
    sound: str = "",
) -> Path:
    """A file in which each scene is shown for exactly so many frames, one after the other; ``after`` filters all."""
    out = media.folder() / name
    if out.exists():
        return out
    inputs, parts = [], ""
    for number, (scene, frames) in enumerate(shots):
        inputs += ["-f", "lavfi", "-i", SCENES[scene].format(size=size, rate=rate)]
        parts += f"[{number}:v]trim=end_frame={frames},setpts=PTS-STARTPTS,format=yuv420p[s{number}];"
    joined = "".join(f"[s{number}]" for number in range(len(shots)))
    parts += f"{joined}concat=n={len(shots)}:v=1:a=0{',' + after if after else ''}[v]"
    heard = ["-f", "lavfi", "-i", sound] if sound else []
    streams = ["-map", "[v]", *(["-map", f"{len(shots)}:a", "-shortest"] if sound else [])]
    making = out.with_name(f"making-{os.getpid()}-{name}")
    media.draw([*inputs, *heard, "-filter_complex", parts, *streams, *encoder], making).rename(out)
    return out


def subject_of(path: Path) -> WatchSubject:
    """What the prober says of a file, as watching takes it."""
    facts = parse(probe_file(path), size_bytes=path.stat().st_size)
    assert isinstance(facts, Footage), facts
    return WatchSubject(
        width=facts.width,
        height=facts.height,
        rotation=facts.rotation,
        interlaced=facts.scan is Scan.INTERLACED,
        frame_rate=facts.frame_rate,
        time_base=facts.time_base,
        duration_ticks=facts.duration_ticks,
        frame_count=facts.frame_count,
        video_codec=facts.video_codec,
        has_audio=facts.has_audio,
        audio_codec=facts.audio_codec,
    )
