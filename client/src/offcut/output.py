"""Everything the command prints: tables for people, JSON lines for programs, progress on the side."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from offcut.errors import OffcutError
from offcut.formats import left_text, size_text
from offcut.language import t
from offcut.limits import Meter
from offcut.wire import plain


def emit(line: str) -> None:
    """One line on standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class _PaceColumn(ProgressColumn):
    """Done/total, speed and time left, read from a task's meter."""

    def render(self, task: Task) -> Text:  # type: ignore[explicit-override]  # typing.override is Python 3.12
        meter = task.fields.get("meter")
        if not isinstance(meter, Meter):
            return Text("")
        pace = meter.pace()
        done = f"{size_text(pace.done)} / {size_text(pace.total)}"
        if pace.done >= pace.total:
            return Text(done)
        if pace.seconds_left is None:
            return Text(f"{done}  {t('measuring…')}")
        return Text(f"{done}  {size_text(pace.bytes_per_s)}/s  {t('{time} left', time=left_text(pace.seconds_left))}")


class Bars:
    """Progress on standard error; silent where nobody watches."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def bytes(self, label: str, meter: Meter) -> TaskID | None:
        """A bar that follows a meter."""
        if self._progress is None:
            return None
        return self._progress.add_task(escape(label), total=max(1, meter.total), meter=meter)

    def steps(self, label: str, total: int | None = None) -> TaskID | None:
        """A bar of counted steps; without a total it only shows life."""
        if self._progress is None:
            return None
        return self._progress.add_task(escape(label), total=total)

    def show(self, bar: TaskID | None, done: float, label: str | None = None, total: float | None = None) -> None:
        """Move a bar."""
        if self._progress is not None and bar is not None:
            changes: dict[str, Any] = {"completed": done}
            if label is not None:
                changes["description"] = escape(label)
            if total is not None:
                changes["total"] = total
            self._progress.update(bar, **changes)

    def tell(self, line: str) -> None:
        """A line above the bars."""
        if self._progress is not None:
            self._progress.console.print(escape(line), highlight=False)


class Output:
    """Where results go. `as_json`: one JSON value per line; else tables and sentences."""

    def __init__(self, *, as_json: bool | None = None, quiet: bool = False) -> None:
        self.quiet = quiet
        self.as_json = (not sys.stdout.isatty()) if as_json is None else as_json
        self._json_errors = bool(as_json) or (self.as_json and not sys.stderr.isatty())
        self._out = Console(highlight=False, no_color=bool(os.environ.get("NO_COLOR")))
        self._err = Console(stderr=True, highlight=False, no_color=bool(os.environ.get("NO_COLOR")))

    def json(self, value: object) -> None:
        """One result as a JSON line (only for programs)."""
        if self.as_json:
            emit(json.dumps(plain(value), ensure_ascii=False))

    def say(self, sentence: str) -> None:
        """A sentence for people, on standard output."""
        if not self.as_json and not self.quiet:
            self._out.print(escape(sentence))

    def note(self, sentence: str) -> None:
        """A sentence on the side, on standard error, for people and programs' logs alike."""
        if not self.quiet:
            self._err.print(escape(sentence), soft_wrap=True)

    def table(self, columns: Sequence[str], items: Iterable[object], rows: Iterable[Sequence[object]]) -> None:
        """Items as JSON lines, or their rows as a table."""
        if self.as_json:
            for item in items:
                self.json(item)
            return
        if self.quiet:
            return
        table = Table(box=None, header_style="bold", pad_edge=False, show_header=any(columns))
        for column in columns:
            numeric = column.startswith(">")
            table.add_column(t(column.removeprefix(">")), justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*("-" if cell is None else escape(str(cell)) for cell in row))
        self._out.print(table)

    def facts(self, item: object, pairs: Iterable[tuple[str, object]]) -> None:
        """One item as a JSON line, or as `name  value` lines."""
        if self.as_json:
            self.json(item)
            return
        self.table(("", ""), (), [(t(name), value) for name, value in pairs if value is not None])

    def fail(self, error: OffcutError) -> None:
        """An error: what happened, what is safe, what to do, the server's request id."""
        if self._json_errors:
            self._err.out(json.dumps({"error": error.as_dict()}, ensure_ascii=False), highlight=False)
            return
        self._err.print(f"[bold red]{escape(error.title)}[/] [dim]({escape(error.code)})[/]", soft_wrap=True)
        if error.detail:
            self._err.print(escape(error.detail), soft_wrap=True)
        for item in error.errors:
            place, text = item.get("pointer", ""), item.get("detail") or item.get("title") or item.get("code", "")
            self._err.print(escape(f"  {place} {text}"), soft_wrap=True)
        if error.request_id:
            self._err.print(f"[dim]{escape(t('Request {id}', id=error.request_id))}[/]")

    @contextmanager
    def bars(self) -> Iterator[Bars]:
        """Progress bars while something long runs."""
        if self.quiet or not sys.stderr.isatty():
            yield Bars(None)
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), _PaceColumn())
        with Progress(*columns, console=self._err, transient=True) as progress:
            yield Bars(progress)
