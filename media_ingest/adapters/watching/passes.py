"""Running the passes: what comes out of ffmpeg goes to numpy as it comes; nothing is held but what is still needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from media_ingest.adapters.ffmpeg import run
from media_ingest.adapters.prints import Printer
from media_ingest.adapters.processes import Budget, Consumer, Stop
from media_ingest.adapters.watching import graphs
from media_ingest.adapters.watching.measures import FRAME_BYTES, HEIGHT, WIDTH, Bytes
from media_ingest.adapters.watching.taps import Loudness, Packets, Peaks, Pictures, Times
from media_ingest.domain import formats
from media_ingest.domain.watched import FramePrint, Sound, SpriteSheet, WatchSubject

_WINDOW: Final = 64
_FEW: Final = 16
_SHEET_BYTES: Final = 16_000_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """What is watched, where files may be made, and who is told."""

    path: Path
    subject: WatchSubject
    scratch: Path
    should_stop: Stop
    on_progress: Progress

    @property
    def duration_ms(self) -> int:
        """The presented length."""
        return int(self.subject.duration_ticks * self.subject.time_base * 1000)

    @property
    def with_sound(self) -> bool:
        """Whether there is a sound track that can be decoded."""
        return self.subject.has_audio and self.subject.audio_codec in formats.AUDIO_DECODERS

    def budget(self) -> Budget:
        """CPU by length and size of the picture: 8K decodes at a tenth of real time (pipeline.md §1)."""
        seconds = self.duration_ms // 1000 + 1
        slow = max(2, self.subject.width * self.subject.height // 1_000_000)
        cpu = 120 + seconds * slow
        return Budget(cpu_s=cpu, wall_s=600 + 4 * cpu, file_size=_SHEET_BYTES)


class Printing:
    """Chooses which frames get a print, and waits for their times."""

    def __init__(self, times: Times, every: int, subject: WatchSubject) -> None:
        self._times, self._every, self._turns = times, max(1, every), subject.rotation // 90 % 4
        self._printer = Printer()
        self._waiting: list[tuple[int, Bytes]] = []
        self._seen = 0

    def see(self, frames: Bytes) -> None:
        """Take a window of frames."""
        for number in range(-self._seen % self._every, len(frames), self._every):
            grey = frames[number, : WIDTH * HEIGHT].reshape(HEIGHT, WIDTH)
            self._waiting.append((self._seen + number, np.rot90(grey, -self._turns).copy()))
        self._seen += len(frames)
        self._hand()

    def finish(self) -> tuple[FramePrint, ...]:
        """Return the prints."""
        self._hand()
        return self._printer.finish()

    def _hand(self) -> None:
        known = len(self._times.pts)
        ready = [one for one in self._waiting if one[0] < known]
        self._waiting = self._waiting[len(ready) :]
        for number, grey in ready:
            self._printer.see(self._times.since(self._times.pts[number]), grey)


@dataclass(slots=True)
class FirstPass:
    """One ffmpeg process that feeds everything."""

    job: Job
    see: Callable[[Bytes], None]
    print_every: int
    packets: Packets | None = None
    times: Times = field(init=False)
    tiles: Times = field(default_factory=Times)
    loudness: Loudness = field(default_factory=Loudness)
    peaks: Peaks = field(init=False)
    printing: Printing = field(init=False)
    pictures: int = 0
    portion: float = 1.0
    """Part of the whole work, for the progress told."""

    def __post_init__(self) -> None:
        self.times = Times(self._progress if self.packets is not None else lambda _done: None)
        self.peaks = Peaks(self.job.duration_ms / 1000)
        self.printing = Printing(self.times, self.print_every, self.job.subject)

    @property
    def packets_base(self) -> Fraction:
        """Seconds per tick of the list of packets."""
        return self.packets.time_base if self.packets is not None else self.times.time_base

    def run(self) -> None:
        """Decode. Raises ToolError kinds."""
        job = self.job
        pictures = Pictures(FRAME_BYTES, _WINDOW if self.packets is None else _FEW, self._picture)
        pipes: list[Consumer] = [pictures, self.times, self.tiles]
        pipes += [self.packets] if self.packets is not None else []
        pipes += [self.peaks, self.loudness] if job.with_sound else []
        arguments = graphs.first_pass(
            job.path, job.subject, job.scratch, keys_only=self.packets is not None, sound=job.with_sound
        )
        run(
            arguments,
            budget=job.budget(),
            readable=[job.path],
            scratch=job.scratch,
            should_stop=job.should_stop,
            pipes=pipes,
        )
        pictures.finish()

    def _picture(self, frames: Bytes) -> None:
        self.pictures += len(frames)
        if self.packets is None:
            total = self.job.duration_ms
            self._progress(total * self.pictures // max(self.pictures, self.job.subject.frame_count))
        self.printing.see(frames)
        self.see(frames)

    def _progress(self, done_ms: int) -> None:
        total = self.job.duration_ms
        self.job.on_progress(int(min(total, done_ms) * self.portion), total)

    def sprite(self) -> SpriteSheet | None:
        """Return what the sprite sheet shows; None when none was written."""
        made = self.job.scratch / graphs.SPRITE_NAME
        if not self.tiles.pts or not made.exists() or not made.stat().st_size:
            return None
        tiles = graphs.tiles_of(self.job.subject)
        shown = [self.times.since(at) for at in self.tiles.pts[: tiles.count]]
        columns = min(graphs.COLUMNS, tiles.count)
        return SpriteSheet(
            name=graphs.SPRITE_NAME,
            tile_width=tiles.width,
            tile_height=tiles.height,
            columns=columns,
            times_ms=tuple(shown),
        )

    def sound(self) -> Sound | None:
        """Return how it sounds; None without a sound track."""
        return self.peaks.sound(self.loudness.lufs) if self.job.with_sound else None


def frames_of(pictures: Path) -> Bytes:
    """Read the raw frames of one run; half a frame is dropped."""
    data = np.fromfile(pictures, np.uint8)
    return data[: len(data) // FRAME_BYTES * FRAME_BYTES].reshape(-1, FRAME_BYTES)


def times_of(written: Path) -> Sequence[int]:
    """Read the times of one run."""
    times = Times()
    times(written.read_bytes())
    return times.pts
