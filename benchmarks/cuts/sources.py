"""Shots to join: drawn by ffmpeg, and stretches of real footage that were looked at and hold no cut."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

from benchmarks.cuts.joining import Frames

WIDTH, HEIGHT, RATE = 640, 360, 25
_MOST_FRAMES: Final = 150


class Split(StrEnum):
    """What a shot or a recording may be used for: numbers are tuned on one half and reported on the other."""

    TUNE = "tune"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Source:
    """A shot without a cut: a lavfi source, or frames ``[first, last)`` of a file of the footage folder."""

    split: Split
    drawn: str = ""
    file: str = ""
    first: int = 0
    last: int = 0
    look: str = ""
    """Extra filters: another framing or light, grain, a shaking hand."""


_GRAIN: Final = "noise=alls=10:allf=t"
_SHAKE: Final = "crop=iw*0.9:ih*0.9:iw*0.05+iw*0.03*sin(n/3):ih*0.05+ih*0.03*cos(n/4.3)"
_DARK: Final = "eq=brightness=-0.25:contrast=0.8"
_TUNE, _REPORT = Split.TUNE, Split.REPORT

SOURCES: Final = (
    Source(_TUNE, drawn="mandelbrot=start_scale=2.5:end_scale=0.6:maxiter=120:size=640x360:rate=25"),
    Source(_TUNE, drawn="gradients=c0=0x0b3d5c:c1=0xd9b382:n=2:speed=0.03:seed=7:size=640x360:rate=25", look=_GRAIN),
    Source(_TUNE, drawn="testsrc2=size=640x360:rate=25"),
    Source(_TUNE, drawn="perlin=seed=4:octaves=4:xscale=6:yscale=6:tscale=1:size=640x360:rate=25"),
    Source(_TUNE, file="animation_1080p.mp4", first=60, last=280),
    Source(_TUNE, file="animation_1080p.mp4", first=285, last=378, look=_SHAKE),
    Source(_TUNE, file="animation_1080p.mp4", first=378, last=553),
    Source(_TUNE, file="animation_1080p.mp4", first=553, last=600, look=_DARK),
    Source(_TUNE, file="gopro_max.mp4", first=0, last=150),
    Source(_TUNE, file="gopro_max.mp4", first=150, last=315, look=f"hflip,{_GRAIN}"),
    Source(_TUNE, file="rotated_90.mp4", first=0, last=90),
    Source(_TUNE, file="rotated_90.mp4", first=90, last=210),
    Source(_TUNE, file="street_10fps.avi", first=0, last=150),
    Source(_TUNE, file="street_10fps.avi", first=300, last=450, look=f"crop=iw/2:ih/2:iw/4:ih/4,{_DARK}"),
    Source(_REPORT, drawn="sierpinski=seed=5:jump=4:size=640x360:rate=25"),
    Source(_REPORT, drawn="gradients=c0=0x9b2226:c1=0xe9d8a6:c2=0x333333:n=3:speed=0.05:seed=22:size=640x360:rate=25"),
    Source(_REPORT, drawn="life=mold=10:ratio=0.1:seed=5:size=160x90:rate=25", look="gblur=2"),
    Source(_REPORT, drawn="zoneplate=ku=80:kv=60:kt=8:size=640x360:rate=25"),
    Source(_REPORT, file="drone_gopro_karma.mp4", first=0, last=180),
    Source(_REPORT, file="drone_gopro_karma.mp4", first=180, last=362, look=f"hflip,{_SHAKE}"),
    Source(_REPORT, file="scenes_480p.mp4", first=254, last=286),
    Source(_REPORT, file="scenes_480p.mp4", first=287, last=304),
    Source(_REPORT, file="scenes_480p.mp4", first=523, last=573),
    Source(_REPORT, file="scenes_480p.mp4", first=573, last=610),
    Source(_REPORT, file="scenes_480p.mp4", first=648, last=706),
    Source(_REPORT, file="anamorphic_pal.mp4", first=0, last=70),
    Source(_REPORT, file="anamorphic_pal.mp4", first=70, last=170, look=_GRAIN),
    Source(_REPORT, file="anamorphic_pal.mp4", first=170, last=301),
    Source(_REPORT, file="anamorphic_pal.mp4", first=301, last=421),
    Source(_REPORT, file="anamorphic_pal.mp4", first=421, last=484),
    Source(_REPORT, file="anamorphic_pal.mp4", first=484, last=628, look=_DARK),
    Source(_REPORT, file="eight_k_hevc.mp4", first=0, last=80),
    Source(_REPORT, file="edit_list_10bit.mp4", first=0, last=77),
    Source(_REPORT, file="vp8_1080p60.webm", first=0, last=60),
)


def shots(split: Split, footage: Path | None) -> list[Frames]:
    """Return the frames of every shot of this half; without the footage folder only those that are drawn."""
    chosen = [source for source in SOURCES if source.split is split]
    return [_frames(source, footage) for source in chosen if source.drawn or _there(source, footage)]


def _there(source: Source, footage: Path | None) -> bool:
    return footage is not None and (footage / source.file).exists()


def _frames(source: Source, footage: Path | None) -> Frames:
    """Decode one shot, framed to the common size."""
    look = [source.look] if source.look else []
    filters = [f"trim=start_frame={source.first}:end_frame={source.last}"] if source.file else []
    filters += [*look, f"scale={WIDTH}:{HEIGHT}:force_original_aspect_ratio=increase", f"crop={WIDTH}:{HEIGHT}"]
    asked = ["-f", "lavfi", "-i", source.drawn] if source.drawn else ["-i", f"{footage}/{source.file}"]
    command = [get_ffmpeg_exe(), "-nostdin", "-v", "error", *asked, "-map", "0:V:0", "-vf", ",".join(filters)]
    command += ["-fps_mode", "passthrough", "-frames:v", str(_MOST_FRAMES), "-pix_fmt", "bgr24", "-f", "rawvideo", "-"]
    drawn = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return np.frombuffer(drawn, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)
