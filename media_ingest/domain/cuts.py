"""Taking a stretch out of a recording: which frames it has, whether its packets can be copied, how else it is made."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

_KEY, _DISCARD = 1, 4
_PIXELS_AT_ONCE: Final = 25_000_000
"""Pixels of all pictures that one process may encode at once: 12 stretches of Full HD, three of 4K."""
_CUTS_AT_ONCE: Final = 32


class CutMethod(StrEnum):
    """How a sample's bytes come out of its source."""

    WHOLE = "whole"
    """The whole source, packets copied: no picture is decoded."""
    COPY = "copy"
    """A stretch between key frames, packets copied: no picture is decoded."""
    ENCODED = "encoded"
    """A stretch that does not begin or end at a key frame, encoded anew at high quality."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of the presented picture, in the order of the file; ``pts`` in the index's time base."""

    pts: int
    key: bool


class PacketIndex:
    """The packets of a recording's picture, without those that an edit list hides."""

    def __init__(self, packets: Iterable[Packet], time_base: Fraction, end: int) -> None:
        """Take packets in the order of the file; ``end`` is when the last frame ends."""
        self.packets = tuple(packets)
        self.time_base = time_base
        self.times = tuple(sorted(packet.pts for packet in self.packets))
        self.end = end

    def frame_at(self, seconds: Fraction) -> int:
        """Return the number of the frame that begins nearest to a time from the first one."""
        wanted = self.times[0] + seconds / self.time_base
        place = bisect_left(self.times, wanted)
        near = [one for one in (place - 1, place) if 0 <= one <= len(self.times)]
        return min(near, key=lambda one: abs(self._time(one) - wanted))

    def _time(self, frame: int) -> int:
        return self.times[frame] if frame < len(self.times) else self.end

    def seconds(self, frame: int) -> Fraction:
        """Return when a frame begins on the file's own clock; the one after the last is the end."""
        return self._time(frame) * self.time_base

    def before(self, frame: int) -> Fraction:
        """Return a moment between the frame before and this one, on the file's own clock."""
        gap = self.times[frame] - self.times[frame - 1] if frame else self._time(1) - self.times[0]
        return (self.times[frame] - Fraction(gap, 2)) * self.time_base


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of frames ``[first, last)``; times in seconds on the file's own clock."""

    first: int
    last: int
    seek: Fraction
    """Where reading begins: between the frame before and the first one."""
    start: Fraction
    end: Fraction
    copy: bool
    """Whether its packets can be copied as they are."""

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self.last - self.first


def read_index(lines: Iterable[str]) -> PacketIndex:
    """Read what ffmpeg's ``framecrc`` muxer writes of one stream. Raises ValueError when it holds no frame."""
    time_base, packets, end = Fraction(0), [], 0
    for line in lines:
        if line.startswith("#tb 0:"):
            time_base = Fraction(line.partition(":")[2].strip())
        if line.startswith("#") or not line.strip():
            continue
        fields = [field.strip() for field in line.split(",")]
        told = next((field for field in fields[6:] if field.startswith("F=0x")), "")
        flags = int(told[2:], 0) if told else _KEY
        pts, length = int(fields[2]), int(fields[3])
        if not flags & _DISCARD:
            packets.append(Packet(pts, bool(flags & _KEY)))
            end = max(end, pts + max(length, 1))
    if not packets or not time_base:
        raise ValueError("no frame was found")
    return PacketIndex(packets, time_base, end)


def cut_of(index: PacketIndex, start: Fraction, end: Fraction) -> Cut:
    """Return the stretch ``[start, end)``, in seconds from the first frame. Raises ValueError for an empty one."""
    first, last = index.frame_at(start), index.frame_at(end)
    if first >= last:
        raise ValueError(f"no frame begins between {start} and {end}")
    return Cut(
        first, last, index.before(first), index.seconds(first), index.seconds(last), copyable(index, first, last)
    )


def copyable(index: PacketIndex, first: int, last: int) -> bool:
    """Tell whether the packets of frames ``[first, last)`` stand together in the file and need no others.

    They begin with a key frame and end before one (or with the file), and no frame of the stretch is stored outside
    of it: groups of pictures that lean on their neighbours are not copied.
    """
    start = index.times[first]
    end = index.times[last] if last < len(index.times) else None
    places = {packet.pts: place for place, packet in enumerate(index.packets)}
    begin = places[start]
    stop = len(index.packets) if end is None else places[end]
    inside = index.packets[begin:stop]
    ends_well = end is None or index.packets[stop].key
    return (
        index.packets[begin].key
        and ends_well
        and len(inside) == last - first
        and all(start <= packet.pts and (end is None or packet.pts < end) for packet in inside)
    )


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a stretch is encoded when it cannot be copied."""

    video_codec: str
    """As the prober names it."""
    pixel_format: str
    """Names that the picture may pass under, divided by ``|``."""
    options: tuple[tuple[str, str | int], ...]


def encoding_for(pixel_format: str, bit_depth: int, *, interlaced: bool) -> Encoding:
    """Return H.264 for 8 bit and HEVC 10 bit for deeper pictures, with the source's chroma; the same bytes each time.

    Threads are a fixed number because they decide how the picture is divided.
    """
    chroma = "444" if any(name in pixel_format for name in ("444", "rgb", "gbr")) else "420"
    chroma = "422" if any(name in pixel_format for name in ("422", "uyvy", "yuyv")) else chroma
    if bit_depth > 8:
        quiet = "log-level=error:pools=none:frame-threads=1:wpp=0:info=0"
        options = (("vcodec", "libx265"), ("preset", "fast"), ("crf", 14), ("x265-params", quiet), ("tag:v", "hvc1"))
        return Encoding("hevc", f"yuv{chroma}p10le", options)
    # Both names of the same samples: whichever the decoder gives passes unchanged, with its range.
    kept = f"yuv{chroma}p|yuvj{chroma}p"
    fields: tuple[tuple[str, str | int], ...] = (("x264-params", "tff=1"),) if interlaced else ()
    return Encoding("h264", kept, (("vcodec", "libx264"), ("preset", "fast"), ("crf", 13), *fields))


def together(cuts: Sequence[Cut], pixels: int) -> list[list[int]]:
    """Divide cuts of one source among processes, by place: as many in each as its memory allows."""
    size = min(_CUTS_AT_ONCE, max(1, _PIXELS_AT_ONCE // max(1, pixels)))
    if all(cut.copy for cut in cuts):
        size = _CUTS_AT_ONCE
    places = range(len(cuts))
    return [list(places[at : at + size]) for at in range(0, len(cuts), size)]
