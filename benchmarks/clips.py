"""Footage to measure on: the codecs and habits of cameras, drawn by ffmpeg with a sensor's noise, kept between runs."""

from __future__ import annotations

import cmath
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imageio_ffmpeg import get_ffmpeg_exe

FOLDER: Final = Path("var/bench")
"""Where the clips are kept; git ignores it."""
_SCENES: Final = (
    "gradients=c0=0x0b3d5c:c1=0xd9b382:c2=0x4f9a94:n=3:speed=0.02:seed=7",
    "testsrc2",
    "mandelbrot=start_scale=2.5:end_scale=0.4:maxiter=120",
    "gradients=c0=0x9b2226:c1=0xe9d8a6:n=2:speed=0.03:seed=22",
)
_SMALL: Final = "640x360"
TAKE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Habit:
    """How one kind of camera or encoder writes: size, frames a second, distance of key frames, encoder options."""

    name: str
    size: str
    key_frames: int
    """Frames between key frames; 1 is an intra codec."""
    suffix: str
    encoder: tuple[str, ...]

    @property
    def short(self) -> bool:
        """Whether key frames are close enough to judge by them (pipeline.md §4: 30 frames or fewer, not intra)."""
        return 1 < self.key_frames <= 30


def _x264(rate: str, key_frames: int) -> tuple[str, ...]:
    limit = ("-b:v", rate, "-maxrate", rate, "-bufsize", rate)
    return ("-c:v", "libx264", "-preset", "veryfast", *limit, "-g", str(key_frames), "-pix_fmt", "yuv420p")


def _x265(rate: str, key_frames: int) -> tuple[str, ...]:
    group = ("-x265-params", f"keyint={key_frames}:min-keyint={key_frames}:log-level=error")
    return (
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-b:v",
        rate,
        "-pix_fmt",
        "yuv420p10le",
        "-tag:v",
        "hvc1",
        *group,
    )


HABITS: Final = (
    Habit("h264_1080p_6M_gop250", "1920x1080", 250, "mp4", _x264("6M", 250)),
    Habit("h264_1080p_50M_gop15", "1920x1080", 15, "mp4", _x264("50M", 15)),
    Habit("h264_2160p_100M_gop30", "3840x2160", 30, "mp4", _x264("100M", 30)),
    Habit(
        "hevc_2160p_90M_10bit_gop30",
        "3840x2160",
        30,
        "mp4",
        _x265("90M", 30),
    ),
    Habit(
        "prores_hq_1080p", "1920x1080", 1, "mov", ("-c:v", "prores_ks", "-profile:v", "3", "-pix_fmt", "yuv422p10le")
    ),
    Habit("dnxhr_hq_1080p", "1920x1080", 1, "mov", ("-c:v", "dnxhd", "-profile:v", "dnxhr_hq", "-pix_fmt", "yuv422p")),
    Habit(
        "av1_1080p_gop250", "1920x1080", 250, "mp4", ("-c:v", "libsvtav1", "-preset", "10", "-crf", "35", "-g", "250")
    ),
    Habit(
        "vp9_1080p_gop240",
        "1920x1080",
        240,
        "webm",
        (
            "-c:v",
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-row-mt",
            "1",
            "-b:v",
            "4M",
            "-g",
            "240",
            "-pix_fmt",
            "yuv420p",
        ),
    ),
)


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg quietly; it must succeed."""
    subprocess.run([get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *arguments], check=True)


def clip(habit: Habit, *, seconds: int = 12, folder: Path = FOLDER) -> Path:
    """Return a clip of this habit, with a cut every quarter of it, making it when it is not there yet."""
    path = folder / f"{habit.name}_{seconds}s.{habit.suffix}"
    return _made(habit, path, _SCENES, seconds)


def take(habit: Habit, *, folder: Path = FOLDER) -> Path:
    """Return a minute of this habit, cut twice, making it when it is not there yet."""
    return _made(habit, folder / f"{habit.name}_take.{habit.suffix}", _SCENES[:3], TAKE_S)


def _made(habit: Habit, path: Path, scenes: Sequence[str], seconds: int) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        making = path.with_name(f".{path.name}")
        inputs, joined = [], ""
        for index, scene in enumerate(scenes):
            joint = ":" if "=" in scene else "="
            inputs += ["-f", "lavfi", "-t", str(seconds / len(scenes)), "-i", f"{scene}{joint}size={_SMALL}:rate=25"]
            joined += f"[{index}:v]setsar=1,format=yuv420p[s{index}];"
        names = "".join(f"[s{index}]" for index in range(len(scenes)))
        graph = f"{joined}{names}concat=n={len(scenes)},scale={habit.size.replace('x', ':')},noise=alls=7:allf=t[v]"
        sound = ["-f", "lavfi", "-t", str(seconds), "-i", "sine=frequency=220:sample_rate=48000,volume=0.2"]
        coder = "libopus" if habit.suffix == "webm" else "aac"
        streams = ["-map", "[v]", "-map", f"{len(scenes)}:a", "-c:a", coder]
        ffmpeg(*inputs, *sound, "-filter_complex", graph, *streams, *habit.encoder, str(making))
        making.rename(path)
    return path


def small(number: int, *, seconds: int, folder: Path = FOLDER) -> Path:
    """Return one of many small recordings of a camera that show different places: no two are near duplicates."""
    path = folder / "small" / f"{number}_{seconds}s.mp4"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        making = path.with_name(f".{path.name}")
        # A place on the edge of the Mandelbrot set, each far from the one before (by the golden angle).
        turn = cmath.exp(2.399963j * (number + 1))
        place = turn / 2 - turn * turn / 4
        scene = f"mandelbrot=size=1280x720:rate=25:start_x={place.real:.6f}:start_y={place.imag:.6f}:maxiter=80"
        zoom = f"start_scale=0.25:end_scale=0.2:end_pts={seconds}"
        encoder = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "15", "-crf", "20")
        drawn = ("-f", "lavfi", "-i", f"{scene}:{zoom}", "-vf", "noise=alls=7:allf=t", "-t", str(seconds))
        ffmpeg(*drawn, *encoder, str(making))
        making.rename(path)
    return path


def long_clip(seconds: int, *, folder: Path = FOLDER) -> Path:
    """Return a camera's clip of any length: one minute, repeated without encoding it again."""
    habit = HABITS[1]
    minute = clip(Habit("long", "1280x720", 15, "mp4", _x264("8M", 15)), seconds=60, folder=folder)
    path = folder / f"long_{habit.key_frames}_{seconds}s.mp4"
    if not path.exists():
        making = path.with_name(f".{path.name}")
        ffmpeg("-stream_loop", str(seconds // 60 - 1), "-i", str(minute), "-c", "copy", str(making))
        making.rename(path)
    return path
