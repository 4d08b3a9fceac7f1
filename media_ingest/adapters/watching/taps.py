"""What comes out of ffmpeg while it decodes: pictures, their times, packets, sound, loudness. Flat in memory."""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from media_ingest.adapters.processes import ToolFailedError
from media_ingest.domain.gops import Packet
from media_ingest.domain.watched import Sound

_LONGEST_LINE: Final = 1 << 16
_TIME_BASE: Final = re.compile(rb"#tb 0: (\d+)/(\d+)")
_PACKET: Final = re.compile(rb"0, *(-?\d+), *(-?\d+), *(-?\d+), *(\d+), *0x[0-9a-f]+(?:, F=0x([0-9A-F]+))?")
_KEY, _DISCARD = 1, 4
_LOUDNESS: Final = re.compile(rb"lavfi\.r128\.I=(-?[\d.]+)")

BARS: Final = 600
_SILENCE_LUFS: Final = -70.0
_AU: Final = struct.Struct(">4s5I")
_SAMPLE_16: Final = 3
_FAINT: Final = 33
"""Peaks below -60 dB of full scale are silence."""

Bytes = npt.NDArray[np.uint8]


class Pictures:
    """Cuts the stream of raw frames into windows."""

    def __init__(self, frame_bytes: int, window: int, see: Callable[[Bytes], None]) -> None:
        self._frame, self._window, self._see = frame_bytes, frame_bytes * window, see
        self._held = bytearray()

    def __call__(self, chunk: bytes) -> None:
        """Take what came."""
        self._held += chunk
        while len(self._held) >= self._window:
            self._hand(self._window)

    def finish(self) -> None:
        """Hand over what is left; half a frame is dropped."""
        whole = len(self._held) // self._frame * self._frame
        if whole:
            self._hand(whole)

    def _hand(self, length: int) -> None:
        window = np.frombuffer(bytes(self._held[:length]), np.uint8)
        del self._held[:length]
        self._see(window.reshape(-1, self._frame))


class _Lines:
    def __init__(self) -> None:
        self._rest = b""

    def __call__(self, chunk: bytes) -> None:
        """Take what came."""
        *lines, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest[-_LONGEST_LINE:]
        for line in lines:
            self._line(line)

    def _line(self, line: bytes) -> None:
        raise NotImplementedError


class Times(_Lines):
    """The presentation times of frames, from ffmpeg's framecrc lines, in ticks of `time_base`.

    ``hear`` is told milliseconds since the first frame: the decoder's own clock. (ffmpeg's own report stands still
    at an output that writes nothing before the end, as the sprite sheet.)
    """

    def __init__(self, hear: Callable[[int], None] = lambda _done: None) -> None:
        super().__init__()
        self._hear = hear
        self.time_base = Fraction(0)
        self.pts = array("q")

    @override
    def __call__(self, chunk: bytes) -> None:
        """Take what came."""
        super().__call__(chunk)
        if self.pts:
            self._hear(self.since(self.pts[-1]))

    def since(self, at: int) -> int:
        """Return milliseconds from the first frame to ``at``, never less than 0."""
        return max(0, int((at - self.pts[0]) * self.time_base * 1000))

    @override
    @override
    def _line(self, line: bytes) -> None:
        if found := _PACKET.match(line):
            self.pts.append(int(found[2]))
        elif found := _TIME_BASE.match(line):
            self.time_base = Fraction(int(found[1]), max(1, int(found[2])))


class Packets(_Lines):
    """The packets that are presented: time, size, key frame or not; ``hear`` is told of each as it comes."""

    def __init__(self, hear: Callable[[bool], None]) -> None:
        super().__init__()
        self.time_base = Fraction(0)
        self.pts, self.sizes = array("q"), array("L")
        self._hear = hear

    @override
    @override
    def _line(self, line: bytes) -> None:
        if found := _PACKET.match(line):
            flags = int(found[5], 16) if found[5] else _KEY
            if flags & _DISCARD:
                return
            self.pts.append(int(found[2]))
            self.sizes.append(int(found[4]))
            self._hear(bool(flags & _KEY))
        elif found := _TIME_BASE.match(line):
            self.time_base = Fraction(int(found[1]), max(1, int(found[2])))

    def sorted(self, decoded: AbstractSet[int]) -> list[Packet]:
        """Return the packets in the order in which they are shown; key frames are those at ``decoded`` times."""
        found = [Packet(pts, size, pts in decoded) for pts, size in zip(self.pts, self.sizes, strict=True)]
        return sorted(found, key=lambda packet: packet.pts)


class Loudness(_Lines):
    """Integrated loudness by ffmpeg's ebur128: the last value that it prints."""

    def __init__(self) -> None:
        super().__init__()
        self.lufs: float | None = None

    @override
    @override
    def _line(self, line: bytes) -> None:
        if found := _LOUDNESS.match(line):
            self.lufs = float(found[1])


class Peaks:
    """The loudest sample in each of six hundred equal parts of the recording, from an AU stream of 16-bit samples."""

    def __init__(self, duration_s: float) -> None:
        self._duration = max(duration_s, 1e-3)
        self._held = bytearray()
        self._channels = 0
        self._rate = self._seen = 0
        self._bars = np.zeros(BARS, np.int32)

    def __call__(self, chunk: bytes) -> None:
        """Take what came."""
        self._held += chunk
        if not self._channels and not self._begin():
            return
        step = 2 * self._channels
        length = len(self._held) // step * step
        if length:
            samples = np.frombuffer(bytes(self._held[:length]), ">i2").reshape(-1, self._channels)
            del self._held[:length]
            self._add(np.abs(samples.astype(np.int32)).max(axis=1))

    def _begin(self) -> bool:
        """Read the header once it is whole."""
        if len(self._held) < _AU.size:
            return False
        magic, offset, _, encoding, rate, channels = _AU.unpack_from(self._held)
        if magic != b".snd" or encoding != _SAMPLE_16 or not rate or not channels:
            raise ToolFailedError("sound came in another form than asked for")
        if len(self._held) < offset:
            return False
        del self._held[:offset]
        self._rate, self._channels = rate, channels
        return True

    def _add(self, loud: npt.NDArray[np.int32]) -> None:
        first = int(self._seen / self._rate / self._duration * BARS)
        last = int((self._seen + len(loud) - 1) / self._rate / self._duration * BARS)
        edges = np.arange(first, last + 1) * self._duration * self._rate / BARS - self._seen
        starts = np.clip(np.ceil(edges), 0, len(loud) - 1).astype(np.int64)
        tops = np.maximum.reduceat(loud, starts)
        inside = np.arange(first, last + 1)
        kept = inside < BARS
        np.maximum.at(self._bars, inside[kept], tops[kept])
        self._seen += len(loud)

    def sound(self, lufs: float | None) -> Sound | None:
        """Return how it sounds; None when no sample came."""
        if not self._seen:
            return None
        silent = int(self._bars.max()) < _FAINT
        heard = lufs is not None and lufs > _SILENCE_LUFS and not silent
        return Sound(
            peaks=np.minimum(self._bars >> 7, 255).astype(np.uint8).tobytes(),
            loudness_centi_lufs=round((lufs or 0) * 100) if heard else None,
            silent=silent,
        )
