"""The ffmpeg commands of watching, by ffmpeg-python: decode once, make it small at once, feed everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import ffmpeg

from media_ingest.adapters.watching.measures import HEIGHT, WIDTH
from media_ingest.domain import formats
from media_ingest.domain.gops import Run
from media_ingest.domain.watched import WatchSubject

SPRITE_NAME: Final = "sprite.webp"
COLUMNS: Final = 10
_MOST_TILES: Final = 100
_TILE: Final = 160
_STEREO_MOST: Final = "mono|stereo"

_INPUT: Final[Mapping[str, str | int]] = {
    "protocol_whitelist": formats.PROTOCOL_WHITELIST,
    "format_whitelist": formats.FORMAT_WHITELIST,
    "codec_whitelist": formats.CODEC_WHITELIST,
    "max_streams": formats.MAX_STREAMS,
    "max_pixels": formats.MAX_PIXELS,
    "threads": 1,
}
_ROUGH: Final[Mapping[str, str]] = {"skip_loop_filter:v": "all"}
"""Edges of blocks may show where only small pictures are looked at, and not for long."""
_BUFFERED: Final[Mapping[str, int]] = {"flush_packets": 0}
"""Fewer, larger writes: each one wakes us up."""
_RAW: Final[Mapping[str, str | int]] = {"f": "rawvideo", "fps_mode": "passthrough", **_BUFFERED}
_TIMES: Final[Mapping[str, str | int]] = {"f": "framecrc", "fps_mode": "passthrough", "enc_time_base": "demux"}


@dataclass(frozen=True, slots=True)
class Tiles:
    """How the sprite sheet is laid out: size of one tile as displayed, how many, how far apart in seconds."""

    width: int
    height: int
    count: int
    step_s: float


def tiles_of(subject: WatchSubject) -> Tiles:
    """Return tiles of at most 160 pixels on the long side: one a second, at most a hundred."""
    duration = float(subject.duration_ticks * subject.time_base)
    step = max(1.0, duration / _MOST_TILES)
    count = max(1, min(_MOST_TILES, int(duration / step + 0.999)))
    width, height = max(1, subject.width), max(1, subject.height)
    scale = _TILE / max(width, height)
    return Tiles(_even(width * scale), _even(height * scale), count, step)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


def _input(path: Path, **options: str | int) -> ffmpeg.Stream:
    # Turned while decoding would mean turned at full size.
    return ffmpeg.input(f"file:{path}", **_INPUT, noautorotate=None, **options)


def _small(picture: ffmpeg.Stream) -> ffmpeg.Stream:
    return picture.filter("scale", WIDTH, HEIGHT, flags="fast_bilinear", out_range="pc").filter("format", "yuv420p")


def _turned(picture: ffmpeg.Stream, rotation: int) -> ffmpeg.Stream:
    match rotation % 360:
        case 90:
            return picture.filter("transpose", "clock")
        case 180:
            return picture.filter("hflip").filter("vflip")
        case 270:
            return picture.filter("transpose", "cclock")
        case _:
            return picture


def _sheet(
    picture: ffmpeg.Stream, subject: WatchSubject, tiles: Tiles, scratch: Path, times: str
) -> list[ffmpeg.Stream]:
    """Return the outputs of the sprite sheet and of its tiles' times."""
    upright = subject.rotation % 180 == 0
    size = (tiles.width, tiles.height) if upright else (tiles.height, tiles.width)
    wanted = f"isnan(prev_selected_t)+gte(t-prev_selected_t,{tiles.step_s - 0.01:.3f})"
    chosen = picture.filter("select", wanted).filter("scale", *size, flags="area", out_range="tv")
    chosen = _turned(chosen.filter("format", "yuv420p"), subject.rotation)
    shown = chosen.split()
    rows = -(-tiles.count // COLUMNS)
    sheet = shown[0].filter("tile", layout=f"{min(COLUMNS, tiles.count)}x{rows}").filter("setsar", 1)
    options: dict[str, str | int] = {"f": "webp", "vcodec": "libwebp", "frames:v": 1, "quality": 70}
    options |= {"compression_level": 2, "fflags": "+bitexact", "flags": "+bitexact"}
    return [sheet.output(f"file:{scratch / SPRITE_NAME}", **options), shown[1].output(times, **_TIMES)]


def _sound(source: ffmpeg.Stream, samples: str, loudness: str) -> ffmpeg.Stream:
    heard = source["a:0"].filter("ebur128", framelog="quiet", metadata=1)
    heard = heard.filter("ametadata", mode="print", key="lavfi.r128.I", file=loudness)
    heard = heard.filter("aformat", sample_fmts="s16", channel_layouts=_STEREO_MOST)
    return heard.output(samples, f="au", **_BUFFERED)


def first_pass(path: Path, subject: WatchSubject, scratch: Path, *, keys_only: bool, sound: bool) -> list[str]:
    """Return the arguments of the pass that feeds everything.

    Pipes in order: small frames (3), their times (4), times of tiles (5); then, with ``keys_only``, the list of
    packets; then, with ``sound``, samples and loudness.
    """
    skipped: dict[str, str | int] = {"skip_frame:v": "nokey"} if keys_only else {}
    source = _input(path, **skipped)
    ways = source["V:0"].split()
    seen = _small(ways[0]).split()
    # Times of key frames are the only sign of progress between the few windows of pictures that they fill.
    pace = {} if keys_only else _BUFFERED
    outputs = [seen[0].output("pipe:3", **_RAW), seen[1].output("pipe:4", **_TIMES, **pace)]
    outputs += _sheet(ways[1], subject, tiles_of(subject), scratch, "pipe:5")
    pipe = 6
    if keys_only:
        outputs.append(source["V:0"].output("pipe:6", f="framecrc", vcodec="copy", **_BUFFERED))
        pipe = 7
    if sound:
        outputs.append(_sound(source, f"pipe:{pipe}", f"pipe:{pipe + 1}"))
    return ["-copyts", *ffmpeg.merge_outputs(*outputs).get_args()]


def closer_look(path: Path, runs: Sequence[Run], time_base: Fraction, scratch: Path) -> list[str]:
    """Return the arguments that decode only these runs, each into its own small files (see `run_files`)."""
    outputs = []
    for number, run in enumerate(runs):
        begin, length = run.start * time_base, (run.end - run.start) * time_base + time_base / 2
        options = {"ss": _seconds(begin), "t": _seconds(length)}
        source = ffmpeg.input(
            f"file:{path}", **_INPUT, **_ROUGH, noautorotate=None, noaccurate_seek=None, seek_timestamp=1, **options
        )
        seen = _small(source["V:0"]).split()
        pictures, times = run_files(scratch, number)
        outputs += [seen[0].output(f"file:{pictures}", **_RAW), seen[1].output(f"file:{times}", **_TIMES)]
    return ["-copyts", *ffmpeg.merge_outputs(*outputs).get_args()]


def run_files(scratch: Path, number: int) -> tuple[Path, Path]:
    """Return where the frames and the times of one run are written."""
    return scratch / f"look_{number}.yuv", scratch / f"look_{number}.times"


def _seconds(exact: Fraction) -> str:
    """Return microseconds as text, rounded up: a seek never lands before the frame meant."""
    micro = -(-exact.numerator * 1_000_000 // exact.denominator)
    sign, micro = ("-", -micro) if micro < 0 else ("", micro)
    return f"{sign}{micro // 1_000_000}.{micro % 1_000_000:06d}"
