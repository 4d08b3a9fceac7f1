"""What the demo shows on standard error: stages, bars with time left, seconds per stage."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_PLAIN_WIDTH: Final = 132


class Bar:
    """One line of progress; safe to move from several threads."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def move(self, done: float, total: float, note: str = "") -> None:
        """Show how far it is, in any unit."""
        self._progress.update(self._task, completed=done, total=max(total, 1), note=note)


class Screen:
    """Standard error, as stages. ``seconds`` holds how long each took."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _PLAIN_WIDTH)
        self.seconds: dict[str, float] = {}

    def say(self, text: str) -> None:
        """Print one line."""
        self.console.print(text, markup=False)

    @contextmanager
    def stage(self, name: str, title: str) -> Iterator[Bar]:
        """Time a stage and show its bar while it runs."""
        started = time.monotonic()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(elapsed_when_finished=False),
            TextColumn("{task.fields[note]}"),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(title, total=1, note="")
            yield Bar(progress, task)
        self.seconds[name] = round(time.monotonic() - started, 2)
        self.say(f"{title}: {self.seconds[name]:.1f} s")
