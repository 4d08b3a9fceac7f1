"""Key frames first: what they and the list of packets leave open is decoded, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import numpy as np

from media_ingest.adapters.ffmpeg import run
from media_ingest.adapters.processes import Budget
from media_ingest.adapters.watching import graphs
from media_ingest.adapters.watching.measures import (
    COLUMNS,
    FRAME_BYTES,
    PICTURE,
    Bytes,
    Floats,
    Measured,
    Measurer,
    cells_apart,
    cells_of,
    histograms,
    mix,
    pictures,
    spread,
)
from media_ingest.adapters.watching.passes import FirstPass, Job, frames_of, times_of
from media_ingest.adapters.watching.taps import Packets
from media_ingest.adapters.watching.timeline import Timeline, ticks_of
from media_ingest.domain.gops import (
    LONGEST_RUN,
    Group,
    Habit,
    Middle,
    Packet,
    Run,
    Step,
    bursts,
    groups,
    runs,
    still_looking,
    suspects,
)
from media_ingest.domain.watched import Method, Watched

_SHARE: Final = 0.6
_BURST: Final = 4
"""Frames after a key frame that show how much moves."""
_BURST_EVERY_S: Final = 8
_MOST_AT_ONCE: Final = 12
_MOST_SHARE: Final = 0.7
"""Part of the recording beyond which decoding all of it at once is cheaper."""
_DECODER_PIXELS: Final = 30_000_000
"""Pixels of all decoders that run side by side: each holds some twenty pictures of its size."""


class NotKeyedError(Exception):
    """Key frames lie too far apart, every frame is one, or too much is doubtful: nothing is gained by them."""


class KeyFrames:
    """Compares each key frame with the next ones as they come."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.middles: list[Middle] = []
        self.looks: list[Floats] = []
        self._held = np.zeros((0, FRAME_BYTES), np.uint8)

    def see(self, frames: Bytes) -> None:
        """Take more key frames."""
        self.looks.append(pictures(frames))
        held = np.concatenate([self._held, frames])
        fresh = len(self._held)
        cells, bins = cells_of(held), histograms(held)
        contrast = pictures(held)[:, 1]
        first = max(1, fresh)
        after, before = slice(first, len(held)), slice(first - 1, len(held) - 1)
        columns = (
            cells_apart(cells[after], cells[before]),
            spread(bins[after], bins[before]),
            np.abs(contrast[after] - contrast[before]),
        )
        self.steps += [Step(*(float(value) for value in row)) for row in zip(*columns, strict=True)]
        first = max(2, fresh)
        if len(held) > first:
            triple = mix(cells[first - 2 : -2], cells[first - 1 : -1], cells[first:])
            self.middles += [Middle(*(float(value) for value in row)) for row in zip(*triple, strict=True)]
        self._held = held[-2:].copy()


def watch_keys(job: Job) -> Watched:
    """Watch a recording with short groups of pictures. Raises NotKeyedError as soon as it turns out not to be one."""
    habit = Habit(job.subject.frame_rate)
    decided: list[Method] = []

    def hear(key: bool) -> None:  # noqa: FBT001 - a callback
        if not decided and (method := habit.add(key=key)) is not None:
            decided.append(method)
        if decided and decided[0] is Method.EVERY_FRAME:
            raise NotKeyedError

    keys = KeyFrames()
    look = FirstPass(job, keys.see, print_every=1, packets=Packets(hear), portion=_SHARE)
    look.run()
    if habit.settled() is Method.EVERY_FRAME or look.packets is None:
        raise NotKeyedError
    packets = look.packets.sorted(set(look.times.pts))
    found = groups(packets)
    if len(found) != len(keys.steps) + 1:
        # Open groups of H.264, damage: its decoder does not give every key frame by itself.
        raise NotKeyedError
    timeline, decoded = _timeline(job, look, packets, found, keys)
    return Watched(
        shots=timeline.shots(job.subject),
        prints=look.printing.finish(),
        sprite=look.sprite(),
        sound=look.sound(),
        method=Method.KEY_FRAMES,
        frames_decoded=len(look.times.pts) + decoded,
        frames_seen=len(packets),
    )


def _timeline(
    job: Job, look: FirstPass, packets: Sequence[Packet], found: Sequence[Group], keys: KeyFrames
) -> tuple[Timeline, int]:
    """Decode what has to be decoded; frames in between are taken to look like their key frame."""
    rate = job.subject.frame_rate
    chosen = suspects(packets, found, keys.steps, keys.middles, rate)
    length = max(1, packets[-1].pts - packets[0].pts) * look.times.time_base / max(1, len(found) - 1)
    every = max(1, round(_BURST_EVERY_S / length))
    glances = [*bursts(len(found), chosen, every), *still_looking(packets, found, chosen)]
    wanted = runs(packets, found, chosen, glances, _BURST)
    if sum(run_.frames for run_ in wanted) > len(packets) * _MOST_SHARE:
        raise NotKeyedError
    looks = np.concatenate(keys.looks)
    rows = np.zeros((len(packets), len(COLUMNS)), np.float32)
    for group, seen in zip(found, looks, strict=True):
        rows[group.first : group.end, PICTURE:] = seen
    rows[: found[0].first, PICTURE:] = looks[0]
    known = np.zeros(len(packets), np.bool_)
    numbers = {packet.pts: number for number, packet in enumerate(packets)}
    decoded = 0
    for run_, times, frames in _decoded(job, look, wanted):
        kept = [number for number, at in enumerate(times) if run_.start <= at <= run_.end and at in numbers]
        decoded += len(frames)
        if len(kept) < 2:
            continue
        measurer = Measurer(float(rate))
        measurer.add(frames[kept])
        measured = measurer.finish().rows
        places = np.array([numbers[times[number]] for number in kept])
        fresh = slice(1, None)
        rows[places[fresh]] = measured[fresh]
        # A frame shared with the run before keeps what that run knows of it.
        rows[places[:1], PICTURE:] = measured[:1, PICTURE:]
        known[places[fresh]] = np.diff(places) == 1
    if known.any():
        # What nobody looked at moves as the rest does; stillness there would make a cut of every movement beside it.
        rows[~known, :3] = np.median(rows[known, :3], axis=0)
    ticks = ticks_of([packet.pts for packet in packets], packets[0].pts, look.packets_base, job.subject)
    return Timeline(ticks, Measured(rows), known), decoded


def _decoded(job: Job, look: FirstPass, wanted: Sequence[Run]) -> Iterator[tuple[Run, Sequence[int], Bytes]]:
    """Decode runs, several side by side, and yield what each of them shows."""
    base = look.packets_base
    pixels = max(1, job.subject.width * job.subject.height)
    at_once = max(1, min(_MOST_AT_ONCE, _DECODER_PIXELS // pixels))
    done = 0
    for batch in batches(wanted, at_once):
        total = job.duration_ms
        part = int(total * (_SHARE + (1 - _SHARE) * done / len(wanted)))
        job.on_progress(part, total)
        budget = job.budget()
        run(
            graphs.closer_look(job.path, batch, base, job.scratch),
            budget=Budget(cpu_s=budget.cpu_s, wall_s=budget.wall_s, file_size=2 * LONGEST_RUN * FRAME_BYTES),
            readable=[job.path],
            scratch=job.scratch,
            should_stop=job.should_stop,
            on_progress=partial(_still_at, job, part),
        )
        for number, one in enumerate(batch):
            made, written = graphs.run_files(job.scratch, number)
            yield one, times_of(written), frames_of(made)
            made.unlink(missing_ok=True)
            written.unlink(missing_ok=True)
        done += len(batch)


def _still_at(job: Job, part: int, _clock_ms: int) -> None:
    """Tell that work goes on: the clock of several runs side by side says nothing about the whole."""
    job.on_progress(part, job.duration_ms)


def batches(wanted: Sequence[Run], at_once: int) -> Iterator[Sequence[Run]]:
    """Yield runs in handfuls."""
    for first in range(0, len(wanted), at_once):
        yield wanted[first : first + at_once]
