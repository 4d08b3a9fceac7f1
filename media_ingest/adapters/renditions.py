"""What is made of a recording: poster, preview, and the clean copy that is delivered. Graphs by ffmpeg-python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import ffmpeg

from media_ingest.adapters.ffmpeg import Budget, Progress, Stop, ToolFailedError, never, run
from media_ingest.domain import formats
from media_ingest.domain.previews import OPENING_MAX_RATE, PREVIEW_MAX_RATE, PosterPlan, PreviewPlan

_THREADS: Final = 2
READ: Final[Mapping[str, str | int]] = {
    "protocol_whitelist": formats.PROTOCOL_WHITELIST,
    "format_whitelist": formats.FORMAT_WHITELIST,
    "codec_whitelist": formats.CODEC_WHITELIST,
    "max_streams": formats.MAX_STREAMS,
    "threads": _THREADS,
}
DECODED: Final[Mapping[str, str | int]] = {**READ, "max_pixels": formats.MAX_PIXELS}
CLEAN: Final[Mapping[str, str | int]] = {
    "map_metadata": -1,
    "map_chapters": -1,
    "fflags": "+bitexact",
    "flags": "+bitexact",
    "threads": _THREADS,
}
"""No tag of the source, and the same bytes each time."""
MUXERS: Final = {"mp4": "mp4", "webm": "webm", "mkv": "matroska"}
_STILL: Final[Mapping[str, str | int]] = {"f": "image2", "update": 1, "vcodec": "mjpeg", "frames:v": 1, "q:v": 4}
_OPENING: Final[Mapping[str, str | int]] = {"preset": "ultrafast", "crf": 26, "fpsmax": OPENING_MAX_RATE}
_WHOLE: Final[Mapping[str, str | int]] = {"preset": "veryfast", "crf": 26, "fpsmax": PREVIEW_MAX_RATE}
_CAREFUL: Final = "area"
_QUICK: Final = "fast_bilinear"
_PICTURE_BYTES: Final = 8_000_000


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"


def _made(out: Path) -> int:
    """Return the size of what was written; a tool that wrote nothing has failed, whatever it says."""
    size = out.stat().st_size if out.exists() else 0
    if size == 0:
        raise ToolFailedError("nothing was written")
    return size


def _scaled(source: ffmpeg.Stream, plan: PosterPlan | PreviewPlan, levels: str, scaler: str) -> ffmpeg.Stream:
    picture = source["V:0"]
    if plan.interlaced:
        picture = picture.filter("yadif", mode="send_frame", deint="interlaced")
    return picture.filter("scale", plan.width, plan.height, flags=scaler, out_range=levels).filter("setsar", 1)


def poster(path: Path, out: Path, plan: PosterPlan, *, should_stop: Stop = never) -> int:
    """Write a JPEG of one key frame, turned and square-pixelled as displayed; return its size in bytes.

    It is the key frame at or before the planned moment, so that one frame is decoded; a file whose key frames
    cannot be found from there shows its first frame.
    """
    budget = Budget(cpu_s=120, wall_s=300, file_size=_PICTURE_BYTES)
    near: dict[str, str | int] = {"ss": _seconds(plan.at_ms), "noaccurate_seek": "", "skip_frame": "nokey"}
    for where in (near, {}):
        source = ffmpeg.input(f"file:{path}", **_flags(where), **DECODED)
        picture = _scaled(source, plan, "pc", _CAREFUL).filter("format", "yuvj420p")
        made = picture.output(f"file:{out}", **_STILL, **CLEAN)
        try:
            run(made.get_args(), budget=budget, readable=[path], scratch=out.parent, should_stop=should_stop)
            return _made(out)
        except ToolFailedError:
            if not where:
                raise
    raise ToolFailedError("nothing was written")


def _flags(options: Mapping[str, str | int]) -> dict[str, str | int | None]:
    """Return options as ffmpeg-python takes them: a flag without a value is None."""
    return {name: None if value == "" else value for name, value in options.items()}


def openings(
    path: Path,
    plans: Sequence[PreviewPlan],
    folder: Path,
    *,
    origin_us: int = 0,
    should_stop: Stop = never,
    on_progress: Progress | None = None,
) -> list[tuple[Path, Path]]:
    """Write the first seconds of several clips and a still of each, in one process; return (video, still) in order.

    ``origin_us`` is when the first presented frame comes on the file's own clock. ``on_progress`` hears milliseconds
    of preview done, all clips together.
    """
    made = [(folder / f"{place:04d}.mp4", folder / f"{place:04d}.jpg") for place in range(len(plans))]
    outputs = []
    for plan, (moving, still) in zip(plans, made, strict=True):
        source, picture = _opened(path, plan, origin_us, _QUICK)
        branches = picture.split()
        outputs.append(_moving(source, branches[0], plan, moving, _OPENING))
        middle = branches[1].filter("trim", start=_seconds(plan.length_ms // 2))
        middle = middle.filter("scale", *plan.poster, flags=_CAREFUL, out_range="pc").filter("format", "yuvj420p")
        outputs.append(middle.output(f"file:{still}", **_STILL, **CLEAN))
    _preview_run(path, folder, plans, ffmpeg.merge_outputs(*outputs), should_stop=should_stop, on_progress=on_progress)
    for moving, still in made:
        _made(moving)
        if not still.exists():
            raise ToolFailedError("a still was not written")
    return made


def preview(
    path: Path,
    out: Path,
    plan: PreviewPlan,
    *,
    origin_us: int = 0,
    should_stop: Stop = never,
    on_progress: Progress | None = None,
) -> int:
    """Write one stretch as H.264 MP4 that starts at once in a browser; return its size in bytes.

    ``on_progress`` hears milliseconds of preview done.
    """
    source, picture = _opened(path, plan, origin_us, _CAREFUL)
    made = _moving(source, picture, plan, out, _WHOLE)
    _preview_run(path, out.parent, [plan], made, should_stop=should_stop, on_progress=on_progress)
    return _made(out)


def _opened(path: Path, plan: PreviewPlan, origin_us: int, scaler: str) -> tuple[ffmpeg.Stream, ffmpeg.Stream]:
    """Return the source from the plan's first frame on, and its small picture."""
    at = origin_us + plan.start_ms * 1000
    place: dict[str, str | int] = {"seek_timestamp": 1, "ss": f"{at}us"} if plan.start_ms else {}
    source = ffmpeg.input(f"file:{path}", t=_seconds(plan.length_ms), **place, **DECODED)
    return source, _scaled(source, plan, "tv", scaler).filter("format", "yuv420p")


def _moving(
    source: ffmpeg.Stream, picture: ffmpeg.Stream, plan: PreviewPlan, out: Path, look: Mapping[str, str | int]
) -> ffmpeg.Stream:
    streams = [picture, *([source["a:0"]] if plan.with_audio else [])]
    options: dict[str, str | int] = {
        "f": "mp4",
        "vcodec": "libx264",
        "profile:v": "main",
        "t": _seconds(plan.length_ms),
        "movflags": "+faststart",
        **look,
    }
    options |= {"acodec": "aac", "b:a": "96k", "ac": 2, "ar": 48_000} if plan.with_audio else {}
    return ffmpeg.output(*streams, f"file:{out}", **options, **CLEAN)


def _preview_run(
    path: Path,
    folder: Path,
    plans: Sequence[PreviewPlan],
    made: ffmpeg.Stream,
    *,
    should_stop: Stop,
    on_progress: Progress | None,
) -> None:
    total = sum(plan.length_ms for plan in plans)

    def tick(done: int) -> None:
        # ffmpeg tells the clock of the output that is furthest; all move together.
        if on_progress is not None:
            on_progress(min(total, done * len(plans)))

    # CPU: 20 × the media time, at least a minute (reliability.md, recommended defaults); 8K decodes slowly, and each
    # stretch is reached from the key frame before it.
    cpu = max(300, 40 * total // 1000)
    budget = Budget(cpu_s=cpu, wall_s=2 * cpu, file_size=64_000_000 + total * 1000, address_space=8_000_000_000)
    run(made.get_args(), budget=budget, readable=[path], scratch=folder, should_stop=should_stop, on_progress=tick)


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
    source = ffmpeg.input(f"file:{path}", **READ, fflags="+genpts")
    options: dict[str, str | int] = {"f": MUXERS[container], "c": "copy"}
    options |= {"movflags": "+faststart"} if container == "mp4" else {}
    # "?" makes the sound optional: one command for silent footage too.
    made = ffmpeg.output(source["V:0"], source["a:0?"], f"file:{out}", **options, **CLEAN)
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


def tagged(path: Path, out: Path, container: str, tags: Mapping[str, str], *, should_stop: Stop = never) -> int:
    """Write a clean copy again with tags in its head and the very same packets; return its size in bytes.

    ``container`` is ``webm`` or ``mkv``. Same input, same bytes.
    """
    size = path.stat().st_size
    said = {f"metadata:g:{place}": f"{name}={value}" for place, (name, value) in enumerate(tags.items())}
    # Not moved in time: a copy that begins late stays late.
    options: dict[str, str | int | None] = {"f": MUXERS[container], "map": 0, "c": "copy", "copyts": None}
    made = ffmpeg.input(f"file:{path}", **READ).output(f"file:{out}", **options, **CLEAN, **said)
    budget = Budget(
        cpu_s=60 + size // 50_000_000, wall_s=300 + size / 5_000_000, file_size=size * 2 + 16_000_000, stall_s=600
    )
    run(made.get_args(), budget=budget, readable=[path], scratch=out.parent, should_stop=should_stop)
    return _made(out)
