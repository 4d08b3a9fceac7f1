"""Footage and what becomes of it on its way: copies encoded, scaled, boxed, cropped, slowed down; and look-alikes.

The sources are the good files of a folder of real footage, where there is one, and drawn scenes. They are split by
source: thresholds are chosen on the tuning half, figures are reported on the other half only.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
from imageio_ffmpeg import get_ffmpeg_exe

FOOTAGE: Final = Path("../shared/footage/good")
"""Real recordings; the measurement works without them."""
FOLDER: Final = Path("var/bench/copies")
_PIECE_S: Final = 8
_MOST_PIECES: Final = 9
_EDITING: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "14", "-pix_fmt", "yuv420p", "-an", "-g", "12")

TUNED_ON: Final = ("animation_1080p", "gopro_max", "rotated_90", "hlg_10bit", "drawn_a", "drawn_b")
"""Sources of the tuning half, by the beginning of their names; all others are reported."""
_LEAST_S: Final = 2.9
"""Shorter recordings are told by their bytes alone, and left out."""
LEFT_OUT: Final = {
    "animation_reencoded_360p": "a copy of animation_1080p",
    "drone again (same bytes) é": "the bytes of drone_gopro_karma",
    "two_programs": "2.5 seconds of the opening of animation_1080p",
    "pcm_1080p50": "2 seconds",
    "edit_list_10bit": "2.5 seconds",
    "vp8_1080p60": "1 second",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happens to footage: filters and encoder."""

    name: str
    filters: str
    encoder: tuple[str, ...]
    suffix: str = "mp4"


def _h264(crf: int, key_frames: int) -> tuple[str, ...]:
    return ("-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf), "-g", str(key_frames), "-pix_fmt", "yuv420p")


_VP9: Final = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "250k", "-g", "120")
_BOXED: Final = "setsar=1,pad=w='ceil(max(iw,ih*{0})/2)*2':h='ceil(max(ih,iw/({0}))/2)*2':x=(ow-iw)/2:y=(oh-ih)/2"
_CROP: Final = "crop=trunc(iw*0.95/2)*2:trunc(ih*0.95/2)*2"
CHANGES: Final = (
    Change("encoded again, quality 34", "null", _h264(34, 250)),
    Change("encoded again, VP9", "null", _VP9, "webm"),
    Change("half the size", "scale=trunc(iw/4)*2:trunc(ih/4)*2", _h264(26, 15)),
    Change("letterbox 4:3", _BOXED.format("4/3"), _h264(26, 250)),
    Change("pillarbox 2.39:1", _BOXED.format("2.39"), _h264(26, 15)),
    Change("5 % cropped", _CROP, _h264(26, 15)),
    Change("5 % cropped at one corner", f"{_CROP}:0:0", _h264(26, 250)),
    Change("25 frames a second", "fps=25", _h264(26, 13)),
    Change(
        "begun later, cropped, half the size, 25 frames a second, brighter",
        f"trim=start=0.31,setpts=PTS-STARTPTS,{_CROP},scale=trunc(iw/4)*2:trunc(ih/4)*2,fps=25,eq=brightness=0.04:contrast=1.1",
        _h264(32, 250),
    ),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A few seconds of one source, and its copies."""

    name: str
    source: str
    path: Path
    copies: tuple[Path, ...]

    @property
    def tuned_on(self) -> bool:
        """Whether thresholds were chosen with it."""
        return self.source.startswith(TUNED_ON)


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", "-threads", "1", *arguments], check=True)


def _make(path: Path, *arguments: str) -> Path:
    """Run ffmpeg unless the file is there; a file is there whole or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        making = path.with_name(f"making-{path.name}")
        _ffmpeg(*arguments, str(making))
        making.rename(path)
    return path


def pieces(*, tuning: bool, drawn_only: bool = False) -> list[Piece]:
    """Return every piece, making what is not there yet; one half has its copies (both, of drawn scenes alone)."""
    made = list(_drawn())
    empty = [Piece(name, name, path, ()) for name, path in _blank()]
    if not drawn_only and FOOTAGE.is_dir():
        for path in sorted(FOOTAGE.iterdir()):
            if path.stem not in LEFT_OUT:
                made += _cut_up(path)
    with ThreadPoolExecutor(2) as pool:
        return [
            *pool.map(lambda one: _with_copies(*one, wanted=drawn_only or one[1].startswith(TUNED_ON) == tuning), made),
            *empty,
        ]


def _with_copies(name: str, source: str, path: Path, *, wanted: bool) -> Piece:
    copies = tuple(
        _make(
            FOLDER / f"{name}-{number}.{change.suffix}",
            *("-i", str(path), "-vf", change.filters, *change.encoder, "-an"),
        )
        for number, change in enumerate(CHANGES if wanted else ())
    )
    return Piece(name, source, path, copies)


def _cut_up(path: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield pieces of a recording: other takes of its scene to each other, where the camera did not move."""
    shape = "scale='min(640,iw)':-2:flags=area,scale='trunc(iw*sar/2)*2':ih,setsar=1"
    for number in range(_MOST_PIECES):
        name = f"{path.stem}_{number}"
        start, out = number * _PIECE_S, FOLDER / f"{name}.mp4"
        _make(out, "-ss", str(start), "-t", str(_PIECE_S), "-i", str(path), "-map", "0:v:0", "-vf", shape, *_EDITING)
        if _seconds(out) < _LEAST_S:
            return
        yield name, path.stem, out


def _seconds(path: Path) -> float:
    """Return how long a file is; 0 when nothing was left to put into it."""
    try:
        with av.open(str(path)) as file:
            stream = file.streams.video[0]
            return sum(packet.pts is not None for packet in file.demux(stream)) / float(stream.average_rate or 1)
    except (av.FFmpegError, IndexError):
        return 0.0


_BACKGROUNDS: Final = {
    "drawn_a": "gradients=s=640x360:c0=0x0b3d5c:c1=0xd9b382:c2=0x4f9a94:n=3:speed=0.00001:seed=7",
    "drawn_b": "mandelbrot=s=640x360:start_scale=0.4:end_scale=0.39:end_pts=1:maxiter=120",
    "drawn_c": "mandelbrot=s=640x360:start_scale=0.05:end_scale=0.049:end_pts=1:maxiter=200:start_x=-0.75:start_y=0.1",
    "drawn_d": "gradients=s=640x360:c0=0x9b2226:c1=0xe9d8a6:c2=0x222222:n=3:speed=0.00001:seed=22",
}
"""What stands still behind the takes of one scene."""
_TAKES: Final = 3
_EMPTY: Final = {
    "empty_black": "color=black:s=640x360:r=30,noise=alls=8:allf=t",
    "empty_wall": "color=0x8a8a80:s=640x360:r=30,vignette=angle=PI/9,noise=alls=4:allf=t",
    "empty_wall_too": "color=0x989890:s=640x360:r=30,vignette=angle=PI/9,noise=alls=4:allf=t:all_seed=5",
}
"""Pictures of nothing, which are no copies of one another; copies of them are not looked for."""


def _drawn() -> Iterator[tuple[str, str, Path]]:
    """Yield takes: people (upright boxes) walk about before a still background, another way in each take."""
    for source, background in _BACKGROUNDS.items():
        still = _make(FOLDER / f"{source}.png", "-f", "lavfi", "-i", background, "-frames:v", "1")
        for take in range(_TAKES):
            name = f"{source}_take{take}"
            graph = _walk(random.Random(name), take)
            out = FOLDER / f"{name}.mp4"
            still_input = ("-loop", "1", "-framerate", "30", "-t", str(_PIECE_S), "-i", str(still))
            _make(out, *still_input, "-filter_complex", graph, "-map", "[out]", "-t", str(_PIECE_S), *_EDITING)
            yield name, source, out


def _blank() -> Iterator[tuple[str, Path]]:
    for name, picture in _EMPTY.items():
        yield name, _make(FOLDER / f"{name}.mp4", "-f", "lavfi", "-i", picture, "-t", str(_PIECE_S), *_EDITING)


def _walk(chance: random.Random, seed: int) -> str:
    """Return the filter graph of one take: three people and a sensor's noise."""
    graph = "[0:v]null[v0]"
    for number in range(3):
        wide, high = chance.randint(14, 40), chance.randint(40, 110)
        colour = chance.choice(("0x202020", "0xd0b090", "0x903030", "0x3050a0"))
        phase = f"{chance.random() * 6:.2f}"
        x = f"{chance.randint(0, 600)}+{chance.randint(20, 300)}*sin(t*{chance.uniform(0.2, 1):.2f}+{phase})"
        y = f"{chance.randint(100, 280)}+{chance.randint(0, 40)}*sin(t*{chance.uniform(0.2, 1):.2f})"
        graph += f";color=c={colour}:s={wide}x{high}:r=30[p{number}]"
        graph += f";[v{number}][p{number}]overlay=x='{x}':y='{y}':shortest=1[v{number + 1}]"
    return f"{graph};[v3]noise=alls=6:allf=t:all_seed={seed + 1}[out]"
