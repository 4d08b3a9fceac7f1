"""What packets alone tell: counts, times on a grid, distances of key frames, gaps and blank pictures.

Part of the prober; runs inside its locked-in child only.
"""

from __future__ import annotations

import itertools
import statistics
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from av.packet import Packet

from media_ingest.domain import formats

Json = dict[str, object]
_JOINING: Final = 12
_ALIKE: Final = 10
_RARE: Final = 20
_RARE_KEYS: Final = 32
_STRIDE: Final = 1024
_HOLE: Final = 4096
_ZEROS: Final = bytes(_HOLE // _STRIDE)
_BLANK_START: Final = bytes(16)


@dataclass(slots=True)
class Track:
    """What the packets of one stream show; ``corrupt`` leaves out the beginning, where a broadcast was joined."""

    packets: int = 0
    discarded: int = 0
    corrupt: int = 0
    size_bytes: int = 0
    encrypted: bool = False
    first: int | None = None
    last: int | None = None
    last_duration: int = 0
    end: int | None = None
    times: array[int] | None = field(default=None)

    def add(self, packet: Packet[Any]) -> None:
        """Count a packet; those outside the edit list are read but not presented."""
        self.packets += 1
        self.size_bytes += packet.size
        self.corrupt += packet.is_corrupt and self.packets > _JOINING
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
            "bytes": self.size_bytes,
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


def ratio(value: object) -> str | None:
    """Return an exact ratio as text; None when unknown."""
    if not isinstance(value, Fraction | int) or value <= 0:
        return None
    exact = Fraction(value)
    return f"{exact.numerator}/{exact.denominator}"


def grid(times: array[int], time_base: Fraction, rate: Fraction | None) -> Json:
    """Tell how presented times sit on the grid of ``rate``, and of the common rate next to it."""
    ordered = sorted(times)
    steps = [after - before for before, after in itertools.pairwise(ordered)]
    common = formats.common_rate(rate) if rate else None
    return missing(steps) | {
        "shortest_step": min(steps, default=0),
        "longest_step": max(steps, default=0),
        "off_grid": off_grid(ordered, time_base, rate),
        "common_rate": ratio(common),
        "off_common_grid": off_grid(ordered, time_base, common),
    }


def missing(steps: Sequence[int]) -> Json:
    """Tell how many steps between frames are longer than their neighbours, and whether all others are alike.

    ``later_gaps`` leaves out the beginning: a broadcast is joined in the middle.
    """
    usual = statistics.median_low(steps) if steps else 0
    places = [index for index, step in enumerate(steps) if 2 * step > 3 * usual]
    alike = sum(abs(step - usual) * _ALIKE <= usual for step in steps)
    return {
        "gaps": len(places),
        "later_gaps": sum(index >= _JOINING for index in places),
        "steady": alike + len(places) == len(steps) and len(places) * _RARE <= len(steps),
    }


def gops(keys: Sequence[int], packets: int, times: Sequence[int]) -> Json:
    """Tell how far apart the key frames lie, in packets; ``keys`` are their positions in the order of the file.

    Where key frames are rare, it is also told when they come (``times``, in ticks): starting elsewhere is dear.
    """
    distances = [after - before for before, after in itertools.pairwise([*keys, packets])]
    median = int(statistics.median_low(distances)) if distances else 0
    return {
        "key_frames": len(keys),
        "first_key": keys[0] if keys else None,
        "longest": max(distances, default=0),
        "median": median,
        "times": sorted(times) if median > _RARE_KEYS else [],
        "intra_only": bool(keys) and len(keys) == packets,
    }


class Holes:
    """Finds pictures that a copy left blank: runs of zeros that an encoder does not write.

    H.264 and HEVC never have three zero bytes in a row inside a picture (ITU-T H.264 and H.265, emulation
    prevention), and no packet of the compressed codecs begins with sixteen of them. Uncompressed pictures, where
    black is zeros, and transport streams, where filling is, are not asked.
    """

    def __init__(self, codec: str, container: str) -> None:
        kept_whole = formats.container_family(container) in {"mov", "matroska"}
        self.asked = kept_whole and codec in formats.NEVER_BLANK
        self.inside = kept_whole and codec in formats.NEVER_ZEROS
        self.packets = 0
        self.first: int | None = None

    def look(self, packet: Packet[Any], position: int) -> None:
        """Note a packet that begins blank, or that has 4 KiB of zeros in it: one byte in 1024 is looked at first."""
        if not self.asked or packet.size < len(_BLANK_START):
            return
        content = memoryview(packet)
        blank = content[: len(_BLANK_START)] == _BLANK_START
        if not blank and self.inside and packet.size >= 2 * _HOLE:
            blank = self._hollow(content)
        if blank:
            self.packets += 1
            self.first = position if self.first is None else self.first

    @staticmethod
    def _hollow(content: memoryview) -> bool:
        sampled = bytes(content[::_STRIDE])
        at = sampled.find(_ZEROS)
        while at >= 0:
            start = at * _STRIDE
            if not any(content[start : start + _HOLE - _STRIDE]):
                return True
            at = sampled.find(_ZEROS, at + 1)
        return False

    def report(self) -> Json:
        """Return how many packets are blank, and which is the first."""
        return {"packets": self.packets, "first": self.first}
