"""What is made of a recording: poster, preview, and the clean copy that is delivered. Graphs by ffmpeg-python."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import ffmpeg

from media_ingest.adapters.ffmpeg import Budget, Progress, Stop, ToolFailedError, never, run
from media_ingest.domain import formats
from media_ingest.domain.previews import PREVIEW_MAX_RATE, PosterPlan, PreviewPlan

_THREADS: Final = 2
_INPUT: Final[Mapping[str, str | int]] = {
    "protocol_whitelist": formats.PROTOCOL_WHITELIST,
    "format_whitelist": formats.FORMAT_WHITELIST,
    "codec_whitelist": formats.CODEC_WHITELIST,
    "max_streams": formats.MAX_STREAMS,
    "threads": _THREADS,
}
_DECODED: Final[Mapping[str, str | int]] = {**_INPUT, "max_pixels": formats.MAX_PIXELS}
_CLEAN: Final[Mapping[str, str | int]] = {
    "map_metadata": -1,
    "map_chapters": -1,
    "fflags": "+bitexact",
    "flags": "+bitexact",
    "threads": _THREADS,
}
"""No tag of the source, and the same bytes each time."""
_MUXERS: Final = {"mp4": "mp4", "webm": "webm", "mkv": "matroska"}
_MAX_WIDE: Final = 2_000_000_000
_PICTURE_BYTES: Final = 8_000_000


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"


def _made(out: Path) -> int:
    """Return the size of what was written; a tool that wrote nothing has failed, whatever it says."""
    size = out.stat().st_size if out.exists() else 0
    if size == 0:
        raise ToolFailedError("nothing was written")
    return size


def _scaled(source: ffmpeg.Stream, plan: PosterPlan | PreviewPlan, levels: str) -> ffmpeg.Stream:
    picture = source["V:0"]
    if plan.interlaced:
        picture = picture.filter("yadif", mode="send_frame", deint="interlaced")
    return picture.filter("scale", plan.width, plan.height, flags="area", out_range=levels).filter("setsar", 1)


def poster(path: Path, out: Path, plan: PosterPlan, *, should_stop: Stop = never) -> int:
    """Write a JPEG of one frame, turned and square-pixelled as displayed; return its size in bytes."""
    source = ffmpeg.input(f"file:{path}", ss=_seconds(plan.at_ms), **_DECODED)
    picture = _scaled(source, plan, "pc")
    picture = picture.filter("format", "yuvj420p")
    made = picture.output(f"file:{out}", f="image2", update=1, vcodec="mjpeg", **{"frames:v": 1, "q:v": 4}, **_CLEAN)
    budget = Budget(cpu_s=120, wall_s=300, file_size=_PICTURE_BYTES)
    run(made.get_args(), budget=budget, readable=[path], scratch=out.parent, should_stop=should_stop)
    return _made(out)


def preview(
    path: Path, out: Path, plan: PreviewPlan, *, should_stop: Stop = never, on_progress: Progress | None = None
) -> int:
    """Write the first seconds as H.264 MP4 that starts at once in a browser; return its size in bytes.

    ``on_progress`` hears milliseconds of preview done.
    """
    source = ffmpeg.input(f"file:{path}", t=_seconds(plan.length_ms), **_DECODED)
    picture = _scaled(source, plan, "tv")
    streams = [picture.filter("format", "yuv420p")]
    streams += [source["a:0"]] if plan.with_audio else []
    options: dict[str, str | int] = {
        "f": "mp4",
        "vcodec": "libx264",
        "preset": "veryfast",
        "crf": 26,
        "profile:v": "main",
        "fpsmax": PREVIEW_MAX_RATE,
        "t": _seconds(plan.length_ms),
        "movflags": "+faststart",
    }
    options |= {"acodec": "aac", "b:a": "96k", "ac": 2, "ar": 48_000} if plan.with_audio else {}
    made = ffmpeg.output(*streams, f"file:{out}", **options, **_CLEAN)
    # CPU: 20 × the media time, at least a minute (reliability.md, recommended defaults); 8K decodes slowly.
    cpu = max(300, 20 * plan.length_ms // 1000)
    budget = Budget(cpu_s=cpu, wall_s=2 * cpu, file_size=64_000_000)
    run(
        made.get_args(),
        budget=budget,
        readable=[path],
        scratch=out.parent,
        should_stop=should_stop,
        on_progress=on_progress,
    )
    return _made(out)


def remux(
    path: Path,
    out: Path,
    container: str,
    *,
    should_stop: Stop = never,
    on_progress: Progress | None = None,
) -> int:
    """Write the clean copy that is delivered, without re-encoding; return its size in bytes.

    The presented picture and the first sound track; no metadata, chapters, subtitles, attachments or data
    tracks. ``container`` is what `media_ingest.domain.formats.delivery_container` says: ``mp4``, ``webm`` or
    ``mkv``. Same input, same bytes.
    """
    size = path.stat().st_size
    source = ffmpeg.input(f"file:{path}", **_INPUT, fflags="+genpts")
    options: dict[str, str | int] = {"f": _MUXERS[container], "c": "copy"}
    options |= {"movflags": "+faststart"} if container == "mp4" else {}
    # "?" makes the sound optional: one command for silent footage too.
    made = ffmpeg.output(source["V:0"], source["a:0?"], f"file:{out}", **options, **_CLEAN)
    budget = Budget(
        cpu_s=60 + size // 50_000_000, wall_s=300 + size / 5_000_000, file_size=size * 2 + 16_000_000, stall_s=600
    )
    run(
        made.get_args(),
        budget=budget,
        readable=[path],
        scratch=out.parent,
        should_stop=should_stop,
        on_progress=on_progress,
    )
    return _made(out)
