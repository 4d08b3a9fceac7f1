"""How far a file is, for a person who waits: stages, a range for the time left, and plain words when nothing moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from media_ingest.domain.reasons import ENGLISH, FRENCH, Wording

SILENT_AFTER: Final = timedelta(seconds=40)
"""A worker writes at least every ten seconds; after this long it is probably gone."""
SETTLING: Final = timedelta(seconds=10)
"""No guess is told before: the first seconds of a stage say nothing about the rest."""
_LOW, _HIGH = (3, 4), (3, 2)
"""A guess is told as this range of itself: work of the same length takes up to half as long again."""
_QUEUED_LOW: Final = 2


class Stage(StrEnum):
    """What happens to a file, in order."""

    RECEIVE = "receive"
    PROBE = "probe"
    GLANCE = "glance"
    WATCH = "watch"
    DERIVE = "derive"
    COMPARE = "compare"
    DETECT = "detect"
    DONE = "done"


class Unit(StrEnum):
    """What `done` and `total` count."""

    BYTES = "bytes"
    MEDIA_MS = "media_ms"
    """Milliseconds of the recording."""
    CLIPS = "clips"
    STEPS = "steps"


UNITS: Final = {
    Stage.RECEIVE: Unit.BYTES,
    Stage.PROBE: Unit.STEPS,
    Stage.GLANCE: Unit.STEPS,
    Stage.WATCH: Unit.MEDIA_MS,
    Stage.DERIVE: Unit.MEDIA_MS,
    Stage.COMPARE: Unit.CLIPS,
    Stage.DETECT: Unit.CLIPS,
    Stage.DONE: Unit.STEPS,
}


class Life(StrEnum):
    """Whether somebody is at it."""

    QUEUED = "queued"
    WORKING = "working"
    SILENT = "silent"
    """No sign of life for a while; another worker takes over by itself when the lease ends."""
    WAITING = "waiting"
    """An attempt failed; the next one is planned."""
    STOPPED = "stopped"
    """Tried as often as allowed, or refused: a person has to look."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Range:
    """A time between two guesses, in seconds; both are honest about being guesses."""

    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One job as far as progress needs it. ``state`` is a value of ``JobState``."""

    state: str
    attempt: int
    max_attempts: int
    done: int
    total: int
    stage_started_at: datetime | None
    heartbeat_at: datetime | None
    lease_until: datetime | None
    run_after: datetime | None


def life_of(work: Work, now: datetime) -> Life:
    """Return whether somebody is at it, by the job's own signs."""
    if work.state in {"dead", "failed"}:
        return Life.STOPPED
    if work.state == "done":
        return Life.DONE
    if work.state == "running":
        quiet = work.heartbeat_at is not None and now - work.heartbeat_at > SILENT_AFTER
        return Life.SILENT if quiet else Life.WORKING
    later = work.run_after is not None and work.run_after > now
    return Life.WAITING if work.attempt and later else Life.QUEUED


def retry_at(work: Work, now: datetime) -> datetime | None:
    """Return when the next attempt begins by itself: at the end of the lease or of the pause; None without one."""
    life = life_of(work, now)
    if life is Life.SILENT:
        return work.lease_until
    return work.run_after if life is Life.WAITING else None


def time_left(work: Work, now: datetime) -> Range | None:
    """Return how long this stage takes yet: proportional to what is done, as a range.

    None for the first ten seconds of a stage, without a measure, and when nobody is at it. Because the job's clock
    starts anew with every stage, the guess does too.
    """
    if life_of(work, now) is not Life.WORKING or work.stage_started_at is None:
        return None
    spent = now - work.stage_started_at
    if spent < SETTLING or not 0 < work.done <= work.total:
        return None
    left = spent.total_seconds() * (work.total - work.done) / work.done
    return Range(_share(left, _LOW), _share(left, _HIGH))


def _share(seconds: float, share: tuple[int, int]) -> int:
    return max(0, round(seconds * share[0] / share[1]))


def queue_wait(ahead: int, recent_s: Sequence[float], workers: int) -> Range | None:
    """Return how long ``ahead`` jobs take before one's turn comes, from how long recent ones took.

    ``workers`` is how many work at once, at least one. None when nothing has been measured yet.
    """
    if not recent_s:
        return None
    ordered = sorted(recent_s)
    usual = ordered[len(ordered) // 2]
    wait = usual * ahead / max(1, workers)
    return Range(round(wait / _QUEUED_LOW), _share(wait, _HIGH))


def stopped_wording(language: str) -> Wording:
    """Return what to tell about a file that was tried as often as allowed; other languages than ``fr`` read English."""
    return _STOPPED[FRENCH if language.startswith(FRENCH) else ENGLISH]


_STOPPED: Final = {
    ENGLISH: Wording(
        "The file is safe; the work on it stopped after several attempts and we have been told.",
        "Nothing to do now. If it matters today, write to us with the file's id.",
    ),
    FRENCH: Wording(
        "Le fichier est en sécurité ; le travail s'est arrêté après plusieurs essais et nous sommes prévenus.",
        "Rien à faire pour l'instant. Si c'est urgent, écrivez-nous avec l'identifiant du fichier.",
    ),
}
