"""Groups of pictures: what the list of packets tells before anything is decoded, and which groups can hide a cut."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from media_ingest.domain.watched import Method

INTRA_CODECS: Final = frozenset({"prores", "dnxhd", "mjpeg", "dvvideo", "cfhd", "ffv1", "v210", "rawvideo"})
"""Every frame is a key frame: nothing to be gained from looking at key frames first."""
_SHORT_FRAMES: Final = 32
_SHORT_S: Final = Fraction(11, 10)
_LONGEST_S: Final = Fraction(4, 3)
"""Key frames at most about thirty frames, or about one second, apart; never further than this many seconds, or what
they show lies too far apart to be laid over another recording."""
_ENOUGH_GROUPS: Final = 4
_INTRA_SHARE: Final = Fraction(1, 2)
_SPIKE: Final = 6
_SPIKE_OF_KEY: Final = Fraction(3, 5)
_FEWEST: Final = 4
_TINY: Final = Fraction(1, 50)
"""Part of a key frame that packets of a moving picture hardly stay under."""

# How different neighbouring key frames must be to send for what lies between them (tuned with benchmarks/cuts).
_APART: Final = 22.0
_SPREAD: Final = 0.9
_MIXED: Final = 0.55
_MIX_APART: Final = 9.0
_MIX_ALIKE: Final = 0.65
_DARK_STEP: Final = 15.0
_FAR_APART: Final = 75.0
_STANDS_OUT: Final = 2.2
_MIX_STANDS_OUT: Final = 2.2
"""Times what is usual around: a moving camera changes its picture all the time."""
_AROUND: Final = 4
_CALM_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of the presented stream: when it is shown, in ticks, its bytes, and whether decoding can start."""

    pts: int
    size: int
    key: bool


def longest_short_group(rate: Fraction) -> int:
    """Return how many frames a group may have and still be short."""
    return min(max(_SHORT_FRAMES, int(rate * _SHORT_S)), int(rate * _LONGEST_S))


def worth_a_try(codec: str, key_distance: int, rate: Fraction, *, interlaced: bool = False) -> bool:
    """Tell whether key frames may tell enough, by what is known beforehand; ``key_distance`` 0 is not known.

    Of an interlaced H.264 key frame often only the first field is a key field, and half a picture would be seen.
    """
    if codec in INTRA_CODECS or (interlaced and codec == "h264"):
        return False
    return key_distance == 0 or 2 < key_distance <= longest_short_group(rate)


class Habit:
    """Learns from packets, in the order of the file, how the camera places key frames."""

    def __init__(self, rate: Fraction) -> None:
        self._longest = longest_short_group(rate)
        self._packets = self._keys = self._since = 0

    def add(self, *, key: bool) -> Method | None:
        """Take one more packet; return what to do as soon as it is clear."""
        self._packets += 1
        self._since = 1 if key else self._since + 1
        self._keys += key
        if self._since > self._longest:
            return Method.EVERY_FRAME
        return self.settled() if self._keys > _ENOUGH_GROUPS else None

    def settled(self) -> Method:
        """Return what to do by what was seen so far."""
        if self._keys < 2 or self._keys > self._packets * _INTRA_SHARE:
            return Method.EVERY_FRAME
        return Method.KEY_FRAMES


@dataclass(frozen=True, slots=True)
class Group:
    """Frames ``[first, end)`` of the presented order; the first one is a key frame."""

    first: int
    end: int


def groups(packets: Sequence[Packet]) -> list[Group]:
    """Return the groups of packets that are sorted by time; frames before the first key frame belong to none."""
    starts = [number for number, packet in enumerate(packets) if packet.key]
    return [Group(first, end) for first, end in zip(starts, [*starts[1:], len(packets)], strict=True)]


@dataclass(frozen=True, slots=True)
class Step:
    """How a key frame differs from the next: in cells of the picture and colours, in histograms, in contrast."""

    apart: float
    spread: float
    contrast: float


@dataclass(frozen=True, slots=True)
class Middle:
    """How much a key frame looks like a mix of its two neighbours (see the adapter's measures)."""

    mixed: float
    apart: float
    alike: float


def suspects(
    packets: Sequence[Packet], found: Sequence[Group], steps: Sequence[Step], middles: Sequence[Middle], rate: Fraction
) -> list[int]:
    """Return the numbers of the groups that can hide a change of shot and must be decoded.

    ``steps[n]`` is the way from key frame n to n + 1, ``middles[n]`` is about key frame n + 1 between n and n + 2.
    A group is suspected when the picture after it is another one, when it is part of a slow mix, when a packet
    stands out (something new came and went again), and when it is too long to be judged by its key frames.
    """
    chosen: set[int] = set()
    longest = longest_short_group(rate)
    for number, group in enumerate(found):
        differs = number < len(steps) and _differs(steps[number], _calm(steps, number))
        if differs or group.end - group.first > longest or _spiky(packets[group.first : group.end]):
            chosen.add(number)
    for number, middle in enumerate(middles):
        beside = [middles[other].apart for other in (number - 2, number + 2) if 0 <= other < len(middles)]
        calm = min(beside, default=0.0)
        mixes = middle.mixed >= _MIXED and middle.alike <= _MIX_ALIKE
        if mixes and middle.apart >= max(_MIX_APART, _MIX_STANDS_OUT * calm):
            chosen.update((number, number + 1))
    return sorted(chosen)


def _calm(steps: Sequence[Step], number: int) -> float:
    """Return how far apart key frames around this one usually are: what a moving camera does all the time."""
    beside = [*steps[max(0, number - _AROUND) : number], *steps[number + 1 : number + 1 + _AROUND]]
    ordered = sorted(step.apart for step in beside)
    return ordered[int(len(ordered) * _CALM_SHARE)] if ordered else 0.0


def _differs(step: Step, calm: float) -> bool:
    if step.contrast >= _DARK_STEP or step.apart >= _FAR_APART:
        return True
    return step.apart >= max(_APART, _STANDS_OUT * calm) and step.spread >= _SPREAD


def _spiky(packets: Sequence[Packet]) -> bool:
    """Tell whether one packet stands out from the rest of its group as a new picture does."""
    sizes = [packet.size for packet in packets[1:]]
    if len(sizes) < _FEWEST:
        return False
    largest = max(sizes)
    return largest > _SPIKE * max(1, statistics.median(sizes)) and largest > _SPIKE_OF_KEY * packets[0].size


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch to decode: times ``[start, end]`` in ticks, both included; it starts at a key frame."""

    start: int
    end: int
    frames: int


LONGEST_RUN: Final = 600
"""Frames after which a stretch is taken in another run; a group of pictures is never divided."""


def bursts(count: int, chosen: Sequence[int], every: int) -> list[int]:
    """Return the groups to take a burst from: one in the middle of each ``every`` groups of which none is decoded."""
    taken = set(chosen)
    middles = []
    for first in range(0, count, every):
        end = min(first + every, count)
        if not taken.intersection(range(first, end)):
            middles.append((first + end) // 2)
    return middles


def still_looking(packets: Sequence[Packet], found: Sequence[Group], chosen: Sequence[int]) -> list[int]:
    """Return groups to take a burst from because packets around them are so small that the picture may stand still."""
    taken, stretch, picked = set(chosen), list[int](), list[int]()
    for number, group in enumerate([*found, Group(0, 0)]):
        sizes = [packet.size for packet in packets[group.first + 1 : group.end]]
        tiny = bool(sizes) and statistics.median(sizes) < packets[group.first].size * _TINY
        if tiny and number not in taken:
            stretch.append(number)
        elif stretch:
            picked.append(stretch[len(stretch) * 3 // 4])
            stretch = []
    return picked


def runs(
    packets: Sequence[Packet], found: Sequence[Group], chosen: Iterable[int], bursts: Iterable[int], burst: int
) -> list[Run]:
    """Return the stretches to decode, each up to the next key frame, neighbouring groups in one.

    From the groups in ``bursts`` that are not chosen only the first ``burst`` frames are taken.
    """
    wanted = sorted(set(chosen))
    last = len(packets) - 1
    stretches: list[tuple[int, int]] = []
    for number in wanted:
        first, end = found[number].first, min(found[number].end, last)
        if stretches and stretches[-1][1] == first and end - stretches[-1][0] <= LONGEST_RUN:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((first, end))
    for number in sorted(set(bursts) - set(wanted)):
        first, end = found[number].first, min(found[number].first + burst, found[number].end - 1)
        if end > first:
            stretches.append((first, end))
    return [Run(packets[first].pts, packets[end].pts, end - first + 1) for first, end in sorted(stretches)]
