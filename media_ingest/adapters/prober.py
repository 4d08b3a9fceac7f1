"""Reads the facts of one file in a process of its own, locked in before the first byte; prints one JSON report.

Started by `media_ingest.adapters.ffmpeg.probe_file`; never imported by the product. The report holds what
libavformat and libavcodec say, and what the packets themselves show; `media_ingest.domain.probe` judges it.
"""

from __future__ import annotations

import itertools
import json
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, NoReturn

import av
import av.error
import av.logging
import av.subtitles.stream  # PyAV would import it late, when nothing can be imported any more
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from media_ingest.adapters import sandbox
from media_ingest.domain import formats

REPORT_VERSION: Final = 1
MAX_REPORT_BYTES: Final = 1 << 20
_DECODE_TRIES: Final = 250
_RESUMES: Final = 1000
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

Json = dict[str, object]


def tags(metadata: dict[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """Return the wanted tags: printable characters only, at most 200 of them each."""
    lowered = {str(key).lower(): str(value) for key, value in metadata.items() if len(str(key)) <= _TAG_LENGTH}
    return {
        key: "".join(character for character in lowered[key][:_TAG_LENGTH] if character.isprintable())
        for key in wanted
        if key in lowered
    }


@dataclass(slots=True)
class Track:
    """What the packets of one stream show."""

    packets: int = 0
    discarded: int = 0
    corrupt: int = 0
    encrypted: bool = False
    first: int | None = None
    last: int | None = None
    last_duration: int = 0
    end: int | None = None
    times: array[int] | None = field(default=None)

    def add(self, packet: Packet[Any]) -> None:
        """Count a packet; those outside the edit list are read but not presented."""
        self.packets += 1
        self.corrupt += packet.is_corrupt
        if packet.is_discard:
            self.discarded += 1
            return
        at = packet.pts if packet.pts is not None else packet.dts
        if at is None:
            return
        length = packet.duration or 0
        if self.first is None or at < self.first:
            self.first = at
        if self.last is None or at >= self.last:
            self.last, self.last_duration = at, length
        if self.end is None or at + length > self.end:
            self.end = at + length
        if self.times is not None:
            self.times.append(at)

    def report(self) -> Json:
        """Return the counts."""
        return {
            "packets": self.packets,
            "discarded": self.discarded,
            "corrupt": self.corrupt,
            "encrypted": self.encrypted,
            "first": self.first,
            "last": self.last,
            "last_duration": self.last_duration,
            "end": self.end,
        }


def off_grid(ordered: Sequence[int], time_base: Fraction, rate: Fraction | None) -> str | None:
    """Return how far, in ticks, the worst of the ordered times lies from the grid of ``rate``."""
    if rate is None or rate <= 0 or not ordered:
        return None
    step = 1 / (rate * time_base)
    over, under, start = step.numerator, step.denominator, ordered[0]
    worst = max(abs((at - start) * under - index * over) for index, at in enumerate(ordered))
    return f"{worst}/{under}"


def grid(times: array[int], time_base: Fraction, rate: Fraction | None) -> Json:
    """Tell how presented times sit on the grid of ``rate``, and of the common rate next to it."""
    ordered = sorted(times)
    steps = [after - before for before, after in itertools.pairwise(ordered)]
    common = formats.common_rate(rate) if rate else None
    return {
        "shortest_step": min(steps, default=0),
        "longest_step": max(steps, default=0),
        "off_grid": off_grid(ordered, time_base, rate),
        "common_rate": ratio(common),
        "off_common_grid": off_grid(ordered, time_base, common),
    }


def ratio(value: object) -> str | None:
    """Return an exact ratio as text; None when unknown."""
    if not isinstance(value, Fraction | int) or value <= 0:
        return None
    exact = Fraction(value)
    return f"{exact.numerator}/{exact.denominator}"


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


def frame_facts(frame: VideoFrame) -> Json:
    """Return what only a decoded frame tells."""
    return {
        "rotation": frame.rotation,
        "interlaced": frame.interlaced_frame,
        "width": frame.width,
        "height": frame.height,
        "pixel_format": frame.format.name,
        "bits": max((component.bits for component in frame.format.components), default=0),
    }


class Scan:
    """One pass over all packets; the first frame is decoded on the way."""

    def __init__(self, container: InputContainer, video: VideoStream) -> None:
        self.container, self.video = container, video
        self.tracks = {stream.index: Track() for stream in container.streams}
        self.tracks[video.index].times = array("q")
        self.frame: VideoFrame | None = None
        self.decode_error = ""
        self.demux_error = ""

    def run(self) -> None:
        """Read every packet; an error ends the pass and is noted."""
        for _ in range(_RESUMES):
            try:
                for packet in self.container.demux():
                    if packet.size or packet.pts is not None or packet.dts is not None:
                        self._take(packet)
                break
            except av.error.BlockingIOError:
                continue  # the demuxer lost its place (a hole in a transport stream) and looks for the next one
            except (av.error.FFmpegError, ValueError) as error:
                self.demux_error = type(error).__name__
                break
        if self.frame is None and not self.decode_error:
            self._decode(None)

    def _take(self, packet: Packet[Any]) -> None:
        track = self.tracks[packet.stream_index]
        track.add(packet)
        if packet.stream_index != self.video.index:
            return
        if packet.has_sidedata("encryption_info") or packet.has_sidedata("encryption_init_info"):
            track.encrypted = True
        elif self.frame is None and track.packets <= _DECODE_TRIES and packet.size:
            self._decode(packet)  # an empty packet would end the decoder

    def _decode(self, packet: Packet[Any] | None) -> None:
        """Feed the decoder until it gives its first frame; one bad packet is not the end."""
        try:
            frames = self.video.decode(packet)
        except (av.error.FFmpegError, ValueError) as error:
            self.decode_error = type(error).__name__
            return
        if frames:
            self.frame = frames[0]

    def later_frames(self) -> list[bool]:
        """Tell whether pictures can be decoded in the middle and near the end as well."""
        track = self.tracks[self.video.index]
        if track.first is None or track.last is None or self.frame is None:
            return []
        span = track.last - track.first
        return [self._frame_at(track.first + span * part // 8) for part in (4, 7)]

    def _frame_at(self, at: int) -> bool:
        """Tell whether decoding from here gives a picture, or ends without one and without an error."""
        faults = 0
        try:
            self.container.seek(at, stream=self.video)
            for tries, packet in enumerate(self.container.demux(self.video)):
                try:
                    if packet.decode():
                        return True
                except av.error.InvalidDataError:
                    faults += 1
                if tries > _DECODE_TRIES:
                    break
        except (av.error.FFmpegError, ValueError):
            faults += 1
        return not faults


def examine(path: str) -> Json:
    """Return the report of one file; what cannot be read is said in it, never raised."""
    options = {
        "protocol_whitelist": formats.PROTOCOL_WHITELIST,
        "format_whitelist": formats.FORMAT_WHITELIST,
        "codec_whitelist": formats.CODEC_WHITELIST,
        "probesize": "32000000",
        "analyzeduration": "10000000",
        "max_pixels": str(formats.MAX_PIXELS),
    }
    report: Json = {"version": REPORT_VERSION, "tool": tool(), "error": None}
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture() as said:
            container = av.open(f"file:{path}", options=options, metadata_errors="replace")
        av.logging.set_level(None)
        with container:
            report |= read(container)
        # The library refuses to allocate such a picture and then knows no size at all.
        report["oversized"] = any(_OVERSIZED in message for _, _, message in said)
    except MemoryError:
        report["error"] = "memory"
    except (av.error.FFmpegError, ValueError) as error:
        report["error"] = type(error).__name__
    return report


def read(container: InputContainer) -> Json:
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
    }
    if len(container.streams) > formats.MAX_STREAMS:
        return report
    report["streams"] = stream_facts(container)
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


def scan(container: InputContainer, video: VideoStream) -> Json:
    """Return what packets and a few frames show."""
    pass_ = Scan(container, video)
    pass_.run()
    track = pass_.tracks[video.index]
    times = track.times if track.times is not None else array("q")
    return {
        "demux_error": pass_.demux_error,
        "decode_error": pass_.decode_error,
        "tracks": {str(index): found.report() for index, found in pass_.tracks.items()},
        "grid": grid(times, video.time_base or Fraction(1), video.average_rate or video.base_rate),
        "frame": frame_facts(pass_.frame) if pass_.frame else None,
        "later_frames": pass_.later_frames(),
    }


def tool() -> str:
    """Return the tool and its version, kept with each report."""
    libavformat = ".".join(str(part) for part in av.library_versions["libavformat"])
    return f"PyAV {av.__version__}, libavformat {libavformat}"


def main(argv: Sequence[str]) -> NoReturn:
    """``prober PATH CPU_SECONDS PARENT_PID required|off``: lock in, read, print, leave."""
    path, cpu, parent, mode = argv
    av.logging.set_level(None)
    try:
        sandbox.die_with_parent(int(parent))
        sandbox.limit(sandbox.Limits(cpu_s=int(cpu)))
        if mode != "off":
            sandbox.confine(readable=[path])
    except (sandbox.SandboxUnavailableError, OSError, ValueError) as refusal:
        sys.stderr.write(f"sandbox: refusing to run: {refusal}\n")
        sys.exit(sandbox.EXIT_UNAVAILABLE)
    text = json.dumps(examine(path), ensure_ascii=True, separators=(",", ":"))
    if len(text) > MAX_REPORT_BYTES:
        text = json.dumps({"version": REPORT_VERSION, "tool": tool(), "error": "too_large"})
    sys.stdout.write(text)
    sys.stdout.flush()
    sys.exit(0)
