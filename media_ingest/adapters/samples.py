"""A small library of rushes to try the product with, drawn by ffmpeg: several cameras' habits, and one damaged file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ffmpeg

from media_ingest.adapters.ffmpeg import Budget, run

Options = dict[str, str | int]
_SCRATCH: Final = ".making"
_X264: Final[Options] = {"vcodec": "libx264", "preset": "ultrafast", "crf": 24, "pix_fmt": "yuv420p"}
_X265: Final[Options] = {
    "vcodec": "libx265",
    "preset": "ultrafast",
    "crf": 24,
    "pix_fmt": "yuv420p10le",
    "tag:v": "hvc1",
}
_VP9: Final[Options] = {"vcodec": "libvpx-vp9", "deadline": "realtime", "cpu-used": 8, "row-mt": 1, "b:v": "2M"}
_SOUND: Final[Options] = {"acodec": "aac", "b:a": "96k"}
_BUDGET: Final = Budget(cpu_s=240, wall_s=600, file_size=400_000_000)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """One rush: its name, the shots it is made of (lavfi sources), and how the camera encodes."""

    name: str
    shots: tuple[str, ...]
    seconds: int
    video: Options
    tone_hz: int = 0
    """0: no sound track."""
    turned: int = 0
    """Rotation flag in degrees counter-clockwise, as phones write it."""


def _shot(source: str, size: str, rate: str, seconds: int, look: str = "") -> str:
    joint = ":" if "=" in source else "="
    return f"{source}{joint}size={size}:rate={rate},trim=duration={seconds},setpts=PTS-STARTPTS{look}"


def _sky(colours: str, size: str, rate: str, seconds: int) -> str:
    """Return moving gradients, drawn small and enlarged: drawing them at full size is what costs."""
    return _shot(f"gradients={colours}", "480x270", rate, seconds, f",scale={size}:flags=bilinear")


SAMPLES: Final = (
    Sample(
        "drone_coast_4k.mp4",
        (_sky("c0=0x0b3d5c:c1=0xd9b382:c2=0x4f9a94:n=3:speed=0.02:seed=7", "3840x2160", "25", 4),),
        4,
        _X264,
        tone_hz=220,
    ),
    Sample(
        "street_market_1080p.mp4",
        (_shot("testsrc2", "1920x1080", "25", 6, ",hue=s=0.6"),),
        6,
        _X264,
        tone_hz=330,
    ),
    Sample(
        "phone_vertical.mp4",
        (_sky("c0=0x40233f:c1=0xf2a65a:n=2:speed=0.015:seed=3", "1920x1080", "30", 5),),
        5,
        _X264,
        tone_hz=440,
        turned=270,
    ),
    Sample(
        "action_camera_2997.mp4",
        (_shot("mandelbrot=start_scale=2.5:end_scale=0.4:maxiter=150", "640x360", "30000/1001", 4, ",scale=1280:720"),),
        4,
        _X264,
        tone_hz=262,
    ),
    Sample(
        "cinema_10bit.mov",
        (_sky("c0=0x101820:c1=0xf2aa4c:c2=0x7a9e9f:n=3:speed=0.03:seed=11", "1920x1080", "24000/1001", 4),),
        4,
        _X265,
    ),
    Sample("archive_silent.webm", (_shot("life=mold=10:ratio=0.1:seed=5", "640x360", "24", 5),), 5, _VP9),
    Sample(
        "interview_with_a_cut.mp4",
        (
            _sky("c0=0x1d3557:c1=0xa8dadc:n=2:speed=0.01:seed=21", "1920x1080", "25", 4),
            _sky("c0=0x9b2226:c1=0xe9d8a6:n=2:speed=0.01:seed=22", "1920x1080", "25", 4),
        ),
        8,
        _X264,
        tone_hz=196,
    ),
)
DAMAGED: Final = "card_was_pulled_out.mp4"
"""The market rush, cut off in the middle as when a card is pulled out while copying."""


def make_samples(folder: Path, *, on_progress: Progress | None = None) -> list[Path]:
    """Make the sample rushes in ``folder`` (those already there are kept) and return them in order of name.

    ``on_progress`` hears how many of how many files are there. Raises ToolError when ffmpeg fails.
    """
    scratch = folder / _SCRATCH
    scratch.mkdir(parents=True, exist_ok=True)
    total = len(SAMPLES) + 1
    for done, sample in enumerate(SAMPLES):
        if on_progress is not None:
            on_progress(done, total)
        if not (folder / sample.name).exists():
            make_sample(sample, folder / sample.name, scratch)
    if not (folder / DAMAGED).exists():
        _damage(folder / "street_market_1080p.mp4", folder / DAMAGED, scratch)
    if on_progress is not None:
        on_progress(total, total)
    for leftover in scratch.iterdir():
        leftover.unlink()
    scratch.rmdir()
    return sorted(path for path in folder.iterdir() if path.is_file())


def make_sample(sample: Sample, out: Path, scratch: Path) -> None:
    """Encode one rush into ``scratch`` and move it to ``out`` when it is whole."""
    making = scratch / out.name
    shots = [ffmpeg.input(shot, f="lavfi") for shot in sample.shots]
    picture = shots[0] if len(shots) == 1 else ffmpeg.concat(*shots, v=1, a=0)
    streams = [picture]
    options: Options = {**sample.video, "t": sample.seconds, "fflags": "+bitexact", "flags": "+bitexact"}
    if sample.tone_hz:
        tone = f"sine=frequency={sample.tone_hz}:sample_rate=48000:duration={sample.seconds},volume=0.1"
        streams.append(ffmpeg.input(tone, f="lavfi"))
        options |= _SOUND
    if making.suffix in {".mp4", ".mov"}:
        options["movflags"] = "+faststart"
    made = ffmpeg.output(*streams, f"file:{making}", **options)
    run(made.get_args(), budget=_BUDGET, scratch=scratch)
    if sample.turned:
        making = _turn(making, sample.turned, scratch)
    making.rename(out)


def _turn(path: Path, degrees: int, scratch: Path) -> Path:
    """Write the rotation flag, as a phone does, without touching the picture."""
    turned = path.with_name(f"turned_{path.name}")
    source = ffmpeg.input(f"file:{path}", display_rotation=degrees)
    made = source.output(f"file:{turned}", c="copy", movflags="+faststart", fflags="+bitexact")
    run(made.get_args(), budget=_BUDGET, readable=[path], scratch=scratch)
    return turned


def _damage(whole: Path, out: Path, scratch: Path) -> None:
    """Keep the first half of a file."""
    making = scratch / out.name
    making.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    making.rename(out)
