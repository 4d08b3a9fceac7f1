"""Asking for the facts of one file: the worker's side of the pre-forked prober.

Each process of the product has at most one prober parent (`zygote`), started when first needed, so after
Celery has forked; threads share it and their files are read side by side. When it died, another one is started.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import selectors
import signal
import socket
import stat
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from media_ingest.adapters import sandbox
from media_ingest.adapters.prober.parent import ParentGoneError, ProberParent
from media_ingest.adapters.processes import (
    Budget,
    Stop,
    ToolLimitError,
    ToolStoppedError,
    ToolTimeoutError,
    never,
    unavailable,
)
from media_ingest.domain.probe import REPORT_VERSION

_GONE_WITHIN_S: Final = 5.0
_TICK_S: Final = 0.25
_CHUNK: Final = 1 << 16
_TRIES: Final = 2
_BASE_CPU_S: Final = 15
_CPU_SIGNALS: Final = frozenset({-signal.SIGXCPU, -signal.SIGPROF})
_ALL_OF_IT: Final = 0.8

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a prober child ended (its status as in `subprocess`), what it used, and what it wrote."""

    status: int
    cpu_ms: int
    rss_kib: int
    wall_ms: int
    written: bytes


class _Keeper:
    """The one prober parent of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.parent: ProberParent | None = None

    def get(self) -> ProberParent:
        """Return the running one, or start it."""
        with self.lock:
            if self.parent is None:
                self.parent = ProberParent()
            return self.parent

    def drop(self, parent: ProberParent) -> None:
        """Forget one that died, unless another thread was faster."""
        with self.lock:
            if self.parent is parent:
                self.parent = None
                parent.end()

    def end(self) -> None:
        """End it; the next file starts another one."""
        with self.lock:
            parent, self.parent = self.parent, None
        if parent is not None:
            parent.end()

    def after_fork(self) -> None:
        """Leave the original's prober parent to the original."""
        parent, self.parent, self.lock = self.parent, None, threading.Lock()
        if parent is not None:
            parent.forget()


_keeper: Final = _Keeper()
os.register_at_fork(after_in_child=_keeper.after_fork)
atexit.register(_keeper.end)


def end_prober() -> None:
    """End this process's prober parent; it starts again when it is needed."""
    _keeper.end()


def probe_file(path: Path, *, should_stop: Stop = never) -> Json:
    """Return the prober's raw report of one file; judge it with `media_ingest.domain.probe.parse`.

    What the child used is in ``used`` (``cpu_ms``, ``rss_kib``, ``wall_ms``). A child that starved or crashed is
    reported in ``error``; only stopping (ToolStoppedError), the clock or a kill from outside (ToolTimeoutError) and
    a missing sandbox (DomainError ``sandbox_unavailable``) are raised.
    """
    size = path.stat().st_size
    budget = Budget(cpu_s=_BASE_CPU_S + size // 100_000_000, wall_s=120 + size / 10_000_000)
    opening_ms = 1200 + size // 250_000
    with ExitStack() as open_files:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        open_files.callback(os.close, file)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return _no_report("not a regular file")
        for _ in range(_TRIES):
            parent = _keeper.get()
            try:
                return _judge(_Question(parent, file, budget, opening_ms).ask(should_stop), budget)
            except ParentGoneError:
                _keeper.drop(parent)
            except ToolLimitError as error:
                return _no_report("too_large" if error.detail == "output" else "cpu")
    raise unavailable("the prober's parent process ended twice while it was asked")


class _Question:
    """One file being read by one child."""

    def __init__(self, parent: ProberParent, file: int, budget: Budget, opening_ms: int) -> None:
        self.parent, self.budget, self.started = parent, budget, time.monotonic()
        self.written, self.told = bytearray(), bytearray()
        self.report, writing = os.pipe()
        self.line, theirs = socket.socketpair()
        with theirs:
            try:
                parent.send(file, writing, theirs.fileno(), budget, opening_ms)
            except ParentGoneError:
                self.close()
                raise
            finally:
                os.close(writing)

    def close(self) -> None:
        """Close both ways."""
        os.close(self.report)
        self.line.close()

    def ask(self, should_stop: Stop) -> Answer:
        """Wait for the answer; on every other way out the child is gone first."""
        try:
            with selectors.DefaultSelector() as ready:
                ready.register(self.report, selectors.EVENT_READ, self.written)
                ready.register(self.line, selectors.EVENT_READ, self.told)
                while not self.told and self.line.fileno() in ready.get_map():
                    for key, _ in ready.select(_TICK_S):
                        part = os.read(key.fd, _CHUNK)
                        key.data.extend(part)
                        if not part:
                            ready.unregister(key.fileobj)
                    self._check(should_stop)
            if not self.told:
                raise ParentGoneError
            self._drain()
            return self._answer()
        except ParentGoneError:
            raise
        except BaseException:
            self._stop()
            raise
        finally:
            self.close()

    def _drain(self) -> None:
        """Take what a child that has ended left in the pipe; whoever else holds its other end, nobody waits for it."""
        os.set_blocking(self.report, False)
        with suppress(BlockingIOError):
            while (part := os.read(self.report, _CHUNK)) and len(self.written) <= self.budget.output:
                self.written.extend(part)

    def _check(self, should_stop: Stop) -> None:
        if should_stop():
            raise ToolStoppedError("stopped")
        if len(self.written) > self.budget.output:
            raise ToolLimitError("output")
        if time.monotonic() - self.started > self.budget.wall_s:
            raise ToolTimeoutError("wall clock")

    def _stop(self) -> None:
        """Have the child killed and see it gone; a parent that does not obey goes with it."""
        with suppress(OSError):
            self.line.shutdown(socket.SHUT_WR)
        if not self.told and not select.select([self.line], [], [], _GONE_WITHIN_S)[0]:
            _keeper.drop(self.parent)

    def _answer(self) -> Answer:
        told = json.loads(self.told)
        wall_ms = round((time.monotonic() - self.started) * 1000)
        return Answer(int(told["status"]), int(told["cpu_ms"]), int(told["rss_kib"]), wall_ms, bytes(self.written))


def _judge(answer: Answer, budget: Budget) -> Json:
    """Return the child's report, or one that says how the child ended."""
    if answer.status == sandbox.EXIT_UNAVAILABLE:
        raise unavailable("a child could not be locked in")
    if answer.status == -signal.SIGKILL and answer.cpu_ms < budget.cpu_s * 1000 * _ALL_OF_IT:
        raise ToolTimeoutError("killed from outside")
    if answer.status == 0:
        try:
            found: object = json.loads(answer.written)
        except ValueError:
            found = None
        report = found if isinstance(found, dict) else _no_report("no object")
    elif answer.status == -signal.SIGKILL or answer.status in _CPU_SIGNALS:
        report = _no_report("cpu")
    else:
        report = _no_report(f"prober ended: exit status {answer.status}")
    report["used"] = {"cpu_ms": answer.cpu_ms, "rss_kib": answer.rss_kib, "wall_ms": answer.wall_ms}
    return report


def _no_report(error: str) -> Json:
    return {"version": REPORT_VERSION, "tool": "prober", "error": error}
