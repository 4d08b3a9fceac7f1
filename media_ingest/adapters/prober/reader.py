"""Reads the facts of one open file, in a locked-in process that has nothing else.

Runs in a child of `media_ingest.adapters.prober.zygote`; never imported by the product. The report holds what
libavformat and libavcodec say, and what the packets themselves show; `media_ingest.domain.probe` judges it.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Sequence
from typing import Final

import av
import av.error
import av.logging
import av.subtitles.stream  # PyAV would import it late, when nothing can be imported any more
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from media_ingest.adapters.origin_marks import origin_marks
from media_ingest.adapters.prober.counts import Json, ratio
from media_ingest.adapters.prober.scan import scan
from media_ingest.domain import formats

REPORT_VERSION: Final = 1
MAX_REPORT_BYTES: Final = 1 << 20
_OPENING_BYTES: Final = 200_000_000
_READING_BYTES: Final = 1_000_000_000
_INDEX_SHARE: Final = 20
_OVERSIZED: Final = "exceeds specified max pixel count"
_TAG_LENGTH: Final = 200
_CONTAINER_TAGS: Final = (
    "creation_time", "date", "timecode", "make", "model", "com.apple.quicktime.make", "com.apple.quicktime.model",
    "com.apple.quicktime.creationdate", "com.android.manufacturer", "com.android.model", "encoder", "firmware",
    "major_brand",
)  # fmt: skip
_STREAM_TAGS: Final = ("handler_name", "timecode", "creation_time", "encoder")
_ATTACHED_PICTURE: Final = 0x0400
_STILL_IMAGE: Final = 0x100000


def tags(metadata: dict[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """Return the wanted tags: printable characters only, at most 200 of them each."""
    lowered = {str(key).lower(): str(value) for key, value in metadata.items() if len(str(key)) <= _TAG_LENGTH}
    return {
        key: "".join(character for character in lowered[key][:_TAG_LENGTH] if character.isprintable())
        for key in wanted
        if key in lowered
    }


def codec_of(stream: Stream) -> CodecContext | None:
    """Return the codec context; PyAV has none for data tracks and for codecs that it does not know."""
    return stream.codec_context


def presented(container: InputContainer) -> VideoStream | None:
    """Return the first video stream that is neither a cover picture nor a still: what a player shows."""
    for stream in container.streams:
        if isinstance(stream, VideoStream) and not int(stream.disposition) & (_ATTACHED_PICTURE | _STILL_IMAGE):
            return stream
    return None


def stream_facts(container: InputContainer) -> list[Json]:
    """Return what the container says of each stream."""
    facts = []
    for stream in container.streams:
        context = codec_of(stream)
        fact: Json = {
            "index": stream.index,
            "type": stream.type,
            "codec": context.codec.canonical_name if context else "",
            "decoder": context.name if context else "",
            "tag": "".join(c for c in context.codec_tag if c.isprintable())[:8] if context else "",
            "disposition": int(stream.disposition),
            "time_base": ratio(stream.time_base),
            "start": stream.start_time,
            "duration": stream.duration,
            "frames": stream.frames,
            "tags": tags(stream.metadata, _STREAM_TAGS),
        }
        if isinstance(stream, AudioStream) and context is not None:
            fact["channels"], fact["rate"] = stream.codec_context.channels, stream.codec_context.sample_rate
        facts.append(fact)
    return facts


def video_facts(stream: VideoStream) -> Json:
    """Return what the codec parameters say of the presented stream."""
    context = stream.codec_context
    pixel_format = context.format
    return {
        "index": stream.index,
        "codec": context.codec.canonical_name,
        "profile": str(stream.profile or ""),
        "pixel_format": str(context.pix_fmt or ""),
        "bits": max((component.bits for component in pixel_format.components), default=0) if pixel_format else 0,
        "width": context.width,
        "height": context.height,
        "sample_aspect": ratio(stream.sample_aspect_ratio),
        "average_rate": ratio(stream.average_rate),
        "base_rate": ratio(stream.base_rate),
        "primaries": context.color_primaries,
        "transfer": context.color_trc,
        "matrix": context.colorspace,
        "range": context.color_range,
    }


def warm_up() -> None:
    """Build the tables of the usual decoders before any file is there, so that no child builds them again."""
    for name in formats.WARM_DECODERS:
        decoder = CodecContext.create(name, "r")
        decoder.thread_count = 1
        try:
            decoder.open()
        except (av.error.FFmpegError, ValueError):
            continue  # it wants to know more first


def _bound_memory(at_start: int, more: int) -> None:
    """Let allocations fail beyond this; the hard limit stays where it was set."""
    if at_start:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        bound = at_start + more
        resource.setrlimit(resource.RLIMIT_AS, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))


def examine(descriptor: int, *, opening_s: float = 0, at_start: int = 0) -> Json:
    """Return the report of one open file; what cannot be read is said in it, never raised.

    Opening may take ``opening_s`` CPU seconds (0: no bound of its own); at its end the kernel ends this process.
    Headers that take longer hold something else than a recording. ``at_start`` is the address space this process began
    with (0: no bounds of their own): tables of an index may take 5 % of the file on top, pictures more.
    """
    index = os.fstat(descriptor).st_size // _INDEX_SHARE
    _bound_memory(at_start, _OPENING_BYTES + index)
    options = {
        "fd": str(descriptor),
        "protocol_whitelist": formats.PROBER_PROTOCOL,
        "format_whitelist": formats.FORMAT_WHITELIST,
        "codec_whitelist": formats.CODEC_WHITELIST,
        "probesize": "32000000",
        "analyzeduration": "10000000",
        "max_pixels": str(formats.MAX_PIXELS),
    }
    report: Json = {"version": REPORT_VERSION, "tool": tool(), "error": None}
    av.logging.set_level(av.logging.ERROR)
    signal.setitimer(signal.ITIMER_PROF, opening_s)
    try:
        with av.logging.Capture() as said:
            container = av.open(f"{formats.PROBER_PROTOCOL}:", options=options, metadata_errors="replace")
        av.logging.set_level(None)
        _bound_memory(at_start, _READING_BYTES + index)
        with container:
            report |= read(container, descriptor)
        # The library refuses to allocate such a picture and then knows no size at all.
        report["oversized"] = any(_OVERSIZED in message for _, _, message in said)
    except MemoryError:
        report["error"] = "memory"
    except (av.error.FFmpegError, ValueError) as error:
        report["error"] = type(error).__name__
    return report


def read(container: InputContainer, descriptor: int) -> Json:
    """Return facts of an opened file; packets are read only when the facts allow it."""
    report: Json = {
        "container": {
            "format": container.format.name,
            "duration_us": container.duration,
            "start_us": container.start_time,
            "tags": tags(container.metadata, _CONTAINER_TAGS),
        },
        "stream_count": len(container.streams),
        "streams": [],
        "video": None,
        "scan": None,
        "origin_marks": [],
    }
    if len(container.streams) > formats.MAX_STREAMS:
        return report
    report["streams"] = stream_facts(container)
    signal.setitimer(signal.ITIMER_PROF, 0)
    holders = (container.metadata, *(stream.metadata for stream in container.streams))
    report["origin_marks"] = origin_marks(descriptor, holders)
    video = presented(container)
    if video is None:
        return report
    if codec_of(video) is None:
        report["video"] = {"index": video.index, "codec": ""}
        return report
    facts = video_facts(video)
    report["video"] = facts
    context = video.codec_context
    small_enough = 0 < context.width * context.height <= formats.MAX_PIXELS
    if facts["codec"] not in formats.VIDEO_CODECS or not small_enough:
        return report
    context.thread_count = 1
    context.options = {"codec_whitelist": formats.CODEC_WHITELIST, "max_pixels": str(formats.MAX_PIXELS)}
    report["scan"] = scan(container, video)
    return report


def tool() -> str:
    """Return the tool and its version, kept with each report."""
    libavformat = ".".join(str(part) for part in av.library_versions["libavformat"])
    return f"PyAV {av.__version__}, libavformat {libavformat}"
