"""Watching a recording once, or less: shots, how good they are, prints, sprite sheet, sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from media_ingest.adapters.processes import Stop, ToolFailedError, never
from media_ingest.adapters.watching.keyed import NotKeyedError, watch_keys
from media_ingest.adapters.watching.measures import Measurer
from media_ingest.adapters.watching.passes import FirstPass, Job, Progress
from media_ingest.adapters.watching.timeline import Timeline, ticks_of
from media_ingest.domain.gops import worth_a_try
from media_ingest.domain.watched import Method, Watched, WatchSubject


def watch(
    path: Path,
    subject: WatchSubject,
    *,
    scratch: Path,
    should_stop: Stop = never,
    on_progress: Progress = lambda _done, _total: None,
) -> Watched:
    """Return everything that one look at a recording tells; the sprite sheet is written to ``scratch``.

    Short groups of pictures are judged by their key frames and only doubtful ones are decoded; everything else is
    decoded once. ``on_progress`` hears milliseconds of media time, done and in all. Raises ToolError kinds, and
    DomainError ``sandbox_unavailable``.
    """
    furthest = 0

    def onward(done: int, total: int) -> None:
        """What had to be begun again is not told twice."""
        nonlocal furthest
        furthest = max(furthest, done)
        on_progress(furthest, total)

    job = Job(path.resolve(), subject, scratch.resolve(), should_stop, onward)
    if worth_a_try(subject.video_codec, subject.key_distance, subject.frame_rate, interlaced=subject.interlaced):
        try:
            return watch_keys(job)
        except NotKeyedError:
            pass
    return watch_all(job)


def watch_all(job: Job) -> Watched:
    """Decode every frame once, whatever the groups of pictures are."""
    rate = float(job.subject.frame_rate)
    measurer = Measurer(rate)
    look = FirstPass(job, measurer.add, print_every=round(rate / 2))
    look.run()
    measured = measurer.finish()
    count = min(len(measured.rows), len(look.times.pts))
    if not count:
        raise ToolFailedError("no frame was decoded")
    pts = look.times.pts[:count]
    ticks = ticks_of(pts, pts[0], look.times.time_base, job.subject)
    known = np.ones(count, np.bool_)
    known[0] = False
    return Watched(
        shots=Timeline(ticks, type(measured)(measured.rows[:count]), known).shots(job.subject),
        prints=look.printing.finish(),
        sprite=look.sprite(),
        sound=look.sound(),
        method=Method.EVERY_FRAME,
        frames_decoded=count,
        frames_seen=count,
    )
