"""The joined recordings, encoded as cameras and editors do, with their labels beside them; made once and kept."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from imageio_ffmpeg import get_ffmpeg_exe

from benchmarks.cuts.joining import Frames, Kind, Label, described, joined
from benchmarks.cuts.sources import HEIGHT, RATE, WIDTH, Split, shots

_LABELS: Final = Path(__file__).parent / "labels"
_SHOTS_IN_A_REEL: Final = 24


@dataclass(frozen=True, slots=True)
class Coding:
    """One way to encode a reel."""

    name: str
    suffix: str
    encoder: tuple[str, ...]
    key_frames: int


def _x264(key_frames: int, crf: int = 21) -> tuple[str, ...]:
    fixed = ("-sc_threshold", "0") if key_frames <= 30 else ()
    common = ("-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf), "-pix_fmt", "yuv420p")
    return (*common, "-g", str(key_frames), *fixed)


CODINGS: Final = (
    Coding("h264_gop15", "mp4", _x264(15), 15),
    Coding("h264_gop30", "mp4", _x264(30, 26), 30),
    Coding("h264_gop250", "mp4", _x264(250), 250),
    Coding(
        "hevc_gop25", "mp4",
        ("-c:v", "libx265", "-preset", "ultrafast", "-crf", "24", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1",
         "-x265-params", "keyint=25:min-keyint=25:scenecut=0:log-level=error"), 25,
    ),
    Coding("mpeg2_gop12", "ts", ("-c:v", "mpeg2video", "-b:v", "6M", "-g", "12", "-bf", "2"), 12),
    Coding("prores", "mov", ("-c:v", "prores_ks", "-profile:v", "0"), 1),
    Coding("vp9_gop240", "webm",
           ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M", "-g", "240"), 240),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    """A recording whose changes of shot are known."""

    path: Path
    split: Split
    labels: tuple[Label, ...]
    key_frames: int
    made: bool
    """Known by construction; otherwise labelled by eye."""


def made_reels(split: Split, folder: Path, footage: Path | None, *, count: int) -> list[Labelled]:
    """Return ``count`` reels of this half, each coding in turn, making what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    whose = "" if footage is not None else "_drawn"
    found, frames = [], list[Frames]()
    for number in range(count):
        coding = CODINGS[number % len(CODINGS)]
        path = folder / f"{split.value}{whose}_{number:02d}_{coding.name}.{coding.suffix}"
        beside = path.with_suffix(".json")
        if not beside.exists():
            frames = frames or shots(split, footage)
            _make(path, beside, frames, coding, f"{split.value} {number}")
        found.append(Labelled(path, split, _labels(json.loads(beside.read_text())), coding.key_frames, made=True))
    return found


def _make(path: Path, beside: Path, frames: list[Frames], coding: Coding, seed: str) -> None:
    reel = joined(frames, count=_SHOTS_IN_A_REEL, chance=Random(seed))
    command = [get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24"]
    command += ["-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-", *coding.encoder, str(path)]
    subprocess.run(command, check=True, input=reel.frames.tobytes())
    beside.write_text(json.dumps(list(described(reel.labels))))


def _labels(rows: list[dict[str, str | int]]) -> tuple[Label, ...]:
    return tuple(Label(Kind(str(row["kind"])), int(row["first"]), int(row["last"])) for row in rows)


def real_files(split: Split, footage: Path | None) -> list[Labelled]:
    """Return the real files of this half that are there, with the labels of the eye."""
    found = []
    for beside in sorted(_LABELS.glob("*.json")):
        known = json.loads(beside.read_text())
        path = (footage or Path()) / known["file"]
        if footage is not None and path.exists() and known["split"] == split.value:
            found.append(Labelled(path, split, _labels(known["labels"]), known["key_frames"], made=False))
    return found
