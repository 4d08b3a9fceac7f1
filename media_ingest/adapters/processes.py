"""The only module that starts processes: locked in by their command, limited, watched, killed as a group.

Arguments are lists, paths are absolute, and no text of a user ever becomes an argument.
"""

from __future__ import annotations

import fcntl
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from core.errors import DomainError
from media_ingest.adapters import sandbox
from media_ingest.domain.errors import SANDBOX_UNAVAILABLE

_ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/nonexistent",
    "TMPDIR": "/nonexistent",
}
_STDERR_TAIL: Final = 4096
_TICK_S: Final = 0.25
_CHUNK: Final = 1 << 16
_PIPE_BYTES: Final = 1 << 20
_BY_SIGNAL: Final = 128
_STARVED_SIGNALS: Final = {signal.SIGKILL: "cpu", signal.SIGXCPU: "cpu", signal.SIGXFSZ: "file_size"}

Stop = Callable[[], bool]
Progress = Callable[[int], None]
Consumer = Callable[[bytes], None]


class ToolError(Exception):
    """A media tool did not deliver. ``detail`` holds no path."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ToolFailedError(ToolError):
    """The tool ended by itself, with an error."""


class ToolLimitError(ToolError):
    """The tool used more CPU, memory, output or file size than it was granted."""


class ToolTimeoutError(ToolError):
    """The tool took too long by the clock or stopped moving; the machine may just be busy."""


class ToolStoppedError(ToolError):
    """The caller asked to stop (lease lost, cancelled); nothing is left running."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one run may use."""

    cpu_s: int
    wall_s: float
    file_size: int = 1_000_000
    output: int = 1 << 20
    address_space: int = 4_000_000_000
    stall_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run printed."""

    output: bytes
    errors: str


def never() -> bool:
    """Return False: nobody asks to stop."""
    return False


class Pipe:
    """A way out for bytes of a child besides its output: what it writes there goes to ``consumer`` as it comes."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer
        self.reading, self.writing = os.pipe()
        fcntl.fcntl(self.writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    def given(self) -> None:
        """Close the child's end here, so that its end is seen."""
        if self.writing >= 0:
            os.close(self.writing)
            self.writing = -1

    def close(self) -> None:
        """Close what is open."""
        self.given()
        os.close(self.reading)


@contextmanager
def opened(consumers: Sequence[Consumer]) -> Iterator[list[Pipe]]:
    """Hold one pipe for each consumer."""
    pipes = [Pipe(consumer) for consumer in consumers]
    try:
        yield pipes
    finally:
        for pipe in pipes:
            pipe.close()


class _Watch:
    """One running child: drains its pipes, watches clock and progress, kills its group."""

    def __init__(
        self, command: Sequence[str], budget: Budget, on_progress: Progress | None, pipes: Sequence[Pipe] = ()
    ) -> None:
        self.budget, self.on_progress = budget, on_progress
        self.consumers = {pipe.reading: pipe.consumer for pipe in pipes}
        self.output, self.errors, self.line = bytearray(), bytearray(), b""
        self.done_ms, self.started = -1, time.monotonic()
        self.moved = self.started
        self.child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=_ENVIRONMENT,
            cwd="/",
            pass_fds=[pipe.writing for pipe in pipes],
        )
        for pipe in pipes:
            pipe.given()

    def run(self, should_stop: Stop) -> int:
        """Return the exit status; every other way out kills the whole group first."""
        try:
            with selectors.DefaultSelector() as ready:
                for pipe in (self.child.stdout, self.child.stderr, *self.consumers):
                    if pipe is not None:
                        ready.register(pipe, selectors.EVENT_READ)
                while ready.get_map():
                    self._drain(ready)
                    self._check(should_stop)
            return self._ended(should_stop)
        finally:
            self._kill()

    def _drain(self, ready: selectors.BaseSelector) -> None:
        for key, _ in ready.select(_TICK_S):
            chunk = os.read(key.fd, _CHUNK)
            if not chunk:
                ready.unregister(key.fileobj)
            elif key.fd in self.consumers:
                self.moved = time.monotonic()
                self.consumers[key.fd](chunk)
            elif key.fileobj is self.child.stderr:
                self.errors = (self.errors + chunk)[-_STDERR_TAIL:]
            elif self.on_progress is None:
                self.output += chunk
            else:
                self._advance(chunk, self.on_progress)

    def _advance(self, chunk: bytes, on_progress: Progress) -> None:
        """Read ffmpeg's `-progress` lines: the decoder's own clock."""
        *lines, self.line = (self.line + chunk)[-_CHUNK:].split(b"\n")
        for line in lines:
            name, _, value = line.partition(b"=")
            if name == b"out_time_us" and value.strip().isdigit():
                done = int(value) // 1000
                if done > self.done_ms:
                    self.done_ms, self.moved = done, time.monotonic()
                    on_progress(done)

    def _check(self, should_stop: Stop) -> None:
        if should_stop():
            raise ToolStoppedError("stopped")
        if len(self.output) > self.budget.output:
            raise ToolLimitError("output")
        now = time.monotonic()
        if now - self.started > self.budget.wall_s:
            raise ToolTimeoutError("wall clock")
        if self.on_progress is not None and now - self.moved > self.budget.stall_s:
            raise ToolTimeoutError("no progress")

    def _ended(self, should_stop: Stop) -> int:
        """Wait for the end of a child that closed its pipes."""
        while True:
            try:
                return self.child.wait(_TICK_S)
            except subprocess.TimeoutExpired:
                self._check(should_stop)

    def _kill(self) -> None:
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()
        for pipe in (self.child.stdout, self.child.stderr):
            _close(pipe)


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        pipe.close()


class Companion:
    """A process that stays while others come and go: given one open descriptor, ended as a group.

    It must watch that descriptor and leave when its other end is closed; so it ends with us, however we end.
    """

    def __init__(self, command: Sequence[str], descriptor: int) -> None:
        self.child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_ENVIRONMENT,
            cwd="/",
            pass_fds=[descriptor],
        )

    def end(self) -> None:
        """Kill its group and wait for it."""
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()

    def forget(self) -> None:
        """Let go of it in a copy of this process: it is the original's."""
        self.child.returncode = 0


def unavailable(missing: str) -> DomainError:
    """Return the refusal to open anything, and what the machine lacks."""
    return SANDBOX_UNAVAILABLE(
        "The sandbox that media must be processed in cannot be applied on this machine, so nothing was opened."
        " Files wait where they are. Run on Linux 5.13 or later with Landlock enabled.",
        missing=missing.strip()[-200:],
    )


def supervise(
    command: Sequence[str],
    budget: Budget,
    *,
    should_stop: Stop = never,
    on_progress: Progress | None = None,
    pipes: Sequence[Pipe] = (),
) -> Outcome:
    """Run one prepared command to its end and turn every bad end into a ToolError kind.

    ``on_progress`` hears the media time done, in milliseconds, from ffmpeg's ``-progress`` lines on its output;
    without it the output is returned. Raises DomainError ``sandbox_unavailable`` when the command says that the
    machine cannot lock it in.
    """
    watch = _Watch(command, budget, on_progress, pipes)
    status = watch.run(should_stop)
    if Path(command[0]).name == "bwrap" and status > _BY_SIGNAL:
        status = _BY_SIGNAL - status  # how bubblewrap passes on that a signal ended the program
    errors = bytes(watch.errors).decode("utf-8", "replace")
    if status == sandbox.EXIT_UNAVAILABLE:
        raise unavailable(errors)
    if status < 0 and -status in _STARVED_SIGNALS:
        raise ToolLimitError(_STARVED_SIGNALS[signal.Signals(-status)])
    if status != 0:
        raise ToolFailedError(f"exit status {status}: {_without_paths(errors)}")
    return Outcome(bytes(watch.output), errors)


def _without_paths(text: str) -> str:
    """Return the last line of an error text, no path in it and nothing unprintable."""
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "")
    words = ["…" if "/" in word else word for word in last.split()]
    return "".join(character for character in " ".join(words) if character.isprintable())[:300]
