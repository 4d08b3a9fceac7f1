"""How far a file is, in words for somebody who waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from marketplace.web import said
from marketplace.web.formats import clock_text, range_text, size_text
from media_ingest.domain.progress import Life, Unit
from media_ingest.services.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How far a file is, in words for somebody who waits."""

    stage: said.Words
    number: int
    """Which stage of ``stages``, from 1."""
    stages: int
    done: int
    total: int
    amount: str
    """What is done of what, in units people know."""
    low: str
    high: str
    """The time left as a range; empty while it is measured."""
    life: Life
    ahead: int
    wait: str
    """How long until its turn, at most; empty when nothing was measured yet."""
    retry_at: datetime | None
    attempt: int

    @property
    def stopped(self) -> bool:
        """Whether a person has to look."""
        return self.life is Life.STOPPED


def waiting_of(progress: Progress) -> Waiting:
    """Return a file's progress for people: a range for the time left, and plain words when nothing moves."""
    left, line = progress.time_left, progress.queue
    low, high = range_text(left.low, left.high) if left else ("", "")
    wait = range_text(line.wait.low, line.wait.high)[1] if line and line.wait else ""
    return Waiting(
        stage=said.STAGES[progress.stage],
        number=progress.stage_number,
        stages=len(progress.stages) - 1,
        done=progress.done,
        total=progress.total,
        amount=_amount(progress),
        low=low,
        high=high,
        life=progress.life,
        ahead=line.ahead if line else 0,
        wait=wait,
        retry_at=progress.retry_at,
        attempt=progress.attempt,
    )


def _amount(progress: Progress) -> str:
    """Return what is done of what in units people know; empty when there is nothing to count."""
    if progress.total <= 1 or progress.unit is Unit.STEPS:
        return ""
    words: Callable[[int], str] = {Unit.MEDIA_MS: clock_text, Unit.BYTES: size_text}.get(progress.unit, str)
    return f"{words(progress.done)} / {words(progress.total)}"
